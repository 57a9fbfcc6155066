package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// The schemes of the URL, with their ports: RFC 8314.
const (
	schemeSTARTTLS = "smtp"
	schemeTLS      = "smtps"
	portSTARTTLS   = 587
	portTLS        = 465
)

// Settings say how to reach the SMTP server. They print without the password.
type Settings struct {
	host, user, password string
	port                 int
	implicitTLS          bool // TLS from the first byte, instead of STARTTLS
	local                bool // on this machine, where TLS is not required
	roots                *x509.CertPool
}

// String returns the URL without the password.
func (s Settings) String() string {
	u := url.URL{Scheme: schemeSTARTTLS, Host: fmt.Sprintf("%s:%d", s.host, s.port)}
	if s.implicitTLS {
		u.Scheme = schemeTLS
	}
	if s.user != "" {
		u.User = url.User(s.user)
	}
	return u.String()
}

// GoString hides the password.
func (s Settings) GoString() string { return s.String() }

// WithRoots returns the settings with the certificates that sign that of the server, instead of
// those of the system.
func (s Settings) WithRoots(roots *x509.CertPool) Settings {
	s.roots = roots
	return s
}

// ParseURL reads the URL of an SMTP server, smtp://USER:PASSWORD@HOST:PORT or smtps://…. A separate
// password replaces that of the URL. It fails if the URL has another form, or only one of user and
// password. Errors do not contain a password.
//
// smtps uses TLS from the first byte, by default at port 465. smtp requires STARTTLS, by default at
// port 587, except on a loopback address, where it is used if the server offers it. A password is
// never sent in clear text.
func ParseURL(text, password string) (Settings, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != schemeSTARTTLS && u.Scheme != schemeTLS || u.Hostname() == "" {
		return Settings{}, errors.New("must be a URL such as smtp://USER@mail.example.com:587 or smtps://USER@mail.example.com")
	}
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return Settings{}, errors.New("must not have a path, a query or a fragment; special characters of the user must be written as %XX")
	}
	s := Settings{host: u.Hostname(), port: portSTARTTLS, implicitTLS: u.Scheme == schemeTLS, user: u.User.Username(), password: password}
	if s.implicitTLS {
		s.port = portTLS
	}
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return Settings{}, errors.New("has a port that is not a number from 1 to 65535")
		}
	}
	if inURL, ok := u.User.Password(); ok && password == "" {
		s.password = inURL
	}
	if (s.user == "") != (s.password == "") {
		return Settings{}, errors.New("needs both a user and a password, or neither of them")
	}
	ip, err := netip.ParseAddr(s.host)
	s.local = s.host == "localhost" || err == nil && ip.IsLoopback()
	return s, nil
}

// client returns a client for one connection. It names itself by the domain of the sender, because
// recipients do not need to know the name of the machine.
func (s Settings) client(domain string, timeout time.Duration) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(timeout), gomail.WithHELO(domain), gomail.WithoutNoop(),
		gomail.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.host, RootCAs: s.roots}),
	}
	switch {
	case s.implicitTLS:
		options = append(options, gomail.WithSSL())
	case s.local:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.user != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.user), gomail.WithPassword(s.password))
	}
	return gomail.NewClient(s.host, options...)
}
