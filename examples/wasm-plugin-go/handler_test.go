package main

import (
	"encoding/json"
	"testing"
)

// A request as the router sends it.
func request(username, meta string) string {
	name, _ := json.Marshal(username)
	return `{"event":{"sni":"play.example.com","username":` + string(name) + `},"strategy":"round_robin","candidates":[` +
		`{"host":"10.0.0.1","port":5520,"weight":1,"meta":null},` +
		`{"host":"10.0.0.2","port":5520,"weight":1,"meta":` + meta + `}],` +
		`"selected_index":0,"backend":{"host":"10.0.0.1","port":5520,"weight":1,"meta":{}}}`
}

func answer(t *testing.T, c Config, text string) string {
	t.Helper()
	var request Request
	if err := json.Unmarshal([]byte(text), &request); err != nil {
		t.Fatal(err)
	}
	response := c.onConnect(request)
	// The referral data as text, so that it is readable here.
	data := string(response.ReferralData)
	response.ReferralData = nil
	rest, err := json.Marshal(response)
	if err != nil {
		t.Fatal(err)
	}
	return data + " " + string(rest)
}

func TestAnswers(t *testing.T) {
	withBackend := defaultConfig()
	withBackend.Backend = &Address{Host: "lobby.example.com", Port: 5520}
	own := Config{Prefix: "*", Tag: "gold"}
	for _, c := range []struct {
		what    string
		config  Config
		request string
		want    string
	}{
		{"deny", withBackend, request("deny", "{}"), ` {"deny":true,"deny_reason":"denied by the example WASM plugin in Go"}`},
		{"others", withBackend, request("Ann", `{"lobby":"vip"}`), `{"lobby":"main"} {}`},
		{"small letters", withBackend, request("vip_ann", "{}"), `{"lobby":"main"} {}`},
		{"in the middle", withBackend, request("Ann_VIP", "{}"), `{"lobby":"main"} {}`},
		{"no name", withBackend, `{"event":{},"candidates":null}`, `{"lobby":"main"} {}`},
		{"meta", withBackend, request("VIP_Ann", `{"lobby":"vip"}`), `{"lobby":"vip","name":"VIP_Ann"} {"selected_index":1}`},
		{"label", withBackend, request("VIP_Ann", `{"label.lobby":"vip"}`), `{"lobby":"vip","name":"VIP_Ann"} {"selected_index":1}`},
		{"backend", withBackend, request("VIP_Ann", `{"lobby":"gold"}`), `{"lobby":"vip","name":"VIP_Ann"} {"backend":{"host":"lobby.example.com","port":5520}}`},
		{"router's choice", defaultConfig(), request("VIP_Ann", "{}"), `{"lobby":"vip","name":"VIP_Ann"} {}`},
		{"other texts", defaultConfig(), request("VIP_Z\u00fc\U0001f600\"", "null"), "{\"lobby\":\"vip\",\"name\":\"VIP_Z\u00fc\U0001f600\\\"\"} {}"},
		{"own prefix and tag", own, request("*Ann", `{"lobby":"gold"}`), `{"lobby":"gold","name":"*Ann"} {"selected_index":1}`},
	} {
		if got := answer(t, c.config, c.request); got != c.want {
			t.Errorf("%s: got %s, want %s", c.what, got, c.want)
		}
	}
}
