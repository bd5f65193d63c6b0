package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Maximum length of a backend's host in bytes, the limit of a referral packet.
const maxHostLen = 256

// Config is the operator's `config` of this plugin.
type Config struct {
	// Prefix of the names of VIPs.
	Prefix string `json:"prefix"`
	// Name of the lobby in the referral data, and value of `lobby` in the meta of lobby backends.
	Tag string `json:"tag"`
	// Backend for VIPs if no candidate is a lobby. By default they stay on the router's selection.
	Backend *Address `json:"backend"`
}

// Address is a backend, a candidate or not.
type Address struct {
	Host string `json:"host"`
	Port uint16 `json:"port"`
}

func defaultConfig() Config {
	return Config{Prefix: "VIP", Tag: "vip"}
}

// Reads a configuration; the operator sees the error.
func readConfig(text []byte) (Config, error) {
	config := defaultConfig()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil {
		return Config{}, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Config{}, errors.New("has more than one JSON value")
	}
	return config, config.check()
}

// Checks what the types do not express.
func (c Config) check() error {
	if c.Prefix == "" {
		return errors.New("prefix: must not be empty, since every name would match")
	}
	if c.Backend == nil {
		return nil
	}
	if n := len(c.Backend.Host); n < 1 || n > maxHostLen {
		return fmt.Errorf("backend.host: has %d bytes; allowed: 1 to %d", n, maxHostLen)
	}
	if c.Backend.Port == 0 {
		return errors.New("backend.port: is 0; allowed: 1 to 65535")
	}
	return nil
}
