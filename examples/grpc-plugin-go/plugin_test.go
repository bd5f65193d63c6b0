package main

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	hyrouter "github.com/hyrouter/hyrouter/examples/sdk/go"
)

const list = "# who and why\n" +
	"Griefer   No griefing.\t\r\n" +
	"0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0 Chargeback\n" +
	"  spammer\n\nVIP_Mallory"

func TestReasons(t *testing.T) {
	const uuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	for _, test := range []struct{ uuid, name, language, reason string }{
		{"", "GRIEFER", "", "No griefing."},
		{"", "Griefer", "de-DE", "No griefing."},
		{uuid, "Renamed", "", "Chargeback"},
		{"", "spammer", "", "You are banned."},
		{"", "spammer", "en-US", "You are banned."},
		{"", "spammer", "de", "Du bist gesperrt."},
		{"", "Spammer", "DE_at", "Du bist gesperrt."},
		{"", "spammer", "del", "You are banned."},
		{"", "Grief", "", ""},
		{"", "#", "", ""},
		{"", "", "", ""},
	} {
		event := &hyrouter.ConnectEvent{UUID: test.uuid, Username: test.name, Language: test.language}
		reason, banned := parseBans(list).reason(event)
		if reason != test.reason || banned != (reason != "") {
			t.Errorf("%+v: %q", test, reason)
		}
	}
}

func TestDecisions(t *testing.T) {
	vip := hyrouter.Refer("10.0.0.9", 5521)
	vip.ReferralData = []byte(`{"lobby":"vip"}`)
	for name, expected := range map[string]*hyrouter.ConnectResponse{
		"VIP_Ann":     vip,
		"vip_mallory": hyrouter.Deny("You are banned."),
		"vip_ann":     nil,
		"Ann_VIP":     nil,
		"":            nil,
	} {
		file := open(t, list)
		request := &hyrouter.ConnectRequest{Event: hyrouter.ConnectEvent{Username: name}}
		response, err := file.onConnect(context.Background(), request, &lobby{Host: "10.0.0.9", Port: 5521})
		if err != nil || !reflect.DeepEqual(response, expected) {
			t.Errorf("%s: %+v, %v", name, response, err)
		}
	}
}

func TestConfig(t *testing.T) {
	if err := defaults.Validate(); err != nil {
		t.Error(err)
	}
	for _, wrong := range []lobby{{Host: "", Port: 1}, {Host: "a", Port: 0}, {Host: "a", Port: 65536}} {
		if wrong.Validate() == nil {
			t.Errorf("%+v is accepted", wrong)
		}
	}
}

func TestFile(t *testing.T) {
	if _, err := openBanFile(filepath.Join(t.TempDir(), "missing.txt")); err == nil {
		t.Error("a missing file is accepted")
	}
	file := open(t, "a")
	expect := func(expected bans) {
		t.Helper()
		if current := file.current(); !reflect.DeepEqual(current, expected) {
			t.Errorf("%v, expected %v", current, expected)
		}
	}
	expect(bans{"a": ""})
	write(t, file.path, "a\nb", 1)
	expect(bans{"a": "", "b": ""})
	write(t, file.path, "\xff\xfe", 2)
	expect(bans{"a": "", "b": ""})
	if err := os.Remove(file.path); err != nil {
		t.Fatal(err)
	}
	expect(bans{"a": "", "b": ""})
	write(t, file.path, "c", 3)
	expect(bans{"c": ""})
	write(t, file.path, "\ufeffc\nd", 3)
	expect(bans{"c": "", "d": ""})
}

func open(t *testing.T, text string) *banFile {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bans.txt")
	write(t, path, text, 0)
	file, err := openBanFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// write sets the time too: two versions can have the same one.
func write(t *testing.T, path, text string, minute int) {
	t.Helper()
	modified := time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, modified, modified); err != nil {
		t.Fatal(err)
	}
}
