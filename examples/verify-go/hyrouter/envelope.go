// Package hyrouter opens the signed envelope ("HYRP", version 2) around the data that a referred player carries. It is
// one file that needs only the standard library; copy or import it.
//
// [Open] makes all checks of one envelope, a [ReplayGuard] refuses an envelope that is shown twice, and a [Ticket]
// sends a player back to the router. docs/referral-envelope.md of Hyrouter describes the bytes.
package hyrouter

import (
	"bytes"
	"container/heap"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// MaxEnvelope is the maximum length of an envelope in bytes, the limit of the game for referral data.
const MaxEnvelope = 4096

// DefaultClockSkew is the default for how far the sealer's clock can be ahead.
const DefaultClockSkew = 30 * time.Second

const (
	magic           = "HYRP"
	version         = 2
	headerLen       = 98
	maxHost         = 256
	maxText         = 255
	minSecret       = 16
	flagPlayer      = 1
	flagCertificate = 2
	flagVerified    = 4
)

// Open returns the statement of an envelope that is well formed, signed by one of the keys, not expired, and for this
// target and player. It does not detect a replay; use a [ReplayGuard].
//
// The error is a [*Refused] for the first check that fails, in the order of the codes.
func Open(envelope []byte, keys Keys, expectation Expectation, now time.Time) (*Statement, error) {
	statement, err := parse(envelope)
	if err != nil {
		return nil, err
	}
	key, ok := keys.byID[statement.KeyID]
	if !ok {
		return nil, refuse(UnknownKey, fmt.Sprintf("key %d", statement.KeyID))
	}
	if !key.isValidAt(now) {
		return nil, refuse(KeyNotValid, fmt.Sprintf("key %d", statement.KeyID))
	}
	// Checked before the signature: otherwise an attacker could use a public key, which is no secret, as an HMAC secret.
	if key.algorithm != statement.Algorithm {
		return nil, refuse(WrongAlgorithm, fmt.Sprintf("%s under key %d", statement.Algorithm, statement.KeyID))
	}
	signed := len(envelope) - key.algorithm.signatureLen()
	if !key.hasSigned(envelope[:signed], envelope[signed:]) {
		return nil, refuse(Signature, fmt.Sprintf("key %d", statement.KeyID))
	}
	if err := expectation.check(statement, now); err != nil {
		return nil, err
	}
	return statement, nil
}

// Code is the check that refused an envelope, as a stable text that is the same in every language. It is an error, so
// errors.Is(err, hyrouter.Expired) tests for one.
type Code string

// The checks in their order. Those of a replay guard come last.
const (
	// Malformed bytes are not an envelope of version 2.
	Malformed Code = "malformed"
	// UnknownKey: no key has the id in the envelope.
	UnknownKey Code = "unknown_key"
	// KeyNotValid: the key is not valid yet, or not any more.
	KeyNotValid Code = "key_not_valid"
	// WrongAlgorithm: the key has another algorithm than the envelope.
	WrongAlgorithm Code = "algorithm"
	// Signature: the signature is not that of the key.
	Signature Code = "signature"
	// WrongKind: it is a ticket and not a referral, or the other way round.
	WrongKind Code = "kind"
	// NotYetValid: it was issued later than now plus the clock skew.
	NotYetValid Code = "not_yet_valid"
	// Expired: it has expired.
	Expired Code = "expired"
	// WrongTarget: it is for another target, or the expectation has no target.
	WrongTarget Code = "target"
	// WrongPlayer: it is for another player or none, or the expectation has no player.
	WrongPlayer Code = "player"
	// Unverified: it is for this player, but the sealer did not verify the player.
	Unverified Code = "unverified"
	// WrongCertificate: it is for another certificate or none, or the expectation has no certificate.
	WrongCertificate Code = "certificate"
	// Replayed: it was shown before.
	Replayed Code = "replayed"
	// ReplayGuardFull: the guard has no free place to remember it.
	ReplayGuardFull Code = "replay_guard_full"
)

func (c Code) Error() string { return "envelope refused: " + string(c) }

// Refused is the error for a refused envelope. Its text has no player and no certificate, so it can be logged.
type Refused struct {
	Code   Code
	detail string
}

func (r *Refused) Error() string {
	if r.detail == "" {
		return r.Code.Error()
	}
	return r.Code.Error() + " (" + r.detail + ")"
}

// Unwrap returns the code.
func (r *Refused) Unwrap() error { return r.Code }

func refuse(code Code, detail string) error { return &Refused{Code: code, detail: detail} }

// Kind is the direction of an envelope.
type Kind uint8

const (
	// Referral goes from the entrypoint to a backend.
	Referral Kind = 1
	// ReturnTicket goes from a backend back to the entrypoint.
	ReturnTicket Kind = 2
)

func (k Kind) String() string {
	switch k {
	case Referral:
		return "referral"
	case ReturnTicket:
		return "ticket"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Algorithm is the signature algorithm of an envelope.
type Algorithm uint8

const (
	// HMACSHA256 signs with a shared secret.
	HMACSHA256 Algorithm = 1
	// Ed25519 signs with a seed that only the sealer has.
	Ed25519 Algorithm = 2
)

func (a Algorithm) String() string {
	switch a {
	case HMACSHA256:
		return "hmac-sha256"
	case Ed25519:
		return "ed25519"
	}
	return fmt.Sprintf("algorithm %d", uint8(a))
}

func (a Algorithm) signatureLen() int {
	if a == Ed25519 {
		return ed25519.SignatureSize
	}
	return sha256.Size
}

// Statement is the content of an envelope.
type Statement struct {
	Kind Kind
	// Number of consecutive referrals of this player before.
	Hops uint8
	// Id of the signing key.
	KeyID     uint8
	Algorithm Algorithm
	// Time of issue in milliseconds.
	IssuedAt time.Time
	// The first moment at which it has expired, in milliseconds.
	ExpiresAt time.Time
	// Random bytes, new for each envelope.
	Nonce [16]byte
	// UUID in printed order, nil if unknown.
	Player *[16]byte
	// Whether the sealer verified that the client is this player; otherwise the player is a claim of the client. Always
	// false without a player.
	Verified bool
	// SHA-256 of the DER of the client's certificate, nil if unknown.
	Certificate *[32]byte
	// Target; in a ticket empty and 0 for any.
	Host string
	Port uint16
	// The matched route; in a ticket the requested one.
	Route string
	// The host name of the player's connection; in a ticket the backend's name.
	Source  string
	Content []byte
}

// Seal seals the statement with the id and algorithm of the key. Backends use [Ticket]. It returns an error for a value
// that does not fit, and never shortens one.
func (s *Statement) Seal(key SigningKey) ([]byte, error) {
	issued, okIssued := toMillis(s.IssuedAt)
	expires, okExpires := toMillis(s.ExpiresAt)
	signed := headerLen + len(s.Host) + len(s.Route) + len(s.Source) + len(s.Content)
	excess := signed + key.algorithm.signatureLen() - MaxEnvelope
	switch {
	case key.algorithm != HMACSHA256 && key.algorithm != Ed25519:
		return nil, errors.New("key: is none")
	case s.Kind != Referral && s.Kind != ReturnTicket:
		return nil, fmt.Errorf("%s: is none", s.Kind)
	case len(s.Host) > maxHost:
		return nil, fmt.Errorf("host: at most %d bytes are allowed", maxHost)
	case len(s.Route) > maxText:
		return nil, fmt.Errorf("route: at most %d bytes are allowed", maxText)
	case len(s.Source) > maxText:
		return nil, fmt.Errorf("source: at most %d bytes are allowed", maxText)
	case !utf8.ValidString(s.Host) || !utf8.ValidString(s.Route) || !utf8.ValidString(s.Source):
		return nil, errors.New("host, route or source: is not UTF-8")
	case s.Kind == Referral && (s.Host == "" || s.Port == 0):
		return nil, errors.New("a referral needs host and port")
	case excess > 0:
		return nil, fmt.Errorf("content: %d bytes too many", excess)
	case !okIssued || !okExpires:
		return nil, errors.New("a time is before 1970 or too far ahead")
	case expires <= issued:
		return nil, errors.New("the lifetime must be at least 1 ms")
	case s.Nonce == [16]byte{}:
		return nil, errors.New("nonce: must be 16 random bytes")
	case s.Player == nil && s.Verified:
		return nil, errors.New("player: can only be verified where one is named")
	case s.Player == nil && s.Kind == ReturnTicket:
		return nil, errors.New("a ticket needs a player")
	}

	var flags uint8
	var player [16]byte
	var certificate [32]byte
	if s.Player != nil {
		flags, player = flags|flagPlayer, *s.Player
	}
	if s.Certificate != nil {
		flags, certificate = flags|flagCertificate, *s.Certificate
	}
	if s.Verified {
		flags |= flagVerified
	}
	out := make([]byte, 0, MaxEnvelope+excess)
	out = append(out, magic...)
	out = append(out, version, uint8(s.Kind), flags, uint8(key.algorithm), key.id, s.Hops)
	out = binary.LittleEndian.AppendUint64(out, issued)
	out = binary.LittleEndian.AppendUint64(out, expires)
	out = append(out, s.Nonce[:]...)
	out = append(out, player[:]...)
	out = append(out, certificate[:]...)
	out = binary.LittleEndian.AppendUint16(out, s.Port)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(s.Host)))
	out = append(out, uint8(len(s.Route)), uint8(len(s.Source)))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(s.Content)))
	out = append(out, s.Host...)
	out = append(out, s.Route...)
	out = append(out, s.Source...)
	out = append(out, s.Content...)
	return append(out, key.sign(out)...), nil
}

