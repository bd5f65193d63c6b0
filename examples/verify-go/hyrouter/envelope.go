// Package hyrouter opens the signed envelope ("HYRP", version 2) around the data that a referred player carries. It is
// one file that needs nothing but the standard library, to be copied or imported.
//
// [Open] makes every check that can be made of one envelope, a [ReplayGuard] sees that each is shown once, and a
// [Ticket] sends a player back to the router. Byte by byte: docs/referral-envelope.md of Hyrouter.
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

// MaxEnvelope is the longest envelope in bytes, the bound of the game on referral data.
const MaxEnvelope = 4096

// DefaultClockSkew is how far the sealer's clock may be ahead unless the expectation says otherwise.
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

// Open opens an envelope: what it says, provided that it is well formed, signed by one of the keys, alive, and meant for
// this place and player. Whether it was shown before is for a [ReplayGuard] to say.
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
	// Before the signature is looked at: a key that signs by one algorithm never judges another, or a public key would
	// pass as an HMAC secret that all the world knows.
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

// Code is a check that refuses an envelope, in a text that is stable and the same in every language. It is an error, so
// that errors.Is(err, hyrouter.Expired) asks for one.
type Code string

// The checks in their order. Those of a replay guard come last.
const (
	// Malformed bytes are not an envelope of version 2.
	Malformed Code = "malformed"
	// UnknownKey: no key has the id that it names.
	UnknownKey Code = "unknown_key"
	// KeyNotValid: the key is not valid yet, or no more.
	KeyNotValid Code = "key_not_valid"
	// WrongAlgorithm: the key is of another algorithm than the envelope says.
	WrongAlgorithm Code = "algorithm"
	// Signature: the key has not signed it.
	Signature Code = "signature"
	// WrongKind: it is a ticket and not a referral, or the other way round.
	WrongKind Code = "kind"
	// NotYetValid: it was issued further ahead than clocks may differ.
	NotYetValid Code = "not_yet_valid"
	// Expired: it is over.
	Expired Code = "expired"
	// WrongTarget: it is meant for another target, or nothing was said of the target.
	WrongTarget Code = "target"
	// WrongPlayer: it is meant for another player or none, or nothing was said of the player.
	WrongPlayer Code = "player"
	// Unverified: it is for this player, whom the client merely claimed to be when it was sealed.
	Unverified Code = "unverified"
	// WrongCertificate: it is meant for another certificate or none, or nothing was said of the certificate.
	WrongCertificate Code = "certificate"
	// Replayed: it was shown before.
	Replayed Code = "replayed"
	// ReplayGuardFull: there is no room to remember it, so nobody could tell when it is shown again.
	ReplayGuardFull Code = "replay_guard_full"
)

func (c Code) Error() string { return "envelope refused: " + string(c) }

// Refused is the error of an envelope that is not accepted. Its text names no player and no certificate, so that it can
// be logged.
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

// Unwrap gives the code.
func (r *Refused) Unwrap() error { return r.Code }

func refuse(code Code, detail string) error { return &Refused{Code: code, detail: detail} }

// Kind is which way an envelope goes.
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

// Algorithm is how an envelope is signed.
type Algorithm uint8

