package main

import (
	"encoding/json"
	"strings"
)

// Referral data for the backend.
type referral struct {
	Lobby string `json:"lobby"`
	Name  string `json:"name,omitempty"`
}

// Decides about one player.
//
// The name comes from the client. Check `event.identity.verified` before granting anything of value by it.
func (c Config) onConnect(request Request) Response {
	name := request.Event.Username
	if name == "deny" {
		return Response{Deny: true, DenyReason: "denied by the example WASM plugin in Go"}
	}
	if !strings.HasPrefix(name, c.Prefix) {
		return carrying(referral{Lobby: "main"})
	}
	response := carrying(referral{Lobby: c.Tag, Name: name})
	for i, candidate := range request.Candidates {
		// Backends of a discovery have their labels under `label.`, static ones have the keys of the configuration.
		if candidate.Meta.Lobby == c.Tag || candidate.Meta.Label == c.Tag {
			response.SelectedIndex = &i
			return response
		}
	}
	response.Backend = c.Backend
	return response
}

// Sets the referral data and changes nothing else.
func carrying(data referral) Response {
	text, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return Response{ReferralData: text}
}
