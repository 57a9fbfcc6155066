package mail_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/mail"
	"contactgraph/internal/mail/mailtest"
)

// start starts an SMTP server.
func start(t *testing.T, o mailtest.Options) *mailtest.Server {
	t.Helper()
	s, err := mailtest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// certificate returns a certificate for 127.0.0.1 and the pool that signs it.
func certificate(t *testing.T) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &s.TLS.Certificates[0], pool
}

func sender(t *testing.T, url, password string, roots *x509.CertPool) *mail.Sender {
	t.Helper()
	settings, err := mail.ParseURL(url, password)
	if err != nil {
		t.Fatal(err)
	}
	if roots != nil {
		settings = settings.WithRoots(roots)
	}
	s, err := mail.NewSender(settings, "Contacts Ä <no-reply@example.com>")
	if err != nil {
		t.Fatal(err)
	}
	return s.WithTimeout(2 * time.Second)
}

func only(t *testing.T, s *mailtest.Server) mailtest.Message {
	t.Helper()
	messages, _ := s.Messages()
	if len(messages) != 1 {
		t.Fatalf("the server has %d messages, want 1", len(messages))
	}
	return messages[0]
}

func TestSend(t *testing.T) {
	t.Parallel()
	server := start(t, mailtest.Options{})
	text := "Grüße\n\nhttps://example.com/" + strings.Repeat("x", 300) + "\n.\nend\n"
	err := sender(t, server.URL(), "", nil).Send(t.Context(), mail.Message{To: "ann@example.com", Subject: "Für Ann: " + strings.Repeat("lang ", 40), Text: text})
	if err != nil {
		t.Fatal(err)
	}
	m := only(t, server)
	if m.From != "no-reply@example.com" || m.To != "ann@example.com" || m.Text != text || m.Subject != "Für Ann: "+strings.Repeat("lang ", 40) {
		t.Errorf("got %+v", m)
	}
	from, err := m.Header.AddressList("From")
	if err != nil || from[0].Name != "Contacts Ä" || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("got %v, %v, %v", from, err, m.Header)
	}
	if id := m.Header.Get("Message-Id"); !strings.HasSuffix(id, "@example.com>") {
		t.Errorf("the Message-ID %s names the machine", id)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, roots := certificate(t)
	for _, tt := range []struct {
		name     string
		options  mailtest.Options
		scheme   string
		password string
		roots    *x509.CertPool
		want     string // in the error; "" if it is sent
	}{
		{"STARTTLS, with a password", mailtest.Options{Certificate: cert, Password: "mail-password"}, "smtp", "mail-password", roots, ""},
		{"TLS, with a password", mailtest.Options{Certificate: cert, ImplicitTLS: true, Password: "mail-password"}, "smtps", "mail-password", roots, ""},
		{"a wrong password", mailtest.Options{Certificate: cert, Password: "mail-password"}, "smtp", "guess", roots, "AUTH failed"},
		{"no password, but one is required", mailtest.Options{Certificate: cert, Password: "mail-password"}, "smtp", "", roots, "reply 502"},
		{"an unknown certificate", mailtest.Options{Certificate: cert}, "smtp", "", x509.NewCertPool(), "certificate"},
		{"an unknown certificate with TLS", mailtest.Options{Certificate: cert, ImplicitTLS: true}, "smtps", "", x509.NewCertPool(), "certificate"},
		{"a password without TLS", mailtest.Options{Password: "mail-password"}, "smtp", "mail-password", nil, "AUTH"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, tt.options)
			user := ""
			if tt.password != "" {
				user = "sender@"
			}
			err := sender(t, tt.scheme+"://"+user+server.Address, tt.password, tt.roots).Send(t.Context(), mail.Message{To: "ann@example.com", Text: "x"})
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if failed, ok := errors.AsType[*mail.Error](err); err != nil && (!ok || failed.Permanent) {
				t.Errorf("%v is permanent, but the settings can be corrected", err)
			}
			if messages, _ := server.Messages(); len(messages) != 0 != (err == nil) {
				t.Errorf("it has sent %d messages", len(messages))
			}
		})
	}
}

// TestRemoteServersNeedTLS: a server that is not on this machine gets nothing in clear text.
func TestRemoteServersNeedTLS(t *testing.T) {
	t.Parallel()
	server := start(t, mailtest.Options{})
	_, port, _ := net.SplitHostPort(server.Address)
	// A name that is not one of the loopback names, but leads to this machine.
	err := sender(t, "smtp://127.0.0.1.:"+port, "", nil).Send(t.Context(), mail.Message{To: "ann@example.com", Text: "x"})
	if err == nil {
		t.Fatal("it was sent without TLS")
	}
	if messages, _ := server.Messages(); len(messages) != 0 {
		t.Error("it was sent without TLS")
	}
}

func TestRejections(t *testing.T) {
	t.Parallel()
	for code, permanent := range map[int]bool{450: false, 452: false, 550: true, 553: true} {
		server := start(t, mailtest.Options{Reject: func(string) error { return mailtest.Refuse(code) }})
		err := sender(t, server.URL(), "", nil).Send(t.Context(), mail.Message{To: "ann@example.com", Text: "x"})
		failed, ok := errors.AsType[*mail.Error](err)
		if !ok || failed.Permanent != permanent || !strings.Contains(err.Error(), fmt.Sprint(code)) {
			t.Errorf("%d: got %v, permanent: %v", code, err, ok && failed.Permanent)
		}
		if strings.Contains(err.Error(), "ann") {
			t.Errorf("the error shows the recipient: %v", err)
		}
	}
}

