// Writes the golden files as a Go plugin or a Go router does, and reads what the Rust crate writes.
//
//	go run main.go write ..   writes ../*.go.json
//	go run main.go read ..    fails unless ../*.rust.json says the same in Go
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
)

type Backend struct {
	Host   string            `json:"host"`
	Port   int               `json:"port"`
	Weight int               `json:"weight"`
	Meta   map[string]string `json:"meta"`
}

type Event struct {
	SNI                   string `json:"sni"`
	ClientCertFingerprint string `json:"client_cert_fingerprint,omitempty"`
	ProtocolHash          string `json:"protocol_hash,omitempty"`
	ClientType            int    `json:"client_type,omitempty"`
	UUID                  string `json:"uuid,omitempty"`
	Username              string `json:"username,omitempty"`
	Language              string `json:"language,omitempty"`
	IdentityTokenPresent  bool   `json:"identity_token_present,omitempty"`
}

type Request struct {
	Event         Event     `json:"event"`
	Strategy      string    `json:"strategy"`
	Candidates    []Backend `json:"candidates"`
	SelectedIndex int       `json:"selected_index"`
	Backend       Backend   `json:"backend"`
	ReferralData  []byte    `json:"referral_data,omitempty"`
}

type Response struct {
	Deny          bool      `json:"deny"`
	DenyReason    string    `json:"deny_reason,omitempty"`
	Candidates    []Backend `json:"candidates,omitempty"`
	SelectedIndex *int      `json:"selected_index,omitempty"`
	Backend       *Backend  `json:"backend,omitempty"`
	ReferralData  []byte    `json:"referral_data,omitempty"`
}

// As authors write it who leave out omitempty: everything that is not set is null.
type PlainResponse struct {
	Deny          bool      `json:"deny"`
	DenyReason    string    `json:"deny_reason"`
	Candidates    []Backend `json:"candidates"`
	SelectedIndex *int      `json:"selected_index"`
	Backend       *Backend  `json:"backend"`
	ReferralData  []byte    `json:"referral_data"`
}

// Later releases of the original.
type LaterResponse struct {
	Deny            bool   `json:"deny"`
	ReferralContent []byte `json:"referral_content,omitempty"`
}

type NewerResponse struct {
	Response
	Labels map[string]any `json:"labels"`
	Score  float64        `json:"score"`
}

type NewerRequest struct {
	Request
	Region any `json:"region"`
}

func index(i int) *int { return &i }

var (
	lobby = Backend{Host: "lobby.example.com", Port: 5520, Weight: 3, Meta: map[string]string{"region": "eu", "label.tier": "gold"}}
	bare  = Backend{Host: "2001:db8::1", Port: 5521}
	full  = Request{
		Event: Event{
			SNI:                   "play.example.com",
			ClientCertFingerprint: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
			ProtocolHash:          "2026.03.1-abcdef",
			ClientType:            1,
			UUID:                  "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
			Username:              "Älder <&> \"Ann\"\u2028",
			Language:              "en-US",
			IdentityTokenPresent:  true,
		},
		Strategy:      "round_robin",
		Candidates:    []Backend{lobby, bare},
		SelectedIndex: 1,
		Backend:       bare,
		ReferralData:  []byte{0xfb, 0xff, 0xfe, 0x00},
	}
)

var values = map[string]any{
	"request_full":       full,
	"request_nulls":      Request{SelectedIndex: -1},
	"request_unknown":    NewerRequest{Request: Request{Event: Event{SNI: "x"}, SelectedIndex: -1}, Region: []any{1, nil, "a"}},
	"response_allow":     Response{},
	"response_deny":      Response{Deny: true, DenyReason: "You are <banned> & gone"},
	"response_nulls":     PlainResponse{},
	"response_nil":       (*Response)(nil),
	"response_full":      Response{Candidates: []Backend{lobby, bare}, SelectedIndex: index(0), Backend: &bare, ReferralData: []byte("a")},
	"response_empty":     PlainResponse{Candidates: []Backend{}, Backend: &Backend{}, ReferralData: []byte{}},
	"response_minus_one": Response{SelectedIndex: index(-1)},
	"response_wild":      Response{Backend: &Backend{Host: "x", Port: 70000, Weight: -5}},
	"response_later":     LaterResponse{ReferralContent: []byte("content")},
	"response_unknown":   NewerResponse{Response: Response{DenyReason: "unused"}, Labels: map[string]any{"a": []int{1}}, Score: 0.5},
}

func main() {
	mode, folder := os.Args[1], os.Args[2]
	for name, value := range values {
		text, err := json.Marshal(value)
		check(err)
		path := filepath.Join(folder, name)
		if mode == "write" {
			check(os.WriteFile(path+".go.json", append(text, '\n'), 0o644))
			continue
		}
		var theirs, ours any
		if name[:3] == "req" {
			theirs, ours = new(Request), new(Request)
		} else {
			theirs, ours = new(Response), new(Response)
		}
		check(json.Unmarshal(text, theirs))
		if response, ok := theirs.(*Response); ok && response.ReferralData == nil {
			later := LaterResponse{}
			check(json.Unmarshal(text, &later))
			response.ReferralData = later.ReferralContent
		}
		text, err = os.ReadFile(path + ".rust.json")
		check(err)
		check(json.Unmarshal(text, ours))
		normalize(theirs)
		normalize(ours)
		if !reflect.DeepEqual(theirs, ours) {
			check(fmt.Errorf("%s: Go has %+v, Rust has %+v", name, theirs, ours))
		}
	}
}

// What means the same: an empty map and none, a list and none, a port or weight out of range and its nearest value, the later name.
func normalize(value any) {
	switch value := value.(type) {
	case *Request:
		normalizeAll(value.Candidates)
		normalizeOne(&value.Backend)
		if len(value.Candidates) == 0 {
			value.Candidates = nil
		}
	case *Response:
		normalizeAll(value.Candidates)
		if value.Backend != nil {
			normalizeOne(value.Backend)
		}
		if len(value.Candidates) == 0 {
			value.Candidates = nil
		}
	}
}

func normalizeAll(backends []Backend) {
	for i := range backends {
		normalizeOne(&backends[i])
	}
}

func normalizeOne(backend *Backend) {
	if backend.Meta == nil {
		backend.Meta = map[string]string{}
	}
	if backend.Port < 0 || backend.Port > 65535 {
		backend.Port = 0
	}
	if backend.Weight < 0 {
		backend.Weight = 0
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
