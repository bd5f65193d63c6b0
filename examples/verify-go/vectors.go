package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"hyrouter.example/verify-go/hyrouter"
)

type vectorFile struct {
	Version  int         `json:"version"`
	KeyTable []vectorKey `json:"keys"`
	Vectors  []vector    `json:"vectors"`
	Replays  []replay    `json:"replays"`

	keys    hyrouter.Keys
	signers map[uint8]hyrouter.SigningKey
}

type vectorKey struct {
	ID        uint8    `json:"id"`
	Algorithm string   `json:"algorithm"`
	Secret    hexBytes `json:"secret"`
	Seed      hexBytes `json:"seed"`
	PublicKey hexBytes `json:"public_key"`
	NotBefore *uint64  `json:"not_before"`
	NotAfter  *uint64  `json:"not_after"`
}

type vector struct {
	Name     string   `json:"name"`
	Envelope hexBytes `json:"envelope"`
	Now      uint64   `json:"now"`
	Expect   struct {
		Kind        string    `json:"kind"`
		Host        *string   `json:"host"`
		Port        uint16    `json:"port"`
		Player      *string   `json:"player"`
		Verified    bool      `json:"verified"`
		Certificate *hexBytes `json:"certificate"`
		ClockSkewMS uint32    `json:"clock_skew_ms"`
	} `json:"expect"`
	Result    string     `json:"result"`
	Statement *statement `json:"statement"`
}

type replay struct {
	Name     string `json:"name"`
	Capacity int    `json:"capacity"`
	Steps    []struct {
		Nonce     hexBytes `json:"nonce"`
		ExpiresAt uint64   `json:"expires_at"`
		Now       uint64   `json:"now"`
		Result    string   `json:"result"`
	} `json:"steps"`
}

// A statement with the names of the vectors.
type statement struct {
	Kind        string    `json:"kind"`
	Hops        uint8     `json:"hops"`
	KeyID       uint8     `json:"key_id"`
	Algorithm   string    `json:"algorithm"`
	IssuedAt    uint64    `json:"issued_at"`
	ExpiresAt   uint64    `json:"expires_at"`
	Nonce       hexBytes  `json:"nonce"`
	Player      *string   `json:"player"`
	Verified    bool      `json:"verified"`
	Certificate *hexBytes `json:"certificate"`
	Host        string    `json:"host"`
	Port        uint16    `json:"port"`
	Route       string    `json:"route"`
	Source      string    `json:"source"`
	Content     hexBytes  `json:"content"`
}

func describe(s *hyrouter.Statement) *statement {
	described := &statement{
		Kind:      s.Kind.String(),
		Hops:      s.Hops,
		KeyID:     s.KeyID,
		Algorithm: s.Algorithm.String(),
		IssuedAt:  millis(s.IssuedAt),
		ExpiresAt: millis(s.ExpiresAt),
		Nonce:     s.Nonce[:],
		Verified:  s.Verified,
		Host:      s.Host,
		Port:      s.Port,
		Route:     s.Route,
		Source:    s.Source,
		Content:   s.Content,
	}
	if s.Player != nil {
		uuid := formatUUID(*s.Player)
		described.Player = &uuid
	}
	if s.Certificate != nil {
		hash := hexBytes(s.Certificate[:])
		described.Certificate = &hash
	}
	return described
}

// The highest bit is not a sign: a value that overflows is converted back unchanged.
func millis(at time.Time) uint64 { return uint64(at.UnixMilli()) }