// Expectation has the conditions for an envelope. Target, player and certificate are each set, or explicitly not
// checked. An expectation that lacks one of them refuses every envelope, so a forgotten check is found at the first
// test and is not a hole for years. Each method returns a new expectation.
type Expectation struct {
	kind        Kind
	target      expected[target]
	player      expected[[16]byte]
	verified    bool
	certificate expected[[32]byte]
	clockSkew   time.Duration
}

type expected[T any] struct {
	said bool
	// nil is any.
	value *T
}

func this[T any](value T) expected[T] { return expected[T]{said: true, value: &value} }

func anyOf[T any]() expected[T] { return expected[T]{said: true} }

func (e expected[T]) fits(fits func(T) bool) bool {
	return e.said && (e.value == nil || fits(*e.value))
}

type target struct {
	host string
	port uint16
}

// Expect expects an envelope of this kind. Target, player and certificate are still missing.
func Expect(kind Kind) Expectation { return Expectation{kind: kind, clockSkew: DefaultClockSkew} }

// ReferralTo expects a referral to this backend: its host and port in the configuration of the entrypoint.
func ReferralTo(host string, port uint16) Expectation { return Expect(Referral).Target(host, port) }

// Target expects this host, in any ASCII case, with or without one trailing dot, and this port. A ticket with an empty
// host matches every host, and one with port 0 every port.
func (e Expectation) Target(host string, port uint16) Expectation {
	e.target = this(target{host, port})
	return e
}

