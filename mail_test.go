package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"contactgraph/internal/mail"
	"contactgraph/internal/reset"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// parseMail parses the flags of email, for a server with or without HTTPS.
func parseMail(t *testing.T, https bool, args ...string) (*mail.Sender, reset.Links, error) {
	t.Helper()
	var flags struct {
		Mail mailSettings `embed:""`
	}
	parser, err := kong.New(&flags)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return flags.Mail.config(context.Background(), func(string) string { return "" }, https, slog.New(slog.DiscardHandler))
}

func TestMailSettings(t *testing.T) {
	t.Parallel()
	sender, links, err := parseMail(t, true, "--smtp-url=smtps://mail.example.com", "--mail-from=no-reply@example.com",
		"--public-url=https://Contacts.example.com/", "--mail-link-origin=https://www.example.com", "--mail-link-origin=http://localhost:3000")
	want := reset.Links{Console: "https://contacts.example.com", Origins: []string{"https://www.example.com", "http://localhost:3000"}}
	if d := cmp.Diff(want, links); d != "" || sender == nil || err != nil {
		t.Errorf("%v, %v (-want +got)\n%s", sender, err, d)
	}
	if sender, _, err := parseMail(t, true); sender != nil || err != nil {
		t.Errorf("without settings: %v, %v", sender, err)
	}
}

func TestWrongMailSettings(t *testing.T) {
	t.Parallel()
	const (
		server = "--smtp-url=smtp://mail.example.com"
		from   = "--mail-from=no-reply@example.com"
		public = "--public-url=https://contacts.example.com"
	)
	for want, args := range map[string][]string{
		"--smtp-url is missing: --smtp-password-file, --mail-from, --public-url and --mail-link-origin need it": {from},
		"--smtp-url must be a URL":                                    {"--smtp-url=mail.example.com", from, public},
		"--smtp-url needs both a user and a password":                 {"--smtp-url=smtp://contacts@mail.example.com", from, public},
		"--mail-from is missing":                                      {server, public},
		`--mail-from: the sender is "x"`:                              {server, "--mail-from=x", public},
		"--public-url is missing":                                     {server, from},
		`"https://contacts.example.com/app", but must not have`:       {server, from, public + "/app"},
		`--public-url is "http://localhost": it must begin`:           {server, from, "--public-url=http://localhost"},
		`--mail-link-origin is "http://www.example.com", but must`:    {server, from, public, "--mail-link-origin=http://www.example.com"},
		`--mail-link-origin is "https://example.com/a", but must not`: {server, from, public, "--mail-link-origin=https://example.com/a"},
	} {
		if _, _, err := parseMail(t, true, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", args, err, want)
		}
	}
}
