// Opens and seals envelopes from a command line, and runs the test vectors. See README.md.
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"hyrouter.example/verify-go/hyrouter"
)

const usage = `usage:
  verify-go vectors FILE
  verify-go open HEX --key-id N (--secret-file F | --public-key HEX) --host H --port P
      [--ticket] [--player UUID [--verified]] [--certificate HEX] [--now MS] [--replay]
  verify-go ticket --key-id N (--secret-file F | --seed-file F) --player UUID [--verified] [--host H]
      [--port P] [--certificate HEX] [--route R] [--source S] [--content HEX] [--hops N] [--lifetime MS]
      [--now MS] [--nonce HEX]
open does not check a player or certificate that is not given; with --verified it refuses a player that the sealer has
not verified; --replay shows the envelope twice.
A secret or seed is plain text, base64:... or hex:...`

// Exits with 0 for success, 1 if an envelope was refused, and 2 for a wrong command line.
func main() {
	accepted, err := run(os.Args[1:], os.Stdout)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case !accepted:
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer) (accepted bool, err error) {
	command := ""
	if len(arguments) > 0 {
		command, arguments = arguments[0], arguments[1:]
	}
	switch {
	case command == "vectors" && len(arguments) == 1:
		return runVectors(arguments[0], out)
	case command == "open" && len(arguments) >= 1:
		return open(arguments[0], arguments[1:], out)
	case command == "ticket":
		return ticket(arguments, out)
	}
	return false, errors.New(usage)
}

func runVectors(path string, out io.Writer) (accepted bool, err error) {
	file, err := readVectors(path)
	if err != nil {
		return false, err
	}
	accepted = true
	report := func(name string, failure error) {
		if failure != nil {
			accepted = false
			fmt.Fprintf(out, "FAILED %s: %s\n", name, failure)
		}
	}
	for _, vector := range file.Vectors {
		report(vector.Name, file.check(vector))
	}
	for _, replay := range file.Replays {
		report(replay.Name, replay.check())
	}
	if accepted {
		fmt.Fprintf(out, "%d vectors, %d replays: ok\n", len(file.Vectors), len(file.Replays))
	}
	return accepted, nil
}

func open(envelope string, arguments []string, out io.Writer) (accepted bool, err error) {
	options := newOptions("open")
	publicKey := options.String("public-key", "", "")
	asTicket := options.Bool("ticket", false, "")
	replay := options.Bool("replay", false, "")
	if err := options.parse(arguments, "key-id", "host", "port"); err != nil {
		return false, err
	}
	data, err := hex.DecodeString(envelope)
	if err != nil {
		return false, fmt.Errorf("the envelope: %w", err)
	}
	key, err := options.verifyingKey(*publicKey)
	if err != nil {
		return false, err
	}
	keys, err := hyrouter.NewKeys(key)
	if err != nil {
		return false, err
	}
	kind := hyrouter.Referral
	if *asTicket {
		kind = hyrouter.ReturnTicket
	}
	expectation := hyrouter.Expect(kind).Target(options.host, options.port).AnyPlayer().AnyCertificate()
	switch {
	case options.verified && options.player == nil:
		return false, errors.New("--verified needs --player\n" + usage)
	case options.verified:
		expectation = expectation.VerifiedPlayer(*options.player)
	case options.player != nil:
		expectation = expectation.Player(*options.player)
	}
	if options.certificate != nil {
		expectation = expectation.Certificate(*options.certificate)
	}
	statement, err := hyrouter.Open(data, keys, expectation, options.now)
	if err == nil && *replay {
		guard := hyrouter.NewReplayGuard(1)
		for range 2 {
			err = guard.Admit(statement.Nonce, statement.ExpiresAt, options.now)
		}
	}
	if refused := (*hyrouter.Refused)(nil); errors.As(err, &refused) {
		return false, write(out, map[string]string{"refused": string(refused.Code)})
	}
	return true, write(out, describe(statement))
}

func ticket(arguments []string, out io.Writer) (accepted bool, err error) {
	options := newOptions("ticket")
	var (
		hops     uint8
		content  []byte
		lifetime time.Duration
		nonce    [16]byte
	)
	seedFile := options.String("seed-file", "", "")
	route := options.String("route", "", "")
	source := options.String("source", "", "")
	options.Func("content", "", func(text string) (err error) {
		content, err = hex.DecodeString(text)
		return err
	})
	options.Func("hops", "", func(text string) (err error) {
		hops, err = number[uint8](text)
		return err
	})
	options.Func("lifetime", "", func(text string) error {
		millis, err := number[uint32](text)
		lifetime = time.Duration(millis) * time.Millisecond
		return err
	})
	options.Func("nonce", "", func(text string) error { return array(text, nonce[:]) })
	if err := options.parse(arguments, "key-id", "player"); err != nil {
		return false, err
	}
	sealed := hyrouter.NewTicket(*options.player)
	sealed.Verified, sealed.Certificate = options.verified, options.certificate
	sealed.Host, sealed.Port = options.host, options.port
	sealed.Route, sealed.Source, sealed.Content = *route, *source, content
	sealed.Hops, sealed.Lifetime, sealed.Nonce = hops, lifetime, nonce
	key, err := options.signingKey(*seedFile)
	if err != nil {
		return false, err
	}
	envelope, err := sealed.Seal(key, options.now)
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprintln(out, hex.EncodeToString(envelope))
	return true, err
}