const (
	// HMACSHA256 signs with a secret that both sides share.
	HMACSHA256 Algorithm = 1
	// Ed25519 signs with a seed that the sealer alone has.
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

// Statement is what an envelope says.
type Statement struct {
	Kind Kind
	// How often the entrypoint has referred this player in a row before.
	Hops uint8
	// The key that it is sealed with.
	KeyID     uint8
	Algorithm Algorithm
	// When it was sealed, in milliseconds.
	IssuedAt time.Time
	// The first moment at which it is too late, in milliseconds.
	ExpiresAt time.Time
	// Random bytes, new for each envelope.
	Nonce [16]byte
	// UUID in the order of print, nil when not known.
	Player *[16]byte
	// The sealer has verified that the client is this player; otherwise the player is what the client claimed. Never
	// without a player.
	Verified bool
	// SHA-256 of the DER of the client's certificate, nil when not known.
	Certificate *[32]byte
	// The target; in a ticket empty and 0 for any.
	Host string
	Port uint16
	// The route that led here; in a ticket the one that the backend wishes.
	Route string
	// The host name by which the player came; in a ticket the backend's name.
	Source  string
	Content []byte
}

// Seal seals the statement under the id and algorithm of the key. Backends use [Ticket]. Nothing is ever shortened to
// make it fit.
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
		return nil, errors.New("it has to live for a millisecond at least")
	case s.Nonce == [16]byte{}:
		return nil, errors.New("nonce: has to be 16 random bytes")
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

// Expectation is what an envelope has to say to be accepted. Target, player and certificate are each either expected
// or, in so many words, not checked. What nothing was said about fits no envelope, so that a check which was forgotten
// refuses everybody at the first try instead of letting everybody in for years. Each method gives a new expectation.
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

// Expect is an envelope of this kind. About target, player and certificate something has still to be said.
func Expect(kind Kind) Expectation { return Expectation{kind: kind, clockSkew: DefaultClockSkew} }

// ReferralTo is a referral to this backend: the host and port that the entrypoint knows it by.
func ReferralTo(host string, port uint16) Expectation { return Expect(Referral).Target(host, port) }

// Target is this host, in any ASCII case, with or without one dot at its end, and port. A ticket with an empty host fits
// every host and one with port 0 every port.
func (e Expectation) Target(host string, port uint16) Expectation {
	e.target = this(target{host, port})
	return e
}

// AnyTarget does not check the target. Then a backend accepts what was meant for another one.
func (e Expectation) AnyTarget() Expectation {
	e.target = anyOf[target]()
	return e
}

// Player is the one of this UUID, in the order of print, claimed or verified. Enough where something else verifies that
// the client is this player, such as the game's own authentication.
func (e Expectation) Player(uuid [16]byte) Expectation {
	e.player, e.verified = this(uuid), false
	return e
}

// VerifiedPlayer is the one of this UUID, whom the sealer has verified. A player who is merely claimed is refused.
func (e Expectation) VerifiedPlayer(uuid [16]byte) Expectation {
	e.player, e.verified = this(uuid), true
	return e
}

// AnyPlayer does not check the player, known or not. Then it may be another one who shows it.
func (e Expectation) AnyPlayer() Expectation {
	e.player, e.verified = anyOf[[16]byte](), false
	return e
}

// Certificate is the one with this SHA-256 of its DER: sha256.Sum256(certificate.Raw).
func (e Expectation) Certificate(fingerprint [32]byte) Expectation {
	e.certificate = this(fingerprint)
	return e
}

// AnyCertificate does not check the certificate, known or not. Then it may be shown from another client.
func (e Expectation) AnyCertificate() Expectation {
	e.certificate = anyOf[[32]byte]()
	return e
}

// ClockSkew is how far the sealer's clock may be ahead; below 0 counts as 0. It does not lengthen the life of an
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

// Lower case in ASCII alone: strings.ToLower and strings.EqualFold make a k of the Kelvin sign.
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
	// The key is in the function, where no printing of a struct finds it.
	hasSigned           func(message, signature []byte) bool
	notBefore, notAfter time.Time
}

// All encodings of points of small order, without the sign of x: for such keys anybody can make signatures.
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
	// In constant time: how long it takes tells a forger nothing.
	hasSigned := func(message, signature []byte) bool { return hmac.Equal(hmacOf(secret, message), signature) }
	return VerifyingKey{id: id, algorithm: HMACSHA256, hasSigned: hasSigned}, nil
}

// VerifyEd25519 is a key for Ed25519, always valid, from the 32 bytes of RFC 8032. Bytes that are no point of the curve
// open nothing.
func VerifyEd25519(id uint8, publicKey []byte) (VerifyingKey, error) {
	if len(publicKey) != ed25519.PublicKeySize {
		return VerifyingKey{}, fmt.Errorf("public key: %d bytes are needed", ed25519.PublicKeySize)
	}
	publicKey = bytes.Clone(publicKey)
	if isWeak(publicKey) {
		return VerifyingKey{}, errors.New("public key: anybody can sign for this one")
	}
	hasSigned := func(message, signature []byte) bool {
		// Go would take a signature with such a point, which only the holder of the seed can make; the router does not.
		return !isWeak(signature[:32]) && ed25519.Verify(publicKey, message, signature)
	}
	return VerifyingKey{id: id, algorithm: Ed25519, hasSigned: hasSigned}, nil
}

