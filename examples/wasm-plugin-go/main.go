// A lobby for VIPs: players with a name prefix go to a separate lobby, and every player carries referral data with the
// lobby.
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o plugin.wasm .
package main

// The router calls the exports; main does nothing.
func main() {}

// Request describes one player. Fields that this plugin does not use are left out.
type Request struct {
	Event struct {
		Username string `json:"username"`
	} `json:"event"`
	Candidates []struct {
		// Only the entries that the plugin uses: a map of all takes 1.4 times the fuel.
		Meta struct {
			Lobby string `json:"lobby"`
			Label string `json:"label.lobby"`
		} `json:"meta"`
	} `json:"candidates"`
}

// Response has the changes of the plugin. Its zero value changes nothing.
type Response struct {
	Deny          bool     `json:"deny,omitempty"`
	DenyReason    string   `json:"deny_reason,omitempty"`
	SelectedIndex *int     `json:"selected_index,omitempty"`
	Backend       *Address `json:"backend,omitempty"`
	ReferralData  []byte   `json:"referral_data,omitempty"`
}
