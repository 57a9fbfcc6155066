package mail

import (
	"errors"
	"fmt"

	gomail "github.com/wneessen/go-mail"
)

// Error is why a message was not sent, or why it is unknown whether it was. Its text has no address
// of a recipient and nothing of the message.
type Error struct {
	// Permanent is true if another attempt cannot succeed: the server has rejected the recipient or
	// the message permanently, or the address cannot receive messages.
	Permanent bool

	reason string
	code   int   // of the reply; 0 if there was none
	err    error // nil for replies to the message, which may repeat an address
}

// Error returns the reason, and the code of the reply if there was one.
func (e *Error) Error() string {
	switch {
	case e.err != nil && e.reason != "":
		return e.reason + ": " + e.err.Error()
	case e.err != nil:
		return e.err.Error()
	case e.code != 0:
		return fmt.Sprintf("%s: reply %d", e.reason, e.code)
	}
	return e.reason
}

// Unwrap returns the cause, nil if the server has replied to the message.
func (e *Error) Unwrap() error { return e.err }

// firstPermanent is the lowest reply code of permanent failures: RFC 5321, section 4.2.1.
const firstPermanent = 500

// failure returns the error of a connection or a delivery. Only a refused recipient and a refused
// message are permanent: all other failures concern the settings or the server, not the message.
func failure(err error) *Error {
	sent, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return &Error{reason: "connecting to the SMTP server", err: err}
	}
	refused := sent.Reason == gomail.ErrSMTPRcptTo || sent.Reason == gomail.ErrSMTPData || sent.Reason == gomail.ErrSMTPDataClose
	return &Error{Permanent: refused && sent.ErrorCode() >= firstPermanent, reason: sent.Reason.String(), code: sent.ErrorCode()}
}