// TestServerThatDoesNotAnswer: each wait for the server ends.
func TestServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	release := make(chan struct{})
	stuck := start(t, mailtest.Options{Before: func() { <-release }})
	defer close(release)
	for name, address := range map[string]string{"before the greeting": silent.Addr().String(), "after the message": stuck.Address, "no server": "127.0.0.1:1"} {
		begun := time.Now()
		err := sender(t, "smtp://"+address, "", nil).WithTimeout(300*time.Millisecond).Send(t.Context(), mail.Message{To: "ann@example.com", Text: "x"})
		if failed, ok := errors.AsType[*mail.Error](err); !ok || failed.Permanent {
			t.Errorf("%s: got %v", name, err)
		}
		if took := time.Since(begun); took > 30*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	server := start(t, mailtest.Options{UTF8: true})
	plain := start(t, mailtest.Options{})
	for _, tt := range []struct{ to, want string }{ // want is the recipient of the envelope, "" if it is refused
		{"ann@example.com", "ann@example.com"},
		{"ann@bücher.example", "ann@xn--bcher-kva.example"},
		{"änne@example.com", "änne@example.com"},
		{"ann+tag@example.com", "ann+tag@example.com"},
		{strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com"},
		{strings.Repeat("a", 65) + "@example.com", ""},
		{"ann@" + strings.Repeat("a.", 130) + "com", ""},
		{"Ann <ann@example.com>", ""},
		{"ann@example.com (Ann)", ""},
		{"ann@example.com, bob@example.com", ""},
		{"ann@example.com\r\nBcc: bob@example.com", ""},
		{"ann@example.com\r\nRCPT TO:<bob@example.com>", ""},
		{"ann@exa mple.com", ""},
		{"ann", ""},
		{"@example.com", ""},
		{"", ""},
		{"\xff@example.com", ""},
	} {
		before, _ := server.Messages()
		err := sender(t, server.URL(), "", nil).Send(t.Context(), mail.Message{To: tt.to, Subject: "x", Text: "x"})
		messages, _ := server.Messages()
		failed, _ := errors.AsType[*mail.Error](err)
		switch {
		case tt.want == "":
			if failed == nil || !failed.Permanent || len(messages) != len(before) {
				t.Errorf("%q: got %v and %d messages", tt.to, err, len(messages)-len(before))
			}
		case err != nil || len(messages) != len(before)+1 || messages[len(messages)-1].To != tt.want:
			t.Errorf("%q: got %v, %+v", tt.to, err, messages[len(before):])
		}
	}
	err := sender(t, plain.URL(), "", nil).Send(t.Context(), mail.Message{To: "änne@example.com", Text: "x"})
	if failed, ok := errors.AsType[*mail.Error](err); !ok || !failed.Permanent {
		t.Errorf("without SMTPUTF8: got %v", err)
	}
}

// TestHeadersCannotBeAdded: a subject is one header, whatever is in it.
func TestHeadersCannotBeAdded(t *testing.T) {
	t.Parallel()
	server := start(t, mailtest.Options{})
	for _, subject := range []string{"a\r\nBcc: bob@example.com", "a\nBcc: bob@example.com\n\nbody", "a\rBcc: bob@example.com", "ä\r\nBcc: bob@example.com"} {
		if err := sender(t, server.URL(), "", nil).Send(t.Context(), mail.Message{To: "ann@example.com", Subject: subject, Text: "the text\n"}); err != nil {
			t.Fatal(err)
		}
	}
	messages, _ := server.Messages()
	for _, m := range messages {
		if m.Header.Get("Bcc") != "" || m.Text != "the text\n" || !strings.Contains(m.Subject, "Bcc: bob@example.com") {
			t.Errorf("got %q, %v", m.Subject, m.Header)
		}
	}
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"smtp://mail.example.com":               "smtp://mail.example.com:587",
		"smtps://u%40x:p@mail.example.com/":     "smtps://u%40x@mail.example.com:465",
		"smtp://u:p@mail.example.com:2525":      "smtp://u@mail.example.com:2525",
		"smtp://u@mail.example.com":             "",
		"smtp://:p@mail.example.com":            "",
		"http://mail.example.com":               "",
		"mail.example.com:25":                   "",
		"smtp://":                               "",
		"smtp://mail.example.com/?tls=no":       "",
		"smtp://mail.example.com:0":             "",
		"smtp://mail.example.com:99999":         "",
		"smtp://u:password%zz@mail.example.com": "",
	} {
		s, err := mail.ParseURL(text, "")
		if want == "" && err == nil || want != "" && (err != nil || s.String() != want) {
			t.Errorf("%s: got %s, %v", text, s, err)
		}
		if err != nil && strings.Contains(err.Error(), "ordfish") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	s, err := mail.ParseURL("smtp://u@mail.example.com", "swordfish")
	if err != nil || strings.Contains(fmt.Sprintf("%v %+v %#v", s, s, s), "swordfish") {
		t.Errorf("got %#v, %v", s, err)
	}
}

func TestNewSender(t *testing.T) {
	t.Parallel()
	settings, _ := mail.ParseURL("smtp://localhost", "")
	for from, ok := range map[string]bool{
		"a@example.com": true, "Contacts <a@example.com>": true, "a@bücher.example": true,
		"": false, "Contacts": false, "a@example.com, b@example.com": false, "a@example.com\r\nBcc: b@example.com": false,
	} {
		if _, err := mail.NewSender(settings, from); (err == nil) != ok {
			t.Errorf("%q: got %v", from, err)
		}
	}
}