// Bytes that are hexadecimal digits in JSON.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// Reads a file of vectors. One that checks nothing is an error.
func readVectors(path string) (*vectorFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file := &vectorFile{signers: make(map[uint8]hyrouter.SigningKey)}
	if err := json.Unmarshal(text, file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if file.Version != 2 {
		return nil, fmt.Errorf("%s: is no file of vectors of version 2", path)
	}
	if len(file.Vectors) == 0 || len(file.Replays) == 0 {
		return nil, fmt.Errorf("%s: there are no vectors or no replays in this file", path)
	}
	var verifying []hyrouter.VerifyingKey
	for _, key := range file.KeyTable {
		opens, seals, err := key.both()
		if err != nil {
			return nil, fmt.Errorf("%s: key %d: %w", path, key.ID, err)
		}
		verifying = append(verifying, opens)
		file.signers[key.ID] = seals
	}
	file.keys, err = hyrouter.NewKeys(verifying...)
	return file, err
}

func (k vectorKey) both() (opens hyrouter.VerifyingKey, seals hyrouter.SigningKey, err error) {
	var first, second error
	if k.Algorithm == "hmac-sha256" {
		opens, first = hyrouter.VerifyHMAC(k.ID, k.Secret)
		seals, second = hyrouter.SignHMAC(k.ID, k.Secret)
	} else {
		opens, first = hyrouter.VerifyEd25519(k.ID, k.PublicKey)
		seals, second = hyrouter.SignEd25519(k.ID, k.Seed)
	}
	if k.NotBefore != nil {
		opens = opens.NotBefore(moment(*k.NotBefore))
	}
	if k.NotAfter != nil {
		opens = opens.NotAfter(moment(*k.NotAfter))
	}
	return opens, seals, errors.Join(first, second)
}

func (f *vectorFile) check(v vector) error {
	expectation, err := v.expectation()
	if err != nil {
		return err
	}
	opened, err := hyrouter.Open(v.Envelope, f.keys, expectation, moment(v.Now))
	if got := resultOf(err); got != v.Result {
		return fmt.Errorf("expected %s, got %s", v.Result, got)
	}
	if err != nil {
		return nil
	}
	if described := describe(opened); !reflect.DeepEqual(described, v.Statement) {
		text, err := json.Marshal(described)
		return errors.Join(fmt.Errorf("opened as %s", text), err)
	}
	// Both algorithms give one signature for each message.
	sealed, err := opened.Seal(f.signers[opened.KeyID])
	if opened.Kind == hyrouter.ReturnTicket && opened.Player == nil {
		if err == nil {
			return errors.New("sealed a ticket without a player")
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("sealing it: %w", err)
	}
	if !bytes.Equal(sealed, v.Envelope) {
		return fmt.Errorf("sealed as %x", sealed)
	}
	return nil
}

func (v vector) expectation() (hyrouter.Expectation, error) {
	kind := hyrouter.Referral
	if v.Expect.Kind == hyrouter.ReturnTicket.String() {
		kind = hyrouter.ReturnTicket
	}
	skew := time.Duration(v.Expect.ClockSkewMS) * time.Millisecond
	expectation := hyrouter.Expect(kind).AnyTarget().AnyPlayer().AnyCertificate().ClockSkew(skew)
	if v.Expect.Host != nil {
		expectation = expectation.Target(*v.Expect.Host, v.Expect.Port)
	}
	if v.Expect.Player != nil {
		uuid, err := parseUUID(*v.Expect.Player)
		if err != nil {
			return expectation, err
		}
		expectation = expectation.Player(*uuid)
		if v.Expect.Verified {
			expectation = expectation.VerifiedPlayer(*uuid)
		}
	}
	if hash := v.Expect.Certificate; hash != nil {
		if len(*hash) != 32 {
			return expectation, errors.New("the expected certificate has not 32 bytes")
		}
		expectation = expectation.Certificate([32]byte(*hash))
	}
	return expectation, nil
}

func (r replay) check() error {
	guard := hyrouter.NewReplayGuard(r.Capacity)
	for i, step := range r.Steps {
		if len(step.Nonce) != 16 {
			return fmt.Errorf("step %d: the nonce has not 16 bytes", i+1)
		}
		err := guard.Admit([16]byte(step.Nonce), moment(step.ExpiresAt), moment(step.Now))
		if got := resultOf(err); got != step.Result {
			return fmt.Errorf("step %d: expected %s, got %s", i+1, step.Result, got)
		}
	}
	return nil
}

// `ok`, or the code of the check.
func resultOf(err error) string {
	if err == nil {
		return "ok"
	}
	if refused := (*hyrouter.Refused)(nil); errors.As(err, &refused) {
		return string(refused.Code)
	}
	return err.Error()
}
