// Package mailtest runs a real SMTP server on a loopback address, for tests. Start reading at
// Start.
package mailtest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Message is a message that the server has taken over.
type Message struct {
	From, To string // of the envelope
	Header   mail.Header
	Subject  string // decoded
	Text     string // decoded, with \n at the end of lines
}

// Options say how the server behaves. The zero value accepts everything, without TLS.
type Options struct {
	Certificate *tls.Certificate // offers TLS
	ImplicitTLS bool             // from the first byte, instead of STARTTLS
	Password    string           // of the user "sender"; "" asks for none
	UTF8        bool             // offers SMTPUTF8
	// Reject decides about a recipient and its message; nil accepts all. An error of smtp.SMTPError
	// is sent as it is.
	Reject func(to string) error
	// Before is called before each message is taken over, outside of all locks; nil does nothing.
	Before func()
}

// Server is a running server.
type Server struct {
	Address string // host and port

	smtp    *smtp.Server
	options Options

	mu       sync.Mutex
	messages []Message
	came     chan struct{} // closed with the next message
}

// Start starts a server on a free port of the loopback address. Close stops it.
func Start(o Options) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it only takes a moment
	if err != nil {
		return nil, err
	}
	s := &Server{Address: listener.Addr().String(), options: o, came: make(chan struct{})}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return s.session(), nil }))
	s.smtp.Domain, s.smtp.EnableSMTPUTF8 = "localhost", o.UTF8
	s.smtp.ErrorLog = log.New(io.Discard, "", 0)
	if o.Certificate != nil {
		s.smtp.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*o.Certificate}, MinVersion: tls.VersionTLS12}
		if o.ImplicitTLS {
			listener = tls.NewListener(listener, s.smtp.TLSConfig)
		}
	}
	go s.smtp.Serve(listener) //nolint:errcheck // ends with Close
	return s, nil
}

// Close stops the server.
func (s *Server) Close() error { return s.smtp.Close() }

// URL returns the value of --smtp-url for the server.
func (s *Server) URL() string { return "smtp://" + s.Address }

// Messages returns all messages so far, and a channel that is closed with the next one.
func (s *Server) Messages() ([]Message, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...), s.came
}

// session returns a session, which has AUTH only if the server asks for a password.
func (s *Server) session() smtp.Session {
	if s.options.Password == "" {
		return &session{server: s, in: true}
	}
	return &authSession{session{server: s}}
}

// session is what one connection sends.
type session struct {
	server   *Server
	in       bool // has signed in
	from, to string
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

// Mail begins a message.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

// Rcpt names the recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.to != "" {
		return errors.New("the message has two recipients")
	}
	s.to = to
	if s.server.options.Reject != nil {
		return s.server.options.Reject(to)
	}
	return nil
}

// Data reads the message.
func (s *session) Data(r io.Reader) error {
	parsed, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(decode(parsed))
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		return err
	}
	if s.server.options.Before != nil {
		s.server.options.Before()
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.messages = append(s.server.messages, Message{
		From: s.from, To: s.to, Header: parsed.Header, Subject: subject, Text: strings.ReplaceAll(string(text), "\r\n", "\n"),
	})
	close(s.server.came)
	s.server.came = make(chan struct{})
	return nil
}

func decode(m *mail.Message) io.Reader {
	if strings.EqualFold(m.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		return quotedprintable.NewReader(m.Body)
	}
	return m.Body
}

// authSession is a session that must sign in.
type authSession struct{ session }

// AuthMechanisms returns the mechanisms that are offered.
func (s *authSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth checks user and password.
func (s *authSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "sender" || password != s.server.options.Password {
			return smtp.ErrAuthFailed
		}
		s.in = true
		return nil
	}), nil
}

// Refuse returns the error of a reply with a code.
func Refuse(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCodeNotSet, Message: fmt.Sprint("refused with ", code)}
}
