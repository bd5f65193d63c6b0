// Package hyrouter makes a function into a plugin of Hyrouter, a front door for Hytale server networks.
//
// The router calls a plugin over gRPC once for each player that connects. The plugin denies the player, selects the
// backend, sets referral data, or changes nothing:
//
//	func main() {
//		if err := hyrouter.Serve(onConnect); err != nil {
//			log.Fatal(err)
//		}
//	}
//
//	func onConnect(_ context.Context, request *hyrouter.ConnectRequest) (*hyrouter.ConnectResponse, error) {
//		if request.Event.Username == "griefer" {
//			return hyrouter.Deny("Not today."), nil
//		}
//		return nil, nil
//	}
//
// [WithConfig] passes the operator's config to the function. [Settings] has the settings of the server.
package hyrouter

//go:generate go run generate.go

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Handler decides about one player. Many calls run at the same time.
//
// The player waits for the response, by default at most 1 s. When this time is over, or when the player leaves, the
// context is canceled. A nil response changes nothing.
//
// An error or a panic is a failure and not a denial: the operator's on_error decides about the player. The router gets
// and logs the code and text of a gRPC status error, so the text must have no data of a player. Of other errors and of
// panics, the router gets only that the handler failed; their text goes to the plugin's own standard error.
type Handler func(ctx context.Context, request *ConnectRequest) (*ConnectResponse, error)

// Serve serves a plugin until SIGTERM or SIGINT, then finishes the calls that run, and returns nil. It prints
// "listening on ADDRESS" to standard output when it accepts calls.
//
// The settings are those of [SettingsFromEnv]. If the program has not called [flag.Parse], Serve adds the flag -listen
// for the address and parses the command line.
func Serve(handler Handler) error {
	settings := SettingsFromEnv()
	if !flag.Parsed() {
		flag.StringVar(&settings.Address, "listen", settings.Address, "`address` to listen on: HOST:PORT or unix:PATH")
		flag.Parse()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	server, err := settings.Listen(handler)
	if err != nil {
		return err
	}
	fmt.Println("listening on", server.Address())
	return server.Run(ctx)
}

// Deny returns a response that denies the player, who sees the reason.
func Deny(reason string) *ConnectResponse {
	return &ConnectResponse{Deny: true, DenyReason: reason}
}

// Refer returns a response that selects a backend, on the list of candidates or not.
func Refer(host string, port int) *ConnectResponse {
	return &ConnectResponse{Backend: &Backend{Host: host, Port: port}}
}