// Arguments of both commands.
type options struct {
	*flag.FlagSet
	keyID       uint8
	secretFile  string
	host        string
	port        uint16
	player      *[16]byte
	verified    bool
	certificate *[32]byte
	now         time.Time
}

func newOptions(command string) *options {
	o := &options{FlagSet: flag.NewFlagSet(command, flag.ContinueOnError), now: time.Now()}
	o.SetOutput(io.Discard)
	o.StringVar(&o.secretFile, "secret-file", "", "")
	o.StringVar(&o.host, "host", "", "")
	o.BoolVar(&o.verified, "verified", false, "")
	o.Func("key-id", "", func(text string) (err error) {
		o.keyID, err = number[uint8](text)
		return err
	})
	o.Func("port", "", func(text string) (err error) {
		o.port, err = number[uint16](text)
		return err
	})
	o.Func("player", "", func(text string) (err error) {
		o.player, err = parseUUID(text)
		return err
	})
	o.Func("certificate", "", func(text string) error {
		o.certificate = new([32]byte)
		return array(text, o.certificate[:])
	})
	o.Func("now", "", func(text string) error {
		millis, err := number[uint64](text)
		o.now = moment(millis)
		return err
	})
	return o
}

func (o *options) parse(arguments []string, required ...string) error {
	if err := o.FlagSet.Parse(arguments); err != nil {
		return fmt.Errorf("%w\n%s", err, usage)
	}
	if o.NArg() > 0 {
		return fmt.Errorf("%s: is too much\n%s", o.Arg(0), usage)
	}
	given := make(map[string]bool)
	o.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for _, name := range required {
		if !given[name] {
			return fmt.Errorf("--%s is missing\n%s", name, usage)
		}
	}
	return nil
}

func (o *options) verifyingKey(publicKey string) (hyrouter.VerifyingKey, error) {
	if (o.secretFile == "") == (publicKey == "") {
		return hyrouter.VerifyingKey{}, errors.New("either --secret-file or --public-key is needed\n" + usage)
	}
	if publicKey != "" {
		key, err := hex.DecodeString(publicKey)
		if err != nil {
			return hyrouter.VerifyingKey{}, fmt.Errorf("--public-key: %w", err)
		}
		return hyrouter.VerifyEd25519(o.keyID, key)
	}
	secret, err := readSecret(o.secretFile)
	if err != nil {
		return hyrouter.VerifyingKey{}, err
	}
	return hyrouter.VerifyHMAC(o.keyID, secret)
}

func (o *options) signingKey(seedFile string) (hyrouter.SigningKey, error) {
	if (o.secretFile == "") == (seedFile == "") {
		return hyrouter.SigningKey{}, errors.New("either --secret-file or --seed-file is needed\n" + usage)
	}
	if seedFile != "" {
		seed, err := readSecret(seedFile)
		if err != nil {
			return hyrouter.SigningKey{}, err
		}
		return hyrouter.SignEd25519(o.keyID, seed)
	}
	secret, err := readSecret(o.secretFile)
	if err != nil {
		return hyrouter.SigningKey{}, err
	}
	return hyrouter.SignHMAC(o.keyID, secret)
}

func readSecret(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%s: is not UTF-8", path)
	}
	return hyrouter.ParseSecret(string(text))
}

// Digits only; the flag package accepts more.
func number[T uint8 | uint16 | uint32 | uint64](text string) (T, error) {
	var n T
	if strings.Trim(text, "0123456789") != "" || json.Unmarshal([]byte(text), &n) != nil {
		return 0, fmt.Errorf("%q: is no number, or too large", text)
	}
	return n, nil
}

func array(text string, into []byte) error {
	data, err := hex.DecodeString(text)
	if err == nil && copy(into, data) != len(data) || len(data) != len(into) {
		return fmt.Errorf("%d bytes in hexadecimal digits are needed", len(into))
	}
	return err
}

func parseUUID(text string) (*[16]byte, error) {
	uuid := new([16]byte)
	err := array(strings.ReplaceAll(text, "-", ""), uuid[:])
	if err != nil || !strings.EqualFold(formatUUID(*uuid), text) {
		return nil, fmt.Errorf("%q: is no UUID", text)
	}
	return uuid, nil
}

func formatUUID(uuid [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", uuid[:4], uuid[4:6], uuid[6:8], uuid[8:10], uuid[10:])
}

func moment(millis uint64) time.Time {
	return time.Unix(int64(millis/1000), int64(millis%1000)*int64(time.Millisecond))
}

func write(out io.Writer, value any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := out.Write(line.Bytes())
	return err
}