// AnyTarget does not check the target. Then a backend accepts envelopes for other backends.
func (e Expectation) AnyTarget() Expectation {
	e.target = anyOf[target]()
	return e
}

// Player expects the player with this UUID, in printed order, claimed or verified. Sufficient if something else
// verifies that the client is this player, such as the game's own authentication.
func (e Expectation) Player(uuid [16]byte) Expectation {
	e.player, e.verified = this(uuid), false
	return e
}

// VerifiedPlayer expects the player with this UUID, verified by the sealer. It refuses a claimed player.
func (e Expectation) VerifiedPlayer(uuid [16]byte) Expectation {
	e.player, e.verified = this(uuid), true
	return e
}

// AnyPlayer does not check the player, known or not. Then another player can show the envelope.
func (e Expectation) AnyPlayer() Expectation {
	e.player, e.verified = anyOf[[16]byte](), false
	return e
}

// Certificate expects the certificate with this SHA-256 of its DER: sha256.Sum256(certificate.Raw).
func (e Expectation) Certificate(fingerprint [32]byte) Expectation {
	e.certificate = this(fingerprint)
	return e
}

// AnyCertificate does not check the certificate, known or not. Then another client can show the envelope.
func (e Expectation) AnyCertificate() Expectation {
	e.certificate = anyOf[[32]byte]()
	return e
}