func isWeak(point []byte) bool {
	unsigned := bytes.Clone(point)
	unsigned[31] &= 0x7f
	return weakPoints[hex.EncodeToString(unsigned)]
}

// NotBefore is this key, not valid before this moment.
func (k VerifyingKey) NotBefore(moment time.Time) VerifyingKey {
	k.notBefore = moment
	return k
}

// NotAfter is this key, no longer valid at this moment.
func (k VerifyingKey) NotAfter(moment time.Time) VerifyingKey {
	k.notAfter = moment
	return k
}

func (k VerifyingKey) isValidAt(now time.Time) bool {
	return (k.notBefore.IsZero() || !now.Before(k.notBefore)) && (k.notAfter.IsZero() || now.Before(k.notAfter))
}

// Keys are the keys that open envelopes, by id.
type Keys struct{ byID map[uint8]VerifyingKey }

// NewKeys are these keys; each has an id of its own.
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
	// The secret is in the function, where no printing of a struct finds it.
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

// Ticket is what a backend gives a player whom it sends back to the router, made by [NewTicket] or [TicketAfter]. It
// names the player, since the router takes no other ticket; nothing else has to be set. Within its life the same player
// can show it again.
type Ticket struct {
	// Nil is not sealed.
	player *[16]byte
	// Whether this server has authenticated the player, so that nobody but they can be here under this UUID.
	Verified bool
	// The hops of the referral that brought the player, unchanged; the router stops loops by them.
	Hops uint8
	// For the holder of this certificate alone, given by the SHA-256 of its DER.
	Certificate *[32]byte
	// For the router of this name and port alone; an empty name is any, port 0 is any. The router looks at the name
	// alone, and it is the one that the player came by: who typed an address needs a ticket without a name.
	Host string
	Port uint16
	// The route that the backend wishes.
	Route string
	// The backend's name.
	Source string
	// What routes and plugins of the router shall see.
	Content []byte
	// How long it is good for. 0 is 30 seconds: the client connects at once. The router refuses more than ten minutes.
	Lifetime time.Duration
	// All zero, a random one is drawn. For tests.
	Nonce [16]byte
}

// NewTicket is a ticket for the player of this UUID alone, in the order of print, claimed and not verified.
func NewTicket(player [16]byte) Ticket { return Ticket{player: &player} }

// TicketAfter is a ticket for the player whom this referral brought: same hops, player and certificate. Whether the
// player is verified is for this server to say. Of a referral that names no player it is one that can not be sealed.
func TicketAfter(referral *Statement) Ticket {
	return Ticket{player: referral.Player, Hops: referral.Hops, Certificate: referral.Certificate}
}

// Seal gives the envelope, to be sent as referral data. Nothing is ever shortened to make it fit.
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

// ReplayGuard sees that no envelope is accepted twice: it remembers nonces until their envelopes expire. To be asked
// after [Open], so that only holders of a key can fill it, and one for all players. Any goroutine may ask.
//
// It grows with what it remembers, up to its capacity, by about 100 bytes for each nonce. Players per second times
// lifetime in seconds are never too many; give it twice that.
type ReplayGuard struct {
	mutex     sync.Mutex
	capacity  int
	seen      map[[16]byte]struct{}
	byExpiry  expiries
	forgotten time.Time
}

// NewReplayGuard is a guard that remembers so many nonces. No memory is taken before it is needed.
func NewReplayGuard(capacity int) *ReplayGuard {
	return &ReplayGuard{capacity: capacity, seen: make(map[[16]byte]struct{})}
}

// Admit admits a nonce that was not seen yet, and remembers it until it expires. Otherwise the error is a [*Refused].
//
// A clock that is set back brings nothing back: what was forgotten can not be told from what was never seen, so all
// that expires no later than something forgotten counts as seen.
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

// ParseSecret reads a secret as the router's configuration has it: base64:..., hex:..., and anything else as it is.
// Blanks around it do not count. An error never holds any of the text.
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

// Reads the layout. It is strict: each statement is written in one way alone. Nothing is believed yet.
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

// The milliseconds have no sign: the last bit of 64 is ahead by 292 million years and not before 1970.
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
