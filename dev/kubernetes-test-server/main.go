// Command kubernetes-test-server is a real Kubernetes API for tests on one
// machine: it runs etcd and kube-apiserver in one process, on loopback only.
// There is no kubelet, scheduler or controller, so a test writes every object,
// and every status, itself.
//
//	kubernetes-test-server -dir DIR [-port N] [-etcd-fsync] [-stop-with-stdin] [-- KUBE-APISERVER-FLAGS]
//
// DIR holds all state and can be started again after a stop or a kill -9:
//
//	DIR/port        the port in use (kept for the next start)
//	DIR/pki/        ca, apiserver, front-proxy and admin .crt and .key, sa.key
//	DIR/tokens.csv  static bearer tokens; a test may append lines before a start
//	DIR/kubeconfig  administrator, with a client certificate
//	DIR/etcd/       etcd's data; its socket, DIR/etcd.sock, lies beside it
//
// Standard output gets one line, "READY https://127.0.0.1:PORT", once /readyz
// answers 200. Logs go to standard error. SIGTERM and SIGINT stop both servers
// in order, and with -stop-with-stdin so does the end of standard input, so that
// no server outlives its test. SIGUSR1 compacts etcd's history up to the present
// revision and then prints "COMPACTED REVISION"; with --watch-cache=false older
// resourceVersions and continue tokens fail with 410 from then on.
package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	dir := flag.String("dir", "", "folder for all state (required; keep its path under 90 bytes: it holds a unix socket)")
	port := flag.Int("port", 0, "port on 127.0.0.1; 0 takes the one used before, or a free one")
	fsync := flag.Bool("etcd-fsync", false, "let etcd flush every write to disk (slower)")
	stdin := flag.Bool("stop-with-stdin", false, "stop when standard input ends")
	flag.Parse()
	if *dir == "" {
		fail(errors.New("-dir is required"))
	}
	if *stdin {
		go stopWithStdin()
	}
	if err := run(*dir, *port, *fsync, flag.Args()); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "kubernetes-test-server:", err)
	os.Exit(1)
}

func stopWithStdin() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
}

func run(dir string, port int, fsync bool, extra []string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "pki"), 0o700); err != nil {
		return err
	}
	if port, err = choosePort(dir, port); err != nil {
		return err
	}
	if err := writeSecrets(dir, port); err != nil {
		return err
	}
	store, err := startEtcd(dir, fsync)
	if err != nil {
		return err
	}
	defer store.Close()
	client := v3client.New(store.Server)
	defer client.Close()
	go compactOnSignal(client)
	go announceReady(dir, port)

	// NewAPIServerCommand also installs the handler for SIGTERM and SIGINT, so
	// Execute returns once the API server has shut down.
	command := app.NewAPIServerCommand()
	command.SetArgs(append(apiServerFlags(dir, port), extra...))
	return command.Execute()
}

// apiServerFlags are the settings that a loopback server without any other
// cluster component needs. Flags given after "--" come last and so win.
func apiServerFlags(dir string, port int) []string {
	pki := filepath.Join(dir, "pki")
	return []string{
		"--etcd-servers=unix://" + filepath.Join(dir, "etcd.sock"),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port=" + strconv.Itoa(port),
		"--tls-cert-file=" + filepath.Join(pki, "apiserver.crt"),
		"--tls-private-key-file=" + filepath.Join(pki, "apiserver.key"),
		"--client-ca-file=" + filepath.Join(pki, "ca.crt"),
		"--token-auth-file=" + filepath.Join(dir, "tokens.csv"),
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + filepath.Join(pki, "sa.key"),
		"--service-account-signing-key-file=" + filepath.Join(pki, "sa.key"),
		"--service-cluster-ip-range=10.96.0.0/16",
		// The endpoints of Service "kubernetes" are not published: the API refuses
		// loopback addresses there.
		"--endpoint-reconciler-type=none",
		// Without it a Pod needs the ServiceAccount "default", which a controller
		// creates in a real cluster.
		"--disable-admission-plugins=ServiceAccount",
		// Lets the server pass requests, with the caller's identity in headers,
		// to aggregated APIs such as Agones's allocation.
		"--requestheader-client-ca-file=" + filepath.Join(pki, "ca.crt"),
		"--requestheader-allowed-names=front-proxy",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + filepath.Join(pki, "front-proxy.crt"),
		"--proxy-client-key-file=" + filepath.Join(pki, "front-proxy.key"),
	}
}

