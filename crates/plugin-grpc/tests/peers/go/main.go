// A plugin server and a client as a Go author writes them: grpc-go and a codec for JSON, no generated code. The server
// behaves like the Python peer beside it; its first line of output is the address. The client prints one line of JSON.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type request struct {
	Event struct {
		Username string `json:"username"`
	} `json:"event"`
}

type response struct {
	Deny         bool   `json:"deny"`
	DenyReason   string `json:"deny_reason,omitempty"`
	ReferralData []byte `json:"referral_data,omitempty"`
}

// jsonCodec is what the router's content type `application/grpc+json` asks for by its name.
type jsonCodec struct{}

func (jsonCodec) Name() string { return "json" }

func (jsonCodec) Marshal(value any) ([]byte, error) {
	if raw, ok := value.(json.RawMessage); ok {
		return raw, nil
	}
	return json.Marshal(value)
}

func (jsonCodec) Unmarshal(data []byte, value any) error { return json.Unmarshal(data, value) }

func onConnect(ctx context.Context, asked *request) (any, error) {
	name := asked.Event.Username
	if strings.HasPrefix(name, "slow") {
		select {
		case <-time.After(5 * time.Second):
		case <-ctx.Done():
			return nil, status.FromContextError(ctx.Err()).Err()
		}
	}
	switch name {
	case "deny":
		return response{Deny: true, DenyReason: "denied by go peer"}, nil
	case "error":
		return nil, status.Error(codes.Unavailable, "the database is down, said the go peer ü")
	case "garbage":
		return json.RawMessage("{ this is not JSON"), nil
	case "huge":
		return response{DenyReason: strings.Repeat("x", 1024*1024)}, nil
	case "facts":
		facts := map[string]any{"content_type": nil, "deadline_ms": nil}
		if incoming, ok := metadata.FromIncomingContext(ctx); ok {
			facts["content_type"] = strings.Join(incoming.Get("content-type"), ",")
			if config := incoming.Get("hyrouter-config-bin"); len(config) > 0 {
				facts["config"] = json.RawMessage(config[0])
			}
		}
		if deadline, ok := ctx.Deadline(); ok {
			facts["deadline_ms"] = time.Until(deadline).Milliseconds()
		}
		data, err := json.Marshal(facts)
		return response{ReferralData: data}, err
	}
	return response{ReferralData: []byte(strings.ToUpper(name))}, nil
}

func handle(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	asked := new(request)
	if err := decode(asked); err != nil {
		return nil, err
	}
	return onConnect(ctx, asked)
}

func serve(address string) error {
	network, place := "tcp", address
	if path, isUnix := strings.CutPrefix(address, "unix:"); isUnix {
		network, place = "unix", path
		// What a killed one left is in the way of the next.
		_ = os.Remove(path)
	}
	listener, err := net.Listen(network, place)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "hyrouter.Plugin",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "OnConnect", Handler: handle}},
	}, nil)
	if network == "tcp" {
		address = listener.Addr().String()
	}
	fmt.Println(address)
	return server.Serve(listener)
}

func connect(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
}

func call(ctx context.Context, address, asked string) (any, error) {
	connection, err := connect(address)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	var answer json.RawMessage
	var header metadata.MD
	err = connection.Invoke(ctx, "/hyrouter.Plugin/OnConnect", json.RawMessage(asked), &answer,
		grpc.CallContentSubtype("json"), grpc.Header(&header))
	return map[string]any{"response": answer, "content_type": header.Get("content-type")}, err
}

func health(ctx context.Context, address, service string) (any, error) {
	connection, err := connect(address)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	client := grpc_health_v1.NewHealthClient(connection)
	answer, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: service})
	return map[string]any{"serving": answer.GetStatus()}, err
}

func main() {
	encoding.RegisterCodec(jsonCodec{})
	listen := flag.String("listen", "", "serve at HOST:PORT or unix:PATH")
	address := flag.String("address", "", "the server to call")
	asked := flag.String("request", "", "the JSON to ask with")
	service := flag.String("health", "", "ask for the health of this service instead")
	flag.Parse()

	if *listen != "" {
		fmt.Fprintln(os.Stderr, serve(*listen))
		os.Exit(1)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var answer any
	var err error
	if *asked != "" {
		answer, err = call(ctx, *address, *asked)
	} else {
		answer, err = health(ctx, *address, *service)
	}
	if err != nil {
		answer = map[string]any{"code": status.Code(err), "message": status.Convert(err).Message()}
	}
	_ = json.NewEncoder(os.Stdout).Encode(answer)
}