// ClockSkew sets how far the sealer's clock can be ahead; below 0 counts as 0. It does not extend the lifetime of an
// envelope.
func (e Expectation) ClockSkew(skew time.Duration) Expectation {
	e.clockSkew = max(skew, 0)
	return e
}

func (e Expectation) check(s *Statement, now time.Time) error {
	if s.Kind != e.kind {
		return refuse(WrongKind, "it is a "+s.Kind.String())
	}
	if s.IssuedAt.After(now.Add(e.clockSkew)) {
		return refuse(NotYetValid, "")
	}
	if !now.Before(s.ExpiresAt) {
		return refuse(Expired, "")
	}
	if !e.target.fits(s.isFor) {
		return refuse(WrongTarget, "")
	}
	if !e.player.fits(func(uuid [16]byte) bool { return s.Player != nil && *s.Player == uuid }) {
		return refuse(WrongPlayer, "")
	}
	if e.verified && !s.Verified {
		return refuse(Unverified, "")
	}
	if !e.certificate.fits(func(hash [32]byte) bool { return s.Certificate != nil && *s.Certificate == hash }) {
		return refuse(WrongCertificate, "")
	}
	return nil
}

func (s *Statement) isFor(t target) bool {
	anyHost := s.Kind == ReturnTicket && s.Host == ""
	anyPort := s.Kind == ReturnTicket && s.Port == 0
	return (anyHost || foldHost(s.Host) == foldHost(t.host)) && (anyPort || s.Port == t.port)
}

func foldHost(host string) string { return lower(strings.TrimSuffix(host, ".")) }

// Lower case for ASCII only: strings.ToLower and strings.EqualFold map the Kelvin sign to k.
func lower(text string) string {
	bytes := []byte(text)
	for i, b := range bytes {
		if 'A' <= b && b <= 'Z' {
			bytes[i] = b + ('a' - 'A')
		}
	}
	return string(bytes)
}

// VerifyingKey opens envelopes.
type VerifyingKey struct {
	id        uint8
	algorithm Algorithm
	// The function holds the key, so printing the struct does not show it.
	hasSigned           func(message, signature []byte) bool
	notBefore, notAfter time.Time
}

// All encodings of points of small order, without the sign of x: anyone can sign for such keys.
var weakPoints = map[string]bool{
	"0000000000000000000000000000000000000000000000000000000000000000": true,
	"0100000000000000000000000000000000000000000000000000000000000000": true,
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05": true,
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": true,
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": true,
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": true,
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": true,
}

// VerifyHMAC is a key for HMAC-SHA256, always valid, with a secret of at least 16 bytes.
func VerifyHMAC(id uint8, secret []byte) (VerifyingKey, error) {
	if err := checkSecret(secret); err != nil {
		return VerifyingKey{}, err
	}
	secret = bytes.Clone(secret)
	// In constant time, so the duration reveals nothing to a forger.
	hasSigned := func(message, signature []byte) bool { return hmac.Equal(hmacOf(secret, message), signature) }
	return VerifyingKey{id: id, algorithm: HMACSHA256, hasSigned: hasSigned}, nil
}

// VerifyEd25519 is a key for Ed25519, always valid, from the 32 bytes of RFC 8032. Bytes that are not a point of the
// curve open no envelope.
func VerifyEd25519(id uint8, publicKey []byte) (VerifyingKey, error) {
	if len(publicKey) != ed25519.PublicKeySize {
		return VerifyingKey{}, fmt.Errorf("public key: %d bytes are needed", ed25519.PublicKeySize)
	}
	publicKey = bytes.Clone(publicKey)
	if isWeak(publicKey) {
		return VerifyingKey{}, errors.New("public key: anyone can sign for this key")
	}
	hasSigned := func(message, signature []byte) bool {
		// Go accepts a signature with such a point, which only the owner of the seed can make; the router does not.
		return !isWeak(signature[:32]) && ed25519.Verify(publicKey, message, signature)
	}
	return VerifyingKey{id: id, algorithm: Ed25519, hasSigned: hasSigned}, nil
}

