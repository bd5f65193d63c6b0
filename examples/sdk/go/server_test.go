package hyrouter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// rawCodec passes JSON through, as the router does it.
type rawCodec struct{}

func (rawCodec) Name() string                      { return "json" }
func (rawCodec) Marshal(value any) ([]byte, error) { return *value.(*json.RawMessage), nil }
func (rawCodec) Unmarshal(data []byte, value any) error {
	return value.(*json.RawMessage).UnmarshalJSON(data)
}

func TestMain(m *testing.M) {
	encoding.RegisterCodec(rawCodec{})
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// run serves a plugin for the time of a test and returns a connection to it. The function stops the server and returns
// the error of Run.
func run(t *testing.T, settings Settings, handler Handler) (*grpc.ClientConn, func() error) {
	t.Helper()
	server, err := settings.Listen(handler)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	connection, err := grpc.NewClient(server.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close(); cancel() })
	return connection, func() error { cancel(); return <-ended }
}

func call(ctx context.Context, connection *grpc.ClientConn, request string) (string, error) {
	sent, received := json.RawMessage(request), json.RawMessage{}
	err := connection.Invoke(ctx, "/hyrouter.Plugin/OnConnect", &sent, &received, grpc.CallContentSubtype("json"))
	return string(received), err
}

func local() Settings { return Settings{Address: "127.0.0.1:0"} }

func rule(_ context.Context, request *ConnectRequest) (*ConnectResponse, error) {
	switch request.Event.Username {
	case "deny":
		return Deny("Nein, übrigens."), nil
	case "vip":
		response := Refer("vip.example.com", 5520)
		response.ReferralData = []byte(`{"lobby":"vip"}`)
		return response, nil
	case "reset":
		first := 0
		return &ConnectResponse{ReferralData: []byte{}, SelectedIndex: &first}, nil
	case "secret":
		return nil, errors.New("no such player: secret")
	case "down":
		return nil, status.Error(codes.Unavailable, "the database is down")
	case "wrapped":
		return nil, fmt.Errorf("lookup of secret: %w", status.Error(codes.NotFound, "no such player"))
	case "late":
		return nil, fmt.Errorf("lookup of secret: %w", context.DeadlineExceeded)
	case "panic":
		panic("secret")
	case "huge":
		return Deny(strings.Repeat("x", maxResponse)), nil
	}
	return nil, nil
}

func TestResponses(t *testing.T) {
	connection, _ := run(t, local(), rule)
	for _, test := range []struct{ event, response string }{
		{`{"username":"deny"}`, `{"deny":true,"deny_reason":"Nein, übrigens."}`},
		{`{"username":"vip"}`, `{"backend":{"host":"vip.example.com","port":5520},"referral_data":"eyJsb2JieSI6InZpcCJ9"}`},
		{`{"username":"reset"}`, `{"referral_data":"","selected_index":0}`},
		{`{"username":"Ann","later":[1]}`, `{}`},
		{`{"username":null,"identity":null}`, `{}`},
		{`{}`, `{}`},
	} {
		request := `{"event":` + test.event + `,"candidates":null,"later":{}}`
		response, err := call(context.Background(), connection, request)
		if err != nil || response != test.response {
			t.Errorf("%s: %s, %v", test.event, response, err)
		}
	}
}

func TestFailuresHaveNoPrivateText(t *testing.T) {
	connection, _ := run(t, local(), rule)
	for _, test := range []struct {
		name    string
		code    codes.Code
		message string
	}{
		{"secret", codes.Internal, "the handler failed"},
		{"panic", codes.Internal, "the handler panicked"},
		{"down", codes.Unavailable, "the database is down"},
		{"wrapped", codes.Internal, "the handler failed"},
		{"late", codes.DeadlineExceeded, "context deadline exceeded"},
		{"huge", codes.ResourceExhausted, "larger than max"},
	} {
		_, err := call(context.Background(), connection, `{"event":{"username":"`+test.name+`"}}`)
		if status.Code(err) != test.code || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s: %v", test.name, err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("private text: %v", err)
		}
	}
	if _, err := call(context.Background(), connection, `{"event":[]}`); status.Code(err) != codes.Internal {
		t.Errorf("a list for an object: %v", err)
	}
}

type lobby struct {
	Prefix string `json:"prefix"`
}

func (l *lobby) Validate() error {
	if l.Prefix == "" {
		return errors.New("prefix is empty")
	}
	return nil
}

