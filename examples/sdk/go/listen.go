package hyrouter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"google.golang.org/grpc/credentials"
)

const unixPrefix = "unix:"

// listen opens a TCP port or a unix socket.
func listen(address string, reusePort bool) (net.Listener, error) {
	if path, isUnix := strings.CutPrefix(address, unixPrefix); isUnix {
		listener, err := net.Listen("unix", path)
		if errors.Is(err, syscall.EADDRINUSE) && isAbandoned(path) {
			if err = os.Remove(path); err == nil {
				listener, err = net.Listen("unix", path)
			}
		}
		return listener, err
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fmt.Errorf("address %q: expected HOST:PORT or unix:PATH: %w", address, err)
	}
	var config net.ListenConfig
	if reusePort {
		config.Control = allowReuse
	}
	return config.Listen(context.Background(), "tcp", address)
}

// isAbandoned returns whether the file is the socket of a server that was killed: no process listens on it.
func isAbandoned(path string) bool {
	file, err := os.Lstat(path)
	if err != nil || file.Mode().Type() != os.ModeSocket {
		return false
	}
	connection, err := net.Dial("unix", path)
	if err == nil {
		connection.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// credentials returns the server's side of TLS, nil without TLS.
func (s Settings) credentials() (credentials.TransportCredentials, error) {
	if s.TLSCert == "" && s.TLSKey == "" {
		if s.TLSClientCA != "" {
			return nil, errors.New("TLS: a client CA needs a certificate and a key of the server")
		}
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("TLS certificate %q, key %q: %w", s.TLSCert, s.TLSKey, err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	if s.TLSClientCA != "" {
		pem, err := os.ReadFile(s.TLSClientCA)
		if err != nil {
			return nil, fmt.Errorf("TLS client CA: %w", err)
		}
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("TLS client CA %q: no certificate in PEM form", s.TLSClientCA)
		}
	}
	return credentials.NewTLS(config), nil
}
