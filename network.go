package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/netlimit"
	"contactgraph/internal/server"
	"contactgraph/internal/weborigin"

	"golang.org/x/sys/unix"
)

// network has the flags about connections.
type network struct {
	TLSCertificate string `name:"tls-certificate" placeholder:"FILE" help:"PEM file with the certificate chain. With it, the server speaks HTTPS. The file is read again when it changes."`
	TLSKey         string `name:"tls-key" placeholder:"FILE" help:"PEM file with the private key of --tls-certificate."`
	SecureCookies  bool   `help:"Send session cookies only over HTTPS. Set this if browsers use HTTPS because of a proxy; with --tls-certificate it is always set."`

	AllowOrigin []string `placeholder:"ORIGIN" help:"Let web pages of this origin, such as https://app.example.com, use the APIs, with API keys and tokens but never with cookies. Can be repeated. * allows all origins."`

	DrainDelay time.Duration `default:"0s" help:"How long to go on serving after SIGTERM while /readyz answers with 503, so that load balancers send no more requests when the server stops. At most 5m."`

	TrustedProxies           netlimit.Proxies `default:"127.0.0.0/8,::1" help:"Addresses of reverse proxies, to which no limit by address applies: addresses and networks separated by commas, or none."`
	MaxConnections           int              `default:"16000" help:"Largest number of open connections. When it is reached, a new connection replaces the one that has been slow or idle for the longest time."`
	MaxConnectionsPerAddress int              `default:"1000" help:"Largest number of open connections from one address."`
	MaxBodyMIB               int64            `name:"max-body-mib" default:"16" help:"Largest amount of memory, in MiB, for request bodies that have not arrived completely."`
	MaxBodyMIBPerAddress     int64            `name:"max-body-mib-per-address" default:"4" help:"Largest amount of memory, in MiB, for request bodies from one address that have not arrived completely."`
	MaxSocketsPerCaller      int              `default:"100" help:"Largest number of WebSockets of an API key, a user, a customer or, without credentials, an address."`
	MaxOperationsPerCaller   int              `default:"200" help:"Largest number of operations on WebSockets and event streams of an API key, a user, a customer or, without credentials, an address."`
}

const (
	// anonymousSockets is how many WebSockets without credentials can be open, and
	// anonymousLifetime for how long: they can only sign in.
	anonymousSockets  = 1000
	anonymousLifetime = 5 * time.Minute
	// maxDrainDelay is far longer than load balancers need.
	maxDrainDelay = 5 * time.Minute
	// reservedFiles is how many file descriptors are left for the database and the log.
	reservedFiles = 100
)

// Validate checks the flags.
func (n *network) Validate() error {
	if (n.TLSCertificate == "") != (n.TLSKey == "") {
		return errors.New("--tls-certificate and --tls-key must be set together: the one is the certificate, the other its private key")
	}
	if n.DrainDelay < 0 || n.DrainDelay > maxDrainDelay {
		return fmt.Errorf("--drain-delay is %s, but must be from 0s to %s", n.DrainDelay, maxDrainDelay)
	}
	for name, n := range map[string]int64{
		"max-connections": int64(n.MaxConnections), "max-connections-per-address": int64(n.MaxConnectionsPerAddress),
		"max-body-mib": n.MaxBodyMIB, "max-body-mib-per-address": n.MaxBodyMIBPerAddress,
		"max-sockets-per-caller": int64(n.MaxSocketsPerCaller), "max-operations-per-caller": int64(n.MaxOperationsPerCaller),
	} {
		if n < 1 {
			return fmt.Errorf("--%s is %d, but must be at least 1", name, n)
		}
	}
	return nil
}

// https reports whether browsers connect by HTTPS.
func (n *network) https() bool { return n.SecureCookies || n.TLSCertificate != "" }

// certificate returns the certificate of the server, nil if it speaks HTTP.
func (n *network) certificate() (*server.Certificate, error) {
	if n.TLSCertificate == "" {
		return nil, nil
	}
	return server.LoadCertificate(n.TLSCertificate, n.TLSKey)
}

// origins returns the origins whose pages may use the APIs.
func (n *network) origins() (*weborigin.Policy, error) {
	policy, err := weborigin.NewPolicy(n.AllowOrigin)
	if err != nil {
		return nil, fmt.Errorf("--allow-origin: %w", err)
	}
	return policy, nil
}

// limits returns the limits of connections. If the process may not open enough files, it lowers the
// limit of connections and says so, because a server without file descriptors cannot even read its
// database.
func (n *network) limits(ctx context.Context, log *slog.Logger) netlimit.Limits {
	l := netlimit.Limits{
		Connections: n.MaxConnections, ConnectionsPerAddress: n.MaxConnectionsPerAddress,
		BodyBytes: n.MaxBodyMIB << 20, BodyBytesPerAddress: n.MaxBodyMIBPerAddress << 20, Proxies: n.TrustedProxies,
	}
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err != nil {
		return l
	}
	open := int(min(files.Cur, 1<<30))
	if most := max(open-reservedFiles, open/2); most < l.Connections {
		log.WarnContext(ctx, "the limit of open files allows fewer connections than --max-connections: raise it (ulimit -n)",
			slog.Int("connections", most), slog.Int("files", open), slog.Int("max_connections", l.Connections))
		l.Connections = most
	}
	return l
}

// streams returns the limits of WebSockets and event streams.
func (n *network) streams() graphqlhttp.Limits {
	return graphqlhttp.Limits{
		Connections: n.MaxSocketsPerCaller, Operations: n.MaxOperationsPerCaller,
		Anonymous: anonymousSockets, AnonymousLifetime: anonymousLifetime,
	}
}
