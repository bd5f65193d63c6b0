package main

// Request describes one player. Fields that this plugin does not use are left out.
type Request struct {
	Event      Event     `json:"event"`
	Candidates []Backend `json:"candidates"`
}

// Event is the player and the connection.
type Event struct {
	Username string `json:"username"`
}

// Backend is a game server.
type Backend struct {
	Host   string            `json:"host"`
	Port   uint16            `json:"port"`
	Weight uint32            `json:"weight"`
	Meta   map[string]string `json:"meta"`
}

// Response has the changes of the plugin. Its zero value changes nothing.
type Response struct {
	Deny          bool     `json:"deny"`
	DenyReason    string   `json:"deny_reason,omitempty"`
	SelectedIndex *int     `json:"selected_index,omitempty"`
	Backend       *Backend `json:"backend,omitempty"`
	ReferralData  []byte   `json:"referral_data,omitempty"`
}
