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

// Answers a request about one player.
//
// A name is a claim of the client. If it protects something of value, check `event.identity.verified` first.
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

// Sets the referral data and changes nothing else.
func carrying(data referral) (Response, error) {
	text, err := json.Marshal(data)
	return Response{ReferralData: text}, err
}

// Backends of a discovery have their labels under `label.`, static ones have the keys of the configuration.
func (c Config) isLobby(candidate Backend) bool {
	return candidate.Meta["lobby"] == c.Tag || candidate.Meta["label.lobby"] == c.Tag
}