func isWeak(point []byte) bool {
	unsigned := bytes.Clone(point)
	unsigned[31] &= 0x7f
	return weakPoints[hex.EncodeToString(unsigned)]
}

// NotBefore returns this key, not valid before this moment.
func (k VerifyingKey) NotBefore(moment time.Time) VerifyingKey {
	k.notBefore = moment
	return k
}

// NotAfter returns this key, not valid from this moment on.
func (k VerifyingKey) NotAfter(moment time.Time) VerifyingKey {
	k.notAfter = moment
	return k
}

func (k VerifyingKey) isValidAt(now time.Time) bool {
	return (k.notBefore.IsZero() || !now.Before(k.notBefore)) && (k.notAfter.IsZero() || now.Before(k.notAfter))
}

// Keys are the keys that open envelopes, by id.
type Keys struct{ byID map[uint8]VerifyingKey }

// NewKeys returns these keys; each must have its own id.
func NewKeys(keys ...VerifyingKey) (Keys, error) {
	all := Keys{byID: make(map[uint8]VerifyingKey, len(keys))}
	for _, key := range keys {
		if _, twice := all.byID[key.id]; twice {
			return Keys{}, fmt.Errorf("key %d is there twice", key.id)
		}
		all.byID[key.id] = key
	}
	return all, nil
}

// SigningKey seals envelopes.
type SigningKey struct {
	id        uint8
	algorithm Algorithm
	// The function holds the secret, so printing the struct does not show it.
	sign func(message []byte) []byte
}

// SignHMAC is a key for HMAC-SHA256 with a secret of at least 16 bytes.
func SignHMAC(id uint8, secret []byte) (SigningKey, error) {
	if err := checkSecret(secret); err != nil {
		return SigningKey{}, err
	}
	secret = bytes.Clone(secret)
	sign := func(message []byte) []byte { return hmacOf(secret, message) }
	return SigningKey{id: id, algorithm: HMACSHA256, sign: sign}, nil
}

// SignEd25519 is a key for Ed25519. The seed is the private key of RFC 8032, 32 bytes.
func SignEd25519(id uint8, seed []byte) (SigningKey, error) {
	if len(seed) != ed25519.SeedSize {
		return SigningKey{}, fmt.Errorf("seed: %d bytes are needed", ed25519.SeedSize)
	}
	privateKey := ed25519.NewKeyFromSeed(seed)
	sign := func(message []byte) []byte { return ed25519.Sign(privateKey, message) }
	return SigningKey{id: id, algorithm: Ed25519, sign: sign}, nil
}

// Ticket is the data with which a backend sends a player back to the router, made by [NewTicket] or [TicketAfter]. It
// must name the player, because the router refuses other tickets; all other fields are optional. The player can show it
// again within its lifetime.
type Ticket struct {
	// Required: Seal returns an error for nil.
	player *[16]byte
	// Whether this server has authenticated the player of this UUID.
	Verified bool
	// The hops of the player's last referral, unchanged; the router uses them to stop loops.
	Hops uint8
	// SHA-256 of the DER of the client certificate for which the ticket is valid; nil for any.
	Certificate *[32]byte
	// Host name and port of the router for which the ticket is valid; empty and 0 for any. The router checks only the
	// name, against the host name of the connection: a player who typed an address needs a ticket without a name.
	Host string
	Port uint16
	// The requested route.
	Route string
	// The backend's name.
	Source string
	// Data for routes and plugins of the router.
	Content []byte
	// Lifetime. 0 is 30 seconds: the client connects at once. The router refuses more than 10 minutes.
	Lifetime time.Duration
	// For tests; all zero draws a random nonce.
	Nonce [16]byte
}

// NewTicket returns a ticket for the player with this UUID, in printed order, not verified.
func NewTicket(player [16]byte) Ticket { return Ticket{player: &player} }

// TicketAfter returns a ticket for the player of this referral: same hops, player and certificate. Set Verified if this
// server has authenticated the player. A referral without a player gives a ticket that cannot be sealed.
func TicketAfter(referral *Statement) Ticket {
	return Ticket{player: referral.Player, Hops: referral.Hops, Certificate: referral.Certificate}
}