func startEtcd(dir string, fsync bool) (*embed.Etcd, error) {
	listen := url.URL{Scheme: "unix", Path: filepath.Join(dir, "etcd.sock")}
	// A killed process leaves its socket behind.
	if err := os.Remove(listen.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	// A fresh log takes 4 MiB of disk instead of 64.
	wal.SegmentSizeBytes = 4 << 20
	cfg := embed.NewConfig()
	cfg.Dir = filepath.Join(dir, "etcd")
	cfg.ListenClientUrls = []url.URL{listen}
	// The only member has no peers, so nothing listens for them. The URLs that
	// etcd advertises keep their defaults: no client reads them.
	cfg.ListenPeerUrls = nil
	cfg.UnsafeNoFsync = !fsync
	cfg.LogLevel = "error"
	cfg.LogOutputs = []string{"stderr"}
	store, err := embed.StartEtcd(cfg)
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	select {
	case <-store.Server.ReadyNotify():
		return store, nil
	case err := <-store.Err():
		return nil, fmt.Errorf("etcd: %w", err)
	case <-time.After(time.Minute):
		store.Close()
		return nil, errors.New("etcd: not ready after a minute")
	}
}

func compactOnSignal(client *clientv3.Client) {
	wanted := make(chan os.Signal, 1)
	signal.Notify(wanted, syscall.SIGUSR1)
	for range wanted {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		now, err := client.Get(ctx, "any")
		if err == nil {
			_, err = client.Compact(ctx, now.Header.Revision, clientv3.WithCompactPhysical())
		}
		cancel()
		if err != nil {
			fmt.Fprintln(os.Stderr, "kubernetes-test-server: compact:", err)
			continue
		}
		fmt.Printf("COMPACTED %d\n", now.Header.Revision)
	}
}

func announceReady(dir string, port int) {
	pki := filepath.Join(dir, "pki")
	pair, err := tls.LoadX509KeyPair(filepath.Join(pki, "admin.crt"), filepath.Join(pki, "admin.key"))
	if err != nil {
		fail(err)
	}
	ca, err := os.ReadFile(filepath.Join(pki, "ca.crt"))
	if err != nil {
		fail(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	client := &http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}},
	}
	server := fmt.Sprintf("https://127.0.0.1:%d", port)
	for ; ; time.Sleep(100 * time.Millisecond) {
		answer, err := client.Get(server + "/readyz")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == 200 {
			fmt.Println("READY", server)
			return
		}
	}
}

// choosePort settles the port and remembers it, so that a restarted server is
// found where its clients look for it.
func choosePort(dir string, port int) (int, error) {
	file := filepath.Join(dir, "port")
	if port == 0 {
		if text, err := os.ReadFile(file); err == nil {
			return strconv.Atoi(strings.TrimSpace(string(text)))
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port = listener.Addr().(*net.TCPAddr).Port
		listener.Close()
	}
	return port, os.WriteFile(file, []byte(strconv.Itoa(port)+"\n"), 0o600)
}

// writeSecrets makes the certificates, tokens and kubeconfig on the first start.
func writeSecrets(dir string, port int) error {
	pki := filepath.Join(dir, "pki")
	if _, err := os.Stat(filepath.Join(pki, "admin.crt")); errors.Is(err, fs.ErrNotExist) {
		if err := writeCertificates(pki); err != nil {
			return err
		}
	}
	tokens := filepath.Join(dir, "tokens.csv")
	if _, err := os.Stat(tokens); errors.Is(err, fs.ErrNotExist) {
		raw := make([]byte, 16)
		if _, err := rand.Read(raw); err != nil {
			return err
		}
		line := hex.EncodeToString(raw) + ",admin,admin,system:masters\n"
		if err := os.WriteFile(tokens, []byte(line), 0o600); err != nil {
			return err
		}
	}
	kubeconfig := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {server: "https://127.0.0.1:%d", certificate-authority: %q}
users:
- name: admin
  user: {client-certificate: %q, client-key: %q}
contexts:
- name: admin
  context: {cluster: test, user: admin, namespace: default}
current-context: admin
`, port, filepath.Join(pki, "ca.crt"), filepath.Join(pki, "admin.crt"), filepath.Join(pki, "admin.key"))
	return os.WriteFile(filepath.Join(dir, "kubeconfig"), []byte(kubeconfig), 0o600)
}

func writeCertificates(pki string) error {
	now := time.Now()
	template := func(name string, serial int64) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(serial),
			Subject:      pkix.Name{CommonName: name},
			NotBefore:    now.Add(-time.Hour),
			NotAfter:     now.AddDate(10, 0, 0),
			KeyUsage:     x509.KeyUsageDigitalSignature,
		}
	}
	ca := template("test-ca", 1)
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage |= x509.KeyUsageCertSign
	caKey, err := writePair(pki, "ca", ca, ca, nil)
	if err != nil {
		return err
	}
	server := template("kube-apiserver", 2)
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.IPv4(10, 96, 0, 1)}
	server.DNSNames = []string{"localhost", "kubernetes.default.svc"}
	if _, err := writePair(pki, "apiserver", server, ca, caKey); err != nil {
		return err
	}
	if _, err := writePair(pki, "sa", nil, nil, nil); err != nil {
		return err
	}
	proxy := template("front-proxy", 3)
	proxy.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if _, err := writePair(pki, "front-proxy", proxy, ca, caKey); err != nil {
		return err
	}
	admin := template("admin", 4)
	admin.Subject.Organization = []string{"system:masters"}
	admin.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	_, err = writePair(pki, "admin", admin, ca, caKey)
	return err
}

// writePair makes a key and, where a template is given, its certificate. A nil
// signer means that the certificate signs itself.
func writePair(pki, name string, template, parent *x509.Certificate, signer crypto.Signer) (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := writePEM(filepath.Join(pki, name+".key"), "EC PRIVATE KEY", der); err != nil || template == nil {
		return key, err
	}
	if signer == nil {
		signer = key
	}
	der, err = x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	return key, writePEM(filepath.Join(pki, name+".crt"), "CERTIFICATE", der)
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
