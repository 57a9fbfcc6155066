// Package reset lets users and contacts who have forgotten their password set a new one by a link
// that they receive by email.
//
// A request only records which login it names: the same statements run whether the login exists or
// not, so neither the response nor its time reveals it. The table of the requests is also the
// outbox: Serve, which runs in each process, takes a request, finds out whether the login exists,
// and sends the message. A process takes a request for a few minutes, and another one continues if
// it dies. So each message is sent at least once: if a process dies, or loses the connection, after
// the SMTP server has accepted the message and before this is recorded, the owner receives a second
// message, and only its link works.
//
// A token has 256 random bits. Only its SHA-256 is stored, and the token itself exists only while
// the message is sent: an attempt to send it again creates another one.
//
// Start reading at Request, then Serve in outbox.go, and Confirm in confirm.go, which sets the
// password. owner.go finds out whose login it is, and message.go has the text of the message.
package reset

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/database"
	"contactgraph/internal/mail"
	"contactgraph/internal/usererror"
)

// Lifetime is how long a token is valid, and how long a request waits for its message.
const Lifetime = time.Hour

// The paths of errors.
const (
	PathLogin       = "login"
	PathLink        = "resetUrl"
	PathToken       = "token"
	PathNewPassword = "newPassword"
)

// DB is the part of database.DB that this package needs.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
}

// Throttle makes clients wait that send many requests, or guess tokens: both methods then fail with
// a *limiter.RateError.
type Throttle interface {
	// BeginReset counts a request about an owner, which is a text of any form, from an address.
	BeginReset(ctx context.Context, owner string, address netip.Addr) error
	// BeginToken counts an attempt with a token; undo removes it.
	BeginToken(ctx context.Context, address netip.Addr) (undo func(context.Context) error, err error)
}

// Hasher hashes passwords.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
}

// Contacts sets the password of a contact: see contact.Service.
type Contacts interface {
	ResetPassword(ctx context.Context, r contact.PasswordReset) error
}

// Sender sends messages: see mail.Sender.
type Sender interface {
	Send(ctx context.Context, m mail.Message) error
}

// Service lets users and contacts of all accounts of one database set a new password. It is safe
// for concurrent use.
type Service struct {
	db       DB
	hasher   Hasher
	throttle Throttle
	now      func() time.Time
	log      *slog.Logger
	wake     chan struct{}
	sender   Sender // nil if the server sends no messages
	links    Links
}

// New returns a service that takes no requests until SendBy.
func New(db DB, hasher Hasher, throttle Throttle, now func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, hasher: hasher, throttle: throttle, now: now, log: log, wake: make(chan struct{}, 1)}
}

// SendBy makes the service take requests, and send messages with these links. Call it before the
// first request and before Serve.
func (s *Service) SendBy(sender Sender, links Links) { s.sender, s.links = sender, links }

// Available reports whether the service takes requests.
func (s *Service) Available() bool { return s.sender != nil }

// timestamp returns the time to store. Both engines store microseconds.
func (s *Service) timestamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// errNotAvailable are the errors of a server that sends no messages.
func errNotAvailable() error {
	return usererror.Errors{{Code: usererror.NotAvailable, Message: "This server sends no email. Ask an administrator for a new password."}}
}
