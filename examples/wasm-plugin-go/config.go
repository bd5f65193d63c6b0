package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Longest host of a backend in bytes, the most that a referral packet carries.
const maxHostLen = 256

// Config is the operator's `config` of this plugin.
type Config struct {
	// Whose name begins with this is a VIP.
	Prefix string `json:"prefix"`
	// What the lobby is called: in the referral data, and as `lobby` in the meta of the backends that are one.
	Tag string `json:"tag"`
	// Where VIPs go if no candidate is a lobby. Without it they stay where the router sends them.
	Backend *Address `json:"backend"`
}

// Address is a backend that need not be a candidate.
type Address struct {
	Host string `json:"host"`
	Port uint16 `json:"port"`
}

func defaultConfig() Config {
	return Config{Prefix: "VIP", Tag: "vip"}
}

// Reads a configuration; what is wrong with it is for the operator to read.
func readConfig(text []byte) (Config, error) {
	config := defaultConfig()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil {
		return Config{}, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Config{}, errors.New("more than one JSON value")
	}
	return config, config.check()
}

// What the types do not say.
func (c Config) check() error {
	if c.Prefix == "" {
		return errors.New("prefix: is empty, every name begins with that")
	}
	if c.Backend == nil {
		return nil
	}
	if n := len(c.Backend.Host); n < 1 || n > maxHostLen {
		return fmt.Errorf("backend.host: has %d bytes, 1 to %d are allowed", n, maxHostLen)
	}
	if c.Backend.Port == 0 {
		return errors.New("backend.port: is 0, 1 to 65535 are allowed")
	}
	return nil
}
