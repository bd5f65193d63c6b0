package hyrouter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

const (
	serviceName    = "hyrouter.Plugin"
	defaultAddress = "127.0.0.1:7777"
	// defaultDrain is 10 times the default timeout of a router.
	defaultDrain = 10 * time.Second
	// maxRequest is enough for some thousands of candidates.
	maxRequest = 4 << 20
	// maxResponse is the longest response that a router reads.
	maxResponse = 1 << 20
	// maxCalls limits the calls of one connection at the same time. A router makes at most 256 by default.
	maxCalls = 256
	// pingInterval is shorter than the 10 s after which a router sends a ping. The default of gRPC, 5 minutes, would
	// end the connection of a router that has no players.
	pingInterval = 5 * time.Second
)

// Settings of a plugin server. The zero value has the defaults.
type Settings struct {
	// Address to listen on: HOST:PORT or unix:PATH. Port 0 takes a free port. Default 127.0.0.1:7777.
	Address string
	// ReusePort lets several servers listen on one port, so that a new one can start before the old one ends. Each gets
	// a part of the connections. Only on Linux. Default false: a second server fails to start.
	ReusePort bool
	// TLSCert and TLSKey are PEM files with the certificate chain and the private key. Default: no TLS.
	TLSCert, TLSKey string
	// TLSClientCA is a PEM file with the CA of the routers. With it, a router needs a client certificate. Default: none.
	TLSClientCA string
	// Drain is the maximum time for the calls that run when the server is asked to stop. Default 10 s.
	Drain time.Duration
}

// SettingsFromEnv returns the settings of the environment: PLUGIN_ADDRESS, PLUGIN_REUSE_PORT (1 is on), PLUGIN_TLS_CERT,
// PLUGIN_TLS_KEY and PLUGIN_TLS_CLIENT_CA.
func SettingsFromEnv() Settings {
	return Settings{
		Address:     cmp.Or(os.Getenv("PLUGIN_ADDRESS"), defaultAddress),
		ReusePort:   os.Getenv("PLUGIN_REUSE_PORT") == "1",
		TLSCert:     os.Getenv("PLUGIN_TLS_CERT"),
		TLSKey:      os.Getenv("PLUGIN_TLS_KEY"),
		TLSClientCA: os.Getenv("PLUGIN_TLS_CLIENT_CA"),
	}
}

// Server is a plugin that listens.
type Server struct {
	grpc     *grpc.Server
	health   *healthService
	listener net.Listener
	drain    time.Duration
}

// Listen opens the address for a plugin. Connections wait until [Server.Run].
func (s Settings) Listen(handler Handler) (*Server, error) {
	options := []grpc.ServerOption{
		grpc.ForceServerCodec(codec{}),
		grpc.MaxRecvMsgSize(maxRequest),
		grpc.MaxSendMsgSize(maxResponse),
		grpc.MaxConcurrentStreams(maxCalls),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingInterval, PermitWithoutStream: true}),
	}
	credentials, err := s.credentials()
	if err != nil {
		return nil, err
	}
	if credentials != nil {
		options = append(options, grpc.Creds(credentials))
	}
	listener, err := listen(cmp.Or(s.Address, defaultAddress), s.ReusePort)
	if err != nil {
		return nil, err
	}
	server := &Server{
		grpc:     grpc.NewServer(options...),
		health:   newHealthService(),
		listener: listener,
		drain:    cmp.Or(s.Drain, defaultDrain),
	}
	server.grpc.RegisterService(description(handler), nil)
	grpc_health_v1.RegisterHealthServer(server.grpc, server.health)
	return server, nil
}

// Address returns the address in the form of the router's configuration: 127.0.0.1:7777 or unix:/run/plugin.sock.
func (s *Server) Address() string {
	address := s.listener.Addr()
	if address.Network() == "unix" {
		return unixPrefix + address.String()
	}
	return address.String()
}

// Run serves until the context is done. Then the health service reports NOT_SERVING, and the calls that run have
// [Settings.Drain] to finish.
func (s *Server) Run(ctx context.Context) error {
	drained := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(drained)
		s.health.Shutdown()
		cut := time.AfterFunc(s.drain, func() {
			log.Printf("calls still run after %v and are ended", s.drain)
			s.grpc.Stop()
		})
		s.grpc.GracefulStop()
		cut.Stop()
	})
	err := s.grpc.Serve(s.listener)
	if stop() {
		// The context is not done: serving failed.
		return fmt.Errorf("serving the plugin: %w", err)
	}
	<-drained
	return nil
}

// description describes the one method of a plugin, for which other servers have generated code.
func description(handler Handler) *grpc.ServiceDesc {
	call := func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		request := new(ConnectRequest)
		if err := decode(request); err != nil {
			return nil, err
		}
		return handler.answer(ctx, request)
	}
	return &grpc.ServiceDesc{
		ServiceName: serviceName,
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "OnConnect", Handler: call}},
	}
}

// answer calls the handler. The error is always a gRPC status without private text.
func (h Handler) answer(ctx context.Context, request *ConnectRequest) (response *ConnectResponse, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			// Quoted: a text with a line break, such as a player's name, cannot forge a line of the log.
			log.Printf("the handler panicked: %q\n%s", fmt.Sprint(panicked), debug.Stack())
			response, err = nil, status.Error(codes.Internal, "the handler panicked")
		}
	}()
	response, err = h(ctx, request)
	if err != nil {
		return nil, failure(err)
	}
	if response == nil {
		response = new(ConnectResponse)
	}
	return response, nil
}

func failure(err error) error {
	// Only the handler's own status: status.FromError also takes one that another error wraps, with all of its text.
	if own, isStatus := err.(interface{ GRPCStatus() *status.Status }); isStatus && own.GRPCStatus().Code() != codes.OK {
		return own.GRPCStatus().Err()
	}
	for _, ended := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, ended) {
			return status.FromContextError(ended).Err()
		}
	}
	log.Printf("the handler failed: %q", err)
	return status.Error(codes.Internal, "the handler failed")
}
