package main

// Request is what the router asks about one player. Fields that this plugin does not look at are left out.
type Request struct {
	Event      Event     `json:"event"`
	Candidates []Backend `json:"candidates"`
}

// Event is who comes.
type Event struct {
	Username string `json:"username"`
}

// Backend is one game server that a player can be sent to.
type Backend struct {
	Host   string            `json:"host"`
	Port   uint16            `json:"port"`
	Weight uint32            `json:"weight"`
	Meta   map[string]string `json:"meta"`
}

// Response is what shall be different. Its zero value changes nothing.
type Response struct {
	Deny          bool     `json:"deny"`
	DenyReason    string   `json:"deny_reason,omitempty"`
	SelectedIndex *int     `json:"selected_index,omitempty"`
	Backend       *Backend `json:"backend,omitempty"`
	ReferralData  []byte   `json:"referral_data,omitempty"`
}