func TestConfig(t *testing.T) {
	connection, _ := run(t, local(), WithConfig(lobby{Prefix: "VIP"},
		func(_ context.Context, _ *ConnectRequest, config *lobby) (*ConnectResponse, error) {
			return Deny(config.Prefix), nil
		}))
	for _, test := range []struct{ config, reason, message string }{
		{`{"prefix":"A"}`, "A", ""},
		{`{}`, "VIP", ""},
		{`null`, "VIP", ""},
		{`{"prefix":""}`, "", "config: prefix is empty"},
		{`{"prefix":7}`, "", "config: json: cannot unmarshal number"},
		{`{"prefx":"A"}`, "", `config: json: unknown field "prefx"`},
		{``, "VIP", ""},
	} {
		ctx := context.Background()
		if test.config != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, configKey, test.config)
		}
		response, err := call(ctx, connection, `{"event":{}}`)
		if test.message == "" && (err != nil || response != `{"deny":true,"deny_reason":"`+test.reason+`"}`) {
			t.Errorf("%s: %s, %v", test.config, response, err)
		}
		if test.message != "" && (status.Code(err) != codes.FailedPrecondition || !strings.Contains(err.Error(), test.message)) {
			t.Errorf("%s: %v", test.config, err)
		}
	}
}

func TestStopFinishesCalls(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	connection, stop := run(t, local(), func(context.Context, *ConnectRequest) (*ConnectResponse, error) {
		close(started)
		<-finish
		return Deny("late"), nil
	})
	watch, err := grpc_health_v1.NewHealthClient(connection).Watch(context.Background(),
		&grpc_health_v1.HealthCheckRequest{Service: serviceName})
	if err != nil {
		t.Fatal(err)
	}
	expect := func(expected grpc_health_v1.HealthCheckResponse_ServingStatus) {
		if health, err := watch.Recv(); err != nil || health.Status != expected {
			t.Errorf("%v, %v", health, err)
		}
	}
	expect(grpc_health_v1.HealthCheckResponse_SERVING)
	answered := make(chan string)
	go func() {
		response, err := call(context.Background(), connection, `{"event":{}}`)
		if err != nil {
			response = err.Error()
		}
		answered <- response
	}()
	<-started
	ended := make(chan error)
	go func() { ended <- stop() }()
	expect(grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	close(finish)
	if response := <-answered; response != `{"deny":true,"deny_reason":"late"}` {
		t.Error(response)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestStopEndsCallsThatHang(t *testing.T) {
	started := make(chan struct{})
	settings := local()
	settings.Drain = time.Millisecond
	connection, stop := run(t, settings, func(ctx context.Context, _ *ConnectRequest) (*ConnectResponse, error) {
		close(started)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	failed := make(chan error)
	go func() {
		_, err := call(context.Background(), connection, `{"event":{}}`)
		failed <- err
	}()
	<-started
	if err := stop(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the call has a response")
	}
}

func TestHealth(t *testing.T) {
	connection, _ := run(t, local(), rule)
	for _, name := range []string{"", serviceName} {
		health, err := grpc_health_v1.NewHealthClient(connection).Check(context.Background(),
			&grpc_health_v1.HealthCheckRequest{Service: name})
		if err != nil || health.Status != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Errorf("%q: %v, %v", name, health, err)
		}
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plugin.sock")
	abandoned, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	abandoned.SetUnlinkOnClose(false)
	abandoned.Close()

	connection, stop := run(t, Settings{Address: "unix:" + path}, rule)
	if response, err := call(context.Background(), connection, `{"event":{}}`); err != nil || response != "{}" {
		t.Errorf("%s, %v", response, err)
	}
	if _, err := (Settings{Address: "unix:" + path}).Listen(rule); err == nil {
		t.Error("a second server listens on the socket of a running one")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket file stays: %v", err)
	}
}

func TestOnePortHasOneServer(t *testing.T) {
	for _, reuse := range []bool{false, true} {
		first, err := Settings{Address: "127.0.0.1:0", ReusePort: reuse}.Listen(rule)
		if err != nil {
			t.Fatal(err)
		}
		defer first.listener.Close()
		second, err := Settings{Address: first.Address(), ReusePort: reuse}.Listen(rule)
		if (err == nil) != reuse {
			t.Errorf("reuse %v: %v", reuse, err)
		}
		if err == nil {
			second.listener.Close()
		}
	}
}

func TestWrongSettings(t *testing.T) {
	for _, settings := range []Settings{
		{Address: "7777"},
		{Address: "unix:/nonexistent/plugin.sock"},
		{TLSCert: "missing.crt", TLSKey: "missing.key"},
		{TLSClientCA: "ca.crt"},
	} {
		if _, err := settings.Listen(rule); err == nil {
			t.Errorf("%+v is accepted", settings)
		}
	}
}
