package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hyrouter.example/verify-go/hyrouter"
)

const vectorsPath = "../../crates/referral/tests/vectors.json"

var (
	now    = time.UnixMilli(1_800_000_000_000)
	player = [16]byte{0x5b, 0x1d, 15: 0x5f}
)

func must[T any](t testing.TB, value T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestVectors(t *testing.T) {
	file, err := readVectors(vectorsPath)
	must(t, file, err)
	for _, vector := range file.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			if err := file.check(vector); err != nil {
				t.Error(err)
			}
		})
	}
	for _, replay := range file.Replays {
		t.Run("replay_"+replay.Name, func(t *testing.T) {
			if err := replay.check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// An envelope that opens is sealed to the same bytes; any other is refused with a code.
func FuzzOpen(f *testing.F) {
	file, err := readVectors(vectorsPath)
	must(f, file, err)
	for _, vector := range file.Vectors {
		f.Add([]byte(vector.Envelope), vector.Now)
	}
	kinds := []hyrouter.Kind{hyrouter.Referral, hyrouter.ReturnTicket}
	f.Fuzz(func(t *testing.T, envelope []byte, millis uint64) {
		for _, kind := range kinds {
			expectation := hyrouter.Expect(kind).AnyTarget().AnyPlayer().AnyCertificate()
			statement, err := hyrouter.Open(envelope, file.keys, expectation, moment(millis))
			if err != nil {
				if refused := (*hyrouter.Refused)(nil); !errors.As(err, &refused) {
					t.Fatalf("%v is no refusal", err)
				}
				continue
			}
			sealed, err := statement.Seal(file.signers[statement.KeyID])
			// An envelope with a nonce of zeros opens, because the sealer chose it, but is never sealed here. Neither is a
			// ticket without a player.
			sealable := statement.Nonce != [16]byte{} && (kind == hyrouter.Referral || statement.Player != nil)
			if sealable && (err != nil || !bytes.Equal(sealed, envelope)) {
				t.Fatalf("sealed as %x, %v", sealed, err)
			}
		}
	})
}

func hmacKeys(t testing.TB) (hyrouter.Keys, hyrouter.SigningKey) {
	secret := []byte("sixteen bytes or more")
	opens, err := hyrouter.VerifyHMAC(1, secret)
	must(t, opens, err)
	seals, err := hyrouter.SignHMAC(1, secret)
	must(t, seals, err)
	keys, err := hyrouter.NewKeys(opens)
	return must(t, keys, err), seals
}

func TestAnExpectationThatSaysTooLittleFitsNothing(t *testing.T) {
	keys, key := hmacKeys(t)
	envelope, err := hyrouter.NewTicket(player).Seal(key, now)
	must(t, envelope, err)
	silent := hyrouter.Expect(hyrouter.ReturnTicket)
	for _, c := range []struct {
		expectation hyrouter.Expectation
		code        error
	}{
		{hyrouter.Expectation{}, hyrouter.WrongKind},
		{silent, hyrouter.WrongTarget},
		{silent.AnyTarget(), hyrouter.WrongPlayer},
		{silent.AnyTarget().VerifiedPlayer(player), hyrouter.Unverified},
		{silent.AnyTarget().VerifiedPlayer(player).Player(player), hyrouter.WrongCertificate},
		{silent.AnyTarget().VerifiedPlayer(player).AnyPlayer(), hyrouter.WrongCertificate},
		{silent.AnyTarget().AnyPlayer(), hyrouter.WrongCertificate},
		{silent.AnyTarget().AnyPlayer().AnyCertificate(), nil},
	} {
		if _, err := hyrouter.Open(envelope, keys, c.expectation, now); !errors.Is(err, c.code) {
			t.Errorf("expected %v, got %v", c.code, err)
		}
	}
}

func TestATicketAnswersAReferral(t *testing.T) {
	keys, key := hmacKeys(t)
	referral := &hyrouter.Statement{Hops: 3, Player: &player, Verified: true, Certificate: &[32]byte{2}}
	envelope, err := hyrouter.TicketAfter(referral).Seal(key, now)
	must(t, envelope, err)
	expectation := hyrouter.Expect(hyrouter.ReturnTicket).Target("play.example.com", 5520).
		Player(player).Certificate([32]byte{2})
	ticket, err := hyrouter.Open(envelope, keys, expectation, now)
	must(t, ticket, err)
	if ticket.Hops != 3 || !ticket.ExpiresAt.Equal(now.Add(30*time.Second)) {
		t.Errorf("%+v", ticket)
	}
	if ticket.Verified {
		t.Error("the referral's word was taken for that of this server")
	}
	again, err := hyrouter.TicketAfter(referral).Seal(key, now)
	if must(t, again, err); bytes.Equal(again, envelope) {
		t.Error("two tickets have one nonce")
	}
}

func TestWhatCanNotBeSealedIsAnError(t *testing.T) {
	_, key := hmacKeys(t)
	if _, err := hyrouter.NewTicket(player).Seal(hyrouter.SigningKey{}, now); err == nil {
		t.Error("sealed without a key")
	}
	for what, change := range map[string]func(*hyrouter.Ticket){
		"no player":           func(t *hyrouter.Ticket) { *t = hyrouter.Ticket{} },
		"no player to answer": func(t *hyrouter.Ticket) { *t = hyrouter.TicketAfter(&hyrouter.Statement{}) },
		"host":                func(t *hyrouter.Ticket) { t.Host = strings.Repeat("h", 257) },
		"route":               func(t *hyrouter.Ticket) { t.Route = strings.Repeat("r", 256) },
		"source":              func(t *hyrouter.Ticket) { t.Source = strings.Repeat("s", 256) },
		"content":             func(t *hyrouter.Ticket) { t.Content = make([]byte, 4096-98-32+1) },
		"UTF-8":               func(t *hyrouter.Ticket) { t.Route = "\xff" },
		"lifetime":            func(t *hyrouter.Ticket) { t.Lifetime = -time.Second },
		"instant":             func(t *hyrouter.Ticket) { t.Lifetime = time.Microsecond },
	} {
		ticket := hyrouter.NewTicket(player)
		change(&ticket)
		if _, err := ticket.Seal(key, now); err == nil {
			t.Errorf("%s: sealed", what)
		}
	}
	if _, err := hyrouter.NewTicket(player).Seal(key, time.Unix(-1, 0)); err == nil {
		t.Error("sealed before 1970")
	}
	full := hyrouter.NewTicket(player)
	full.Content = make([]byte, 4096-98-32)
	if _, err := full.Seal(key, now); err != nil {
		t.Error(err)
	}
	referral := hyrouter.Statement{
		Kind: hyrouter.Referral, IssuedAt: now, ExpiresAt: now.Add(time.Second), Nonce: [16]byte{1}, Host: "h", Port: 1,
	}
	if _, err := referral.Seal(key); err != nil {
		t.Error(err)
	}
	referral.Verified = true
	if _, err := referral.Seal(key); err == nil {
		t.Error("a referral without a player is sealed as verified")
	}
}

func TestWhatIsNoKeyIsAnError(t *testing.T) {
	weak := make([]byte, 32)
	weak[0], weak[31] = 1, 0x80
	_, weakKey := hyrouter.VerifyEd25519(1, weak)
	_, shortKey := hyrouter.VerifyEd25519(1, make([]byte, 31))
	_, shortSeed := hyrouter.SignEd25519(1, make([]byte, 31))
	_, shortSecret := hyrouter.VerifyHMAC(1, make([]byte, 15))
	_, shortSigning := hyrouter.SignHMAC(1, make([]byte, 15))
	key, err := hyrouter.VerifyHMAC(1, make([]byte, 16))
	must(t, key, err)
	_, twice := hyrouter.NewKeys(key, key)
	for i, err := range []error{weakKey, shortKey, shortSeed, shortSecret, shortSigning, twice} {
		if err == nil {
			t.Errorf("key %d was accepted", i)
		}
	}
}

func TestAKeyIsNeverPrinted(t *testing.T) {
	keys, key := hmacKeys(t)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		printed := fmt.Sprintf(format+format, keys, key)
		for _, secret := range []string{"sixteen", fmt.Sprintf("%x", "sixteen"), "115 105 120", "0x73, 0x69, 0x78"} {
			if strings.Contains(printed, secret) {
				t.Errorf("%s: %s", format, printed)
			}
		}
	}
}

func TestSecretsAsTheRouterReadsThem(t *testing.T) {
	for text, secret := range map[string]string{
		"plain":            "plain",
		"  00123\n":        "00123",
		"\u00a0grün\u2003": "grün",
		"base64:AAECAw==":  "\x00\x01\x02\x03",
		"base64:AAECAw":    "\x00\x01\x02\x03",
		"BASE64: AAEC ":    "\x00\x01\x02",
		"hex:00fFaB":       "\x00\xff\xab",
		"Hex:\t01":         "\x01",
		"base32:AA":        "base32:AA",
	} {
		if got, err := hyrouter.ParseSecret(text); err != nil || string(got) != secret {
			t.Errorf("%q: %x, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", " \t\n", "base64:", "hex: ", "base64:A", "base64:A-_B", "base64:AA EC", "base64:AA\nEC", "base64:AAEC=",
		"base64:AAECAx", "hex:0", "hex:0x", "hex:é",
	} {
		if got, err := hyrouter.ParseSecret(text); err == nil {
			t.Errorf("%q: %x", text, got)
		}
	}
}

func TestOneGuardForAllAdmitsOnce(t *testing.T) {
	guard := hyrouter.NewReplayGuard(1000)
	var admitted atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range 500 {
				nonce := [16]byte{byte(i), byte(i >> 8)}
				if guard.Admit(nonce, now.Add(time.Second), now) == nil {
					admitted.Add(1)
				}
			}
		}()
	}
	group.Wait()
	if admitted.Load() != 500 {
		t.Errorf("%d of 500 were admitted", admitted.Load())
	}
}

// Runs the command line; `main` has the exit codes 0, 1 and 2.
func TestTheProgramOpensWhatItSealed(t *testing.T) {
	secret := t.TempDir() + "/secret"
	must(t, secret, os.WriteFile(secret, []byte("hex:000102030405060708090a0b0c0d0e0f\n"), 0o600))
	key := []string{"--key-id", "7", "--secret-file", secret, "--now", "1800000000000"}
	call := func(arguments ...string) (string, bool) {
		var out bytes.Buffer
		accepted, err := run(append(arguments, key...), &out)
		must(t, accepted, err)
		return strings.TrimSpace(out.String()), accepted
	}
	const uuid, other = "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f", "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5e"
	envelope, _ := call("ticket", "--player", uuid, "--route", "a<b", "--hops", "2")
	opened, accepted := call("open", envelope, "--ticket", "--host", "h", "--port", "1")
	if !accepted || !strings.Contains(opened, `"route":"a<b"`) || !strings.Contains(opened, `"hops":2`) {
		t.Error(opened)
	}
	for want, more := range map[string][]string{
		"kind":       {"--replay"},
		"replayed":   {"--ticket", "--replay"},
		"player":     {"--ticket", "--player", other, "--verified"},
		"unverified": {"--ticket", "--player", uuid, "--verified"},
	} {
		refused, accepted := call(append([]string{"open", envelope, "--host", "h", "--port", "1"}, more...)...)
		if accepted || refused != fmt.Sprintf(`{"refused":%q}`, want) {
			t.Errorf("%s: %s", want, refused)
		}
	}
	envelope, _ = call("ticket", "--player", uuid, "--verified")
	opened, accepted = call("open", envelope, "--ticket", "--player", uuid, "--verified", "--host", "h", "--port", "1")
	if !accepted || !strings.Contains(opened, `"verified":true`) {
		t.Error(opened)
	}
	for _, wrong := range [][]string{
		{"ticket", "--verified"},
		{"open", envelope, "--verified", "--host", "h", "--port", "1"},
	} {
		if _, err := run(append(wrong, key...), &bytes.Buffer{}); err == nil {
			t.Errorf("%q was done", wrong)
		}
	}
}
