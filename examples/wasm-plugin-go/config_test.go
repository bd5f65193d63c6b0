package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestConfigurations(t *testing.T) {
	own := Config{Prefix: "*", Tag: "gold", Backend: &Address{Host: "lobby", Port: 5520}}
	for text, want := range map[string]Config{
		"null": defaultConfig(),
		"{}\n": defaultConfig(),
		`{"prefix":"*","tag":"gold","backend":{"host":"lobby","port":5520}}`: own,
	} {
		got, err := readConfig([]byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
}

func TestMistakesAreReportedWithTheirKey(t *testing.T) {
	for text, want := range map[string]string{
		`{"prefx":"VIP"}`:                       `unknown field "prefx"`,
		`{"prefix":""}`:                         "prefix: must not be empty",
		`{"prefix":7}`:                          "prefix",
		`{"backend":{"host":"","port":5520}}`:   "backend.host: has 0 bytes",
		`{"backend":{"host":"lobby"}}`:          "backend.port: is 0",
		`{"backend":{"host":"x","port":65536}}`: "port",
		"":                                      "EOF",
		"{} {}":                                 "more than one",
	} {
		if _, err := readConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
