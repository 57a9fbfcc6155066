package sso

import (
	"context"
	"errors"
	"fmt"
	"net"
	"unicode/utf8"

	"contactgraph/internal/auth"
	"contactgraph/internal/limiter"

	"golang.org/x/oauth2"
)

// Reason is why a sign-in failed, as a word in the address of the console's page, which has a text
// for each, and in the audit log.
type Reason string

// The reasons.
const (
	Busy        Reason = "BUSY"         // too many sign-ins or failures
	State       Reason = "STATE"        // the sign-in has expired, was used, or began in another browser
	Denied      Reason = "DENIED"       // the person or the provider has denied it
	Unavailable Reason = "UNAVAILABLE"  // the provider cannot be reached
	Invalid     Reason = "INVALID"      // what the provider returned cannot be verified
	Clock       Reason = "CLOCK"        // the clocks differ by more than a minute
	NoAccount   Reason = "NO_ACCOUNT"   // there is no such account
	Suspended   Reason = "SUSPENDED"    // the account is suspended
	NoRole      Reason = "NO_ROLE"      // none of the groups has a role
	NoEmail     Reason = "NO_EMAIL"     // the provider reports no verified email address
	UnknownUser Reason = "UNKNOWN_USER" // there is no such user
	NotLinked   Reason = "NOT_LINKED"   // the user signs in with a password
	Disabled    Reason = "DISABLED"     // the user is disabled
	LastAdmin   Reason = "LAST_ADMIN"   // the last admin would get a lower role
	NotReady    Reason = "NOT_READY"    // the server is starting
	Fault       Reason = "FAULT"        // anything else
)

// allReasons lists the constants above; a test compares the two.
var allReasons = []Reason{
	Busy, State, Denied, Unavailable, Invalid, Clock, NoAccount, Suspended, NoRole, NoEmail, UnknownUser, NotLinked,
	Disabled, LastAdmin, NotReady, Fault,
}

// Reasons returns every reason.
func Reasons() []Reason { return append([]Reason(nil), allReasons...) }

// failure is an error with its reason.
type failure struct {
	reason Reason
	cause  error
}

func (f failure) Error() string { return fmt.Sprintf("%s: %v", f.reason, f.cause) }
func (f failure) Unwrap() error { return f.cause }

func fail(reason Reason, format string, args ...any) error {
	return failure{reason, fmt.Errorf(format, args...)} //nolint:err113 // the reason is what callers compare
}

// reasons has the reasons of errors of package auth and limiter.
var reasons = []struct {
	err    error
	reason Reason
}{
	{auth.ErrStateUsed, State},
	{auth.ErrSuspended, Suspended},
	{auth.ErrNoRole, NoRole},
	{auth.ErrNoEmail, NoEmail},
	{auth.ErrUnknownUser, UnknownUser},
	{auth.ErrNotLinked, NotLinked},
	{auth.ErrDisabled, Disabled},
	{auth.ErrLastAdmin, LastAdmin},
	{limiter.ErrBusy, Busy},
}

// reasonOf returns the reason of an error.
func reasonOf(err error) Reason {
	if f, ok := errors.AsType[failure](err); ok {
		return f.reason
	}
	if _, ok := errors.AsType[*limiter.RateError](err); ok {
		return Busy
	}
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.reason
		}
	}
	return Fault
}

// exchangeFailure returns why the provider returned no token for a code.
func exchangeFailure(err error) error {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case !ok && unreachable(err):
		return fail(Unavailable, "sending the code: %w", err)
	case !ok:
		return fail(Invalid, "sending the code: %w", err)
	case answer.ErrorCode == "invalid_grant":
		return fail(State, "the provider rejects the code: it has expired or was used, or its verifier is wrong")
	case answer.Response != nil && answer.Response.StatusCode >= 500:
		return fail(Unavailable, "the provider answers the code with the status %d", answer.Response.StatusCode)
	}
	return fail(Invalid, "the provider answers the code with the error %q", word(answer.ErrorCode))
}

// unreachable reports whether a request failed because of the network or a timeout.
func unreachable(err error) bool {
	_, isNet := errors.AsType[net.Error](err)
	return isNet || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errTooLarge)
}

// maxBrief is how many bytes of an error the log gets: its text may contain a page of the provider.
const maxBrief = 300

// brief returns the beginning of the text of an error.
func brief(err error) string {
	text := err.Error()
	if len(text) <= maxBrief {
		return text
	}
	cut := maxBrief
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