// Seal returns the envelope, to be sent as referral data. It returns an error for a value that does not fit.
func (t Ticket) Seal(key SigningKey, now time.Time) ([]byte, error) {
	if t.Lifetime == 0 {
		t.Lifetime = 30 * time.Second
	}
	if t.Nonce == [16]byte{} {
		if _, err := rand.Read(t.Nonce[:]); err != nil {
			return nil, err
		}
	}
	statement := Statement{
		Kind:        ReturnTicket,
		Hops:        t.Hops,
		IssuedAt:    now,
		ExpiresAt:   now.Add(t.Lifetime),
		Nonce:       t.Nonce,
		Player:      t.player,
		Verified:    t.Verified,
		Certificate: t.Certificate,
		Host:        t.Host,
		Port:        t.Port,
		Route:       t.Route,
		Source:      t.Source,
		Content:     t.Content,
	}
	return statement.Seal(key)
}

// ReplayGuard accepts each envelope once: it remembers nonces until their envelopes expire. Use it after [Open], so
// that only owners of a key can fill it, and use one for all players. It is safe for several goroutines.
//
// It uses about 100 bytes for each nonce, up to its capacity. Choose twice the product of players a second and the
// lifetime in seconds.
type ReplayGuard struct {
	mutex     sync.Mutex
	capacity  int
	seen      map[[16]byte]struct{}
	byExpiry  expiries
	forgotten time.Time
}

// NewReplayGuard returns a guard for at most this number of nonces. It allocates memory only as needed.
func NewReplayGuard(capacity int) *ReplayGuard {
	return &ReplayGuard{capacity: capacity, seen: make(map[[16]byte]struct{})}
}

// Admit accepts a new nonce, and remembers it until it expires. Otherwise the error is a [*Refused].
//
// A clock that is set back does not make old envelopes valid again: an envelope that expires no later than a forgotten
// one counts as seen.
func (g *ReplayGuard) Admit(nonce [16]byte, expiresAt, now time.Time) error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.forget(now)
	forgotten := !g.forgotten.IsZero() && !expiresAt.After(g.forgotten)
	if _, seen := g.seen[nonce]; seen || forgotten {
		return refuse(Replayed, "")
	}
	if len(g.seen) >= g.capacity {
		return refuse(ReplayGuardFull, "")
	}
	g.seen[nonce] = struct{}{}
	heap.Push(&g.byExpiry, expiry{expiresAt, nonce})
	return nil
}

func (g *ReplayGuard) forget(now time.Time) {
	for len(g.byExpiry) > 0 && !g.byExpiry[0].at.After(now) {
		next := heap.Pop(&g.byExpiry).(expiry)
		delete(g.seen, next.nonce)
		if next.at.After(g.forgotten) {
			g.forgotten = next.at
		}
	}
}

type expiry struct {
	at    time.Time
	nonce [16]byte
}

// What expires first is first.
type expiries []expiry

func (e expiries) Len() int           { return len(e) }
func (e expiries) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e expiries) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *expiries) Push(next any)     { *e = append(*e, next.(expiry)) }
func (e *expiries) Pop() any {
	last := len(*e) - 1
	popped := (*e)[last]
	*e = (*e)[:last]
	return popped
}

// ParseSecret reads a secret in the form of the router's configuration: base64:..., hex:..., or plain text. Surrounding
// blanks are ignored. An error never contains the text.
func ParseSecret(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	secret := []byte(text)
	if lowered := lower(text); strings.HasPrefix(lowered, "base64:") {
		digits := strings.TrimSpace(text[len("base64:"):])
		unpadded := strings.TrimRight(digits, "=")
		padding := len(digits) - len(unpadded)
		decoded, err := base64.RawStdEncoding.Strict().DecodeString(unpadded)
		// The decoder skips line breaks.
		if err != nil || padding > (4-len(unpadded)%4)%4 || strings.ContainsAny(unpadded, "\r\n") {
			return nil, errors.New("the text after `base64:` is not standard base64")
		}
		secret = decoded
	} else if strings.HasPrefix(lowered, "hex:") {
		decoded, err := hex.DecodeString(strings.TrimSpace(text[len("hex:"):]))
		if err != nil {
			return nil, errors.New("the text after `hex:` is not an even number of hexadecimal digits")
		}
		secret = decoded
	}
	if len(secret) == 0 {
		return nil, errors.New("the secret is empty")
	}
	return secret, nil
}

