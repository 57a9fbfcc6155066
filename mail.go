package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"contactgraph/internal/cli"
	"contactgraph/internal/mail"
	"contactgraph/internal/reset"
)

// mailSettings are the flags of the messages that the server sends.
type mailSettings struct {
	SMTPURL        string   `name:"smtp-url" placeholder:"URL" help:"SMTP server by which people who have forgotten their password receive a link to set a new one: smtp://USER@HOST:587 with STARTTLS, or smtps://USER@HOST with TLS. Without it, the server sends no email. The password can be in the URL or, hidden from other users of the machine, in --smtp-password-file or the environment variable CONTACTGRAPH_SMTP_PASSWORD."`
	PasswordFile   string   `name:"smtp-password-file" placeholder:"FILE" help:"File with the password of the user of --smtp-url."`
	MailFrom       string   `placeholder:"ADDRESS" help:"Sender of the messages; required with --smtp-url. Such as no-reply@example.com or Contacts <no-reply@example.com>."`
	PublicURL      string   `name:"public-url" placeholder:"URL" help:"This server as browsers see it, such as https://contacts.example.com; required with --smtp-url. The links in messages begin with it."`
	MailLinkOrigin []string `placeholder:"ORIGIN" help:"Other origin, such as https://www.example.com, to whose pages the links in messages may lead if a form of the iService API requests it. Can be repeated."`
}

// smtpPasswordVariable is the environment variable with the password of the SMTP server. It is not
// a flag, because other users of the machine can see the flags of a process.
const smtpPasswordVariable = "CONTACTGRAPH_SMTP_PASSWORD" //nolint:gosec // only its name

// config returns what sends messages and where their links lead, nil if the server sends none.
// https is whether browsers connect by HTTPS.
func (m *mailSettings) config(ctx context.Context, getenv func(string) string, https bool, log *slog.Logger) (*mail.Sender, reset.Links, error) {
	if m.SMTPURL == "" {
		if m.MailFrom != "" || m.PublicURL != "" || len(m.MailLinkOrigin) > 0 || m.PasswordFile != "" {
			return nil, reset.Links{}, errors.New("--smtp-url is missing: --smtp-password-file, --mail-from, --public-url and --mail-link-origin need it")
		}
		return nil, reset.Links{}, nil
	}
	password, err := m.password(ctx, getenv, log)
	if err != nil {
		return nil, reset.Links{}, err
	}
	server, err := mail.ParseURL(m.SMTPURL, password)
	if err != nil {
		return nil, reset.Links{}, fmt.Errorf("--smtp-url %w", err)
	}
	if m.MailFrom == "" {
		return nil, reset.Links{}, errors.New("--mail-from is missing: messages need a sender")
	}
	sender, err := mail.NewSender(server, m.MailFrom)
	if err != nil {
		return nil, reset.Links{}, fmt.Errorf("--mail-from: %w", err)
	}
	links, err := m.links(https)
	return sender, links, err
}

// password returns the password of the user at the SMTP server, "" if it is in the URL or there is
// none.
func (m *mailSettings) password(ctx context.Context, getenv func(string) string, log *slog.Logger) (string, error) {
	fromEnvironment := getenv(smtpPasswordVariable)
	switch {
	case m.PasswordFile == "":
		return fromEnvironment, nil
	case fromEnvironment != "":
		return "", fmt.Errorf("set either --smtp-password-file or %s", smtpPasswordVariable)
	default:
		return cli.ReadSecret(ctx, "smtp-password-file", m.PasswordFile, log)
	}
}

func (m *mailSettings) links(https bool) (reset.Links, error) {
	if m.PublicURL == "" {
		return reset.Links{}, errors.New("--public-url is missing: the links in messages begin with it")
	}
	console, err := secureURL("--public-url", m.PublicURL)
	switch {
	case err != nil:
		return reset.Links{}, err
	case strings.Trim(console.Path, "/") != "":
		return reset.Links{}, fmt.Errorf("--public-url is %q, but must not have a path", m.PublicURL)
	case (console.Scheme == schemeHTTPS) != https:
		return reset.Links{}, fmt.Errorf("--public-url is %q: it must begin with https:// if --secure-cookies or --tls-certificate is set, and with http:// otherwise", m.PublicURL)
	}
	links := reset.Links{Console: originOf(console)}
	for _, text := range m.MailLinkOrigin {
		u, err := secureURL("--mail-link-origin", text)
		if err == nil && strings.Trim(u.Path, "/") != "" {
			err = fmt.Errorf("--mail-link-origin is %q, but must not have a path", text)
		}
		if err != nil {
			return reset.Links{}, err
		}
		links.Origins = append(links.Origins, originOf(u))
	}
	return links, nil
}

// originOf returns the origin of a URL in the form that browsers have.
func originOf(u *url.URL) string { return strings.ToLower(u.Scheme + "://" + u.Host) }
