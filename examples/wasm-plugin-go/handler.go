package main

import (
	"encoding/json"
	"strings"
)

// What a player's client carries to the backend.
type referral struct {
	Lobby string `json:"lobby"`
	Name  string `json:"name,omitempty"`
}

// Answers about one player.
//
// A name is what the client says it is. Where something of value depends on it, look at `event.identity.verified` first.
func (c Config) onConnect(request Request) (Response, error) {
	name := request.Event.Username
	if name == "deny" {
		return Response{Deny: true, DenyReason: "denied by the example WASM plugin in Go"}, nil
	}
	if !strings.HasPrefix(name, c.Prefix) {
		return carrying(referral{Lobby: "main"})
	}
	response, err := carrying(referral{Lobby: c.Tag, Name: name})
	for i, candidate := range request.Candidates {
		if c.isLobby(candidate) {
			response.SelectedIndex = &i
			return response, err
		}
	}
	if c.Backend != nil {
		response.Backend = &Backend{Host: c.Backend.Host, Port: c.Backend.Port}
	}
	return response, err
}

// Leaves everything but the data that the player's client carries to the backend.
func carrying(data referral) (Response, error) {
	text, err := json.Marshal(data)
	return Response{ReferralData: text}, err
}

// Backends of a discovery have their labels under `label.`, written ones have what the operator wrote.
func (c Config) isLobby(candidate Backend) bool {
	return candidate.Meta["lobby"] == c.Tag || candidate.Meta["label.lobby"] == c.Tag
}
