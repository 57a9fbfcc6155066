package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// reloadInterval is how often the files of a certificate are checked for changes.
const reloadInterval = 5 * time.Second

// Certificate is a TLS certificate in files, which are read again when they change. Connections
// that are open then continue.
type Certificate struct {
	certificateFile, keyFile string
	interval                 time.Duration
	requested                chan struct{} // to read the files again, changed or not
	current                  atomic.Pointer[tls.Certificate]
}

// LoadCertificate reads a certificate chain and its private key from PEM files.
func LoadCertificate(certificateFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certificateFile: certificateFile, keyFile: keyFile, interval: reloadInterval, requested: make(chan struct{}, 1)}
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Certificate) load() error {
	pair, err := tls.LoadX509KeyPair(c.certificateFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("the TLS certificate %s and the key %s cannot be used: both must be PEM files that the server can read, "+
			"and the key must be that of the first certificate: %w", c.certificateFile, c.keyFile, err)
	}
	c.current.Store(&pair)
	return nil
}

// Reload reads the files again, even if they have not changed. Serve does it in the background and
// logs the result.
func (c *Certificate) Reload() {
	select {
	case c.requested <- struct{}{}:
	default: // it is requested already
	}
}

// watch reads the files again when they have changed or Reload was called, until ctx ends. If they
// cannot be used, the previous certificate stays in use.
func (c *Certificate) watch(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(c.interval)
	defer ticker.Stop()
	for seen, _ := c.version(); ; {
		requested := false
		select {
		case <-ctx.Done():
			return
		case <-c.requested:
			requested = true
		case <-ticker.C:
		}
		version, err := c.version()
		if err == nil && version == seen && !requested {
			continue
		}
		if err == nil {
			err = c.load()
		}
		switch {
		case err == nil:
			log.InfoContext(ctx, "the TLS certificate was read again", slog.Time("expires", c.current.Load().Leaf.NotAfter))
		case version != seen || requested: // otherwise it was logged before
			log.ErrorContext(ctx, "the TLS certificate in the files is not used; the previous one stays in use", slog.Any("error", err))
		}
		seen = version
	}
}

// version changes when one of the files does. It is "" if one cannot be read.
func (c *Certificate) version() (string, error) {
	cert, err := os.Stat(c.certificateFile)
	key, keyErr := os.Stat(c.keyFile)
	if err := errors.Join(err, keyErr); err != nil {
		return "", err
	}
	return fmt.Sprint(cert.ModTime().UnixNano(), cert.Size(), key.ModTime().UnixNano(), key.Size()), nil
}

// config returns the TLS settings of the server.
func (c *Certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}