// Reads the layout strictly: each statement has exactly one encoding. The content is not verified yet.
func parse(envelope []byte) (*Statement, error) {
	malformed := func(what string) (*Statement, error) { return nil, refuse(Malformed, what) }
	if len(envelope) < headerLen || len(envelope) > MaxEnvelope {
		return malformed("its length")
	}
	if string(envelope[:4]) != magic {
		return malformed("magic")
	}
	if envelope[4] != version {
		return malformed("version")
	}
	s := &Statement{
		Kind:      Kind(envelope[5]),
		Algorithm: Algorithm(envelope[7]),
		KeyID:     envelope[8],
		Hops:      envelope[9],
		Nonce:     [16]byte(envelope[26:42]),
		Port:      binary.LittleEndian.Uint16(envelope[90:]),
	}
	if s.Kind != Referral && s.Kind != ReturnTicket {
		return malformed("kind")
	}
	flags := envelope[6]
	if flags&^(flagPlayer|flagCertificate|flagVerified) != 0 {
		return malformed("flags")
	}
	if s.Verified = flags&flagVerified != 0; s.Verified && flags&flagPlayer == 0 {
		return malformed("verified without a player")
	}
	if s.Algorithm != HMACSHA256 && s.Algorithm != Ed25519 {
		return malformed("algorithm")
	}
	issued := binary.LittleEndian.Uint64(envelope[10:])
	expires := binary.LittleEndian.Uint64(envelope[18:])
	if expires <= issued {
		return malformed("lifetime")
	}
	s.IssuedAt, s.ExpiresAt = fromMillis(issued), fromMillis(expires)
	player, certificate := [16]byte(envelope[42:58]), [32]byte(envelope[58:90])
	if flags&flagPlayer != 0 {
		s.Player = &player
	} else if player != [16]byte{} {
		return malformed("player")
	}
	if flags&flagCertificate != 0 {
		s.Certificate = &certificate
	} else if certificate != [32]byte{} {
		return malformed("certificate")
	}
	hostLen := int(binary.LittleEndian.Uint16(envelope[92:]))
	routeLen, sourceLen := int(envelope[94]), int(envelope[95])
	contentLen := int(binary.LittleEndian.Uint16(envelope[96:]))
	if hostLen > maxHost {
		return malformed("length of the host")
	}
	if s.Kind == Referral && (hostLen == 0 || s.Port == 0) {
		return malformed("target")
	}
	if len(envelope) != headerLen+hostLen+routeLen+sourceLen+contentLen+s.Algorithm.signatureLen() {
		return malformed("lengths do not add up")
	}
	rest := envelope[headerLen:]
	take := func(length int) (taken []byte) {
		taken, rest = rest[:length], rest[length:]
		return taken
	}
	s.Host, s.Route, s.Source = string(take(hostLen)), string(take(routeLen)), string(take(sourceLen))
	s.Content = bytes.Clone(take(contentLen))
	if !utf8.ValidString(s.Host) || !utf8.ValidString(s.Route) || !utf8.ValidString(s.Source) {
		return malformed("a text is not UTF-8")
	}
	return s, nil
}

// The milliseconds are unsigned: the highest of 64 bits is 292 million years ahead and not before 1970.
func fromMillis(millis uint64) time.Time {
	return time.Unix(int64(millis/1000), int64(millis%1000)*int64(time.Millisecond)).UTC()
}

func toMillis(at time.Time) (millis uint64, ok bool) {
	seconds := at.Unix()
	rest := uint64(at.Nanosecond()) / uint64(time.Millisecond)
	if seconds < 0 || uint64(seconds) > (math.MaxUint64-rest)/1000 {
		return 0, false
	}
	return uint64(seconds)*1000 + rest, true
}

func checkSecret(secret []byte) error {
	if len(secret) < minSecret {
		return fmt.Errorf("secret: less than %d bytes can be guessed", minSecret)
	}
	return nil
}

func hmacOf(secret, message []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write(message)
	return mac.Sum(nil)
}
