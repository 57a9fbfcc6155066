// Package mail sends messages by SMTP, each in a connection of its own.
//
// Everything that ends up in a header is parsed or encoded first, so that no text of a caller adds
// a header or a recipient. Errors contain no addresses of recipients, because they are logged.
//
// Start reading at Sender.Send. settings.go reads the URL of the SMTP server, address.go decides
// which addresses can receive a message, and errors.go which failures are worth another attempt.
package mail

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Timeout limits how long the SMTP server may take to accept a connection, and again to accept the
// message. MaxDuration is how long Send takes at most.
const (
	Timeout     = 15 * time.Second
	MaxDuration = 3*Timeout + 5*time.Second
)

// Message is a message to one recipient, of plain text.
type Message struct {
	To      string // an address without a name
	Subject string
	Text    string
}

// String describes the message without its recipient and contents.
func (Message) String() string { return "a message" }

// Sender sends messages by one SMTP server. It is safe for concurrent use.
type Sender struct {
	settings Settings
	from     *mail.Address
	domain   string        // of from, in ASCII
	timeout  time.Duration // Timeout, except in tests
}

// NewSender returns a sender whose messages come from an address, which may have a name:
// "Contacts <no-reply@example.com>". It fails if from is not an address that can receive messages.
func NewSender(s Settings, from string) (*Sender, error) {
	parsed, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("the sender is %q, but must be an email address, such as Contacts <no-reply@example.com>", from)
	}
	if parsed.Address, err = parseAddress(parsed.Address); err != nil {
		return nil, fmt.Errorf("the sender is %q: %w", from, err)
	}
	return &Sender{settings: s, from: parsed, domain: parsed.Address[strings.LastIndex(parsed.Address, "@")+1:], timeout: Timeout}, nil
}

// Send sends a message, and returns when the SMTP server has accepted it. It fails with an *Error,
// which shows whether another attempt could succeed. If the connection is lost after the message
// was sent, it is unknown whether the server has accepted it, and Send fails.
func (s *Sender) Send(ctx context.Context, m Message) error {
	to, err := parseAddress(m.To)
	if err != nil {
		return &Error{Permanent: true, reason: err.Error()}
	}
	message := s.message(to, m)
	client, err := s.settings.client(s.domain, s.timeout)
	if err != nil {
		return &Error{reason: "settings", err: err}
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return failure(err)
	}
	defer context.AfterFunc(ctx, func() { connection.Close() })() //nolint:errcheck // ends what waits for the server
	defer connection.Close()                                      //nolint:errcheck // Quit has closed it, if it could
	if err := s.deliver(client, connection, to, message); err != nil {
		return err
	}
	_ = connection.Quit() // the message is delivered
	return nil
}

// deliver sends the message in a connection.
func (s *Sender) deliver(client *gomail.Client, connection *smtp.Client, to string, message *gomail.Msg) error {
	if !isASCII(to) || !isASCII(s.from.Address) {
		if ok, _ := connection.Extension("SMTPUTF8"); !ok {
			return &Error{Permanent: true, reason: "the SMTP server accepts no addresses with characters beyond ASCII"}
		}
	}
	err := client.SendWithSMTPClient(connection, message)
	if err == nil || message.IsDelivered() {
		return nil
	}
	return failure(err)
}

// message returns the message as it is sent.
func (s *Sender) message(to string, m Message) *gomail.Msg {
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	msg.ToMailAddress(&mail.Address{Address: to})
	msg.Subject(oneLine(m.Subject))
	msg.SetDate()
	msg.SetMessageIDWithValue(rand.Text() + "@" + s.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: programs must not reply
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg
}

// oneLine replaces what would end a header.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' || r == 0 }), " ")
}
