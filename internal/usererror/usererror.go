// Package usererror has the errors that a caller can fix. Each has a code, the path of what is
// wrong and a message for people. A command reports all of them at once, as Errors; any other error
// is a fault of the server. Each API defines how it reports a code: each REST API has a table in
// its codes.go; GraphQL has the enum UserErrorCode and graph/payload_errors.go. CONTRIBUTING.md
// lists the steps to add a code.
//
// Start reading at Code and Error.
package usererror

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/storable"
)

// ErrArguments is wrapped by the errors of NewInvalidArguments.
var ErrArguments = errors.New("invalid arguments")

// argumentsError is a sentence about the arguments of a list, for people.
type argumentsError string

// NewInvalidArguments returns an error about the arguments of a list: a size out of range, an
// invalid cursor, a filter that cannot be looked up. Its text is one sentence, for people.
func NewInvalidArguments(format string, args ...any) error {
	return argumentsError(fmt.Sprintf(format, args...))
}

// Error returns the sentence.
func (e argumentsError) Error() string { return string(e) }

// Unwrap returns ErrArguments.
func (argumentsError) Unwrap() error { return ErrArguments }

// Code identifies a kind of error. Codes may be added but are never removed or renamed.
type Code string

// The codes, as clients see them.
const (
	NotFound         Code = "NOT_FOUND"          // the account has no such object
	Forbidden        Code = "FORBIDDEN"          // the viewer does not have the right
	Merged           Code = "MERGED"             // the contact was merged into another one
	VersionConflict  Code = "VERSION_CONFLICT"   // the contact has another version than expected
	EmailTaken       Code = "EMAIL_TAKEN"        // another contact has the address
	PhoneTaken       Code = "PHONE_TAKEN"        // another contact has the number
	LoginTaken       Code = "LOGIN_TAKEN"        // another contact or user has the login
	ExternalIDTaken  Code = "EXTERNAL_ID_TAKEN"  // another contact has the external id
	NameTaken        Code = "NAME_TAKEN"         // another property has the name or API name
	NumberTaken      Code = "NUMBER_TAKEN"       // another store or company has the number
	StoreNotFound    Code = "STORE_NOT_FOUND"    // the account has no such store
	CompanyNotFound  Code = "COMPANY_NOT_FOUND"  // the account has no such company
	SegmentNotFound  Code = "SEGMENT_NOT_FOUND"  // the account has no such segment
	PropertyNotFound Code = "PROPERTY_NOT_FOUND" // the account has no such property
	Required         Code = "REQUIRED"           // must not be missing, null or cleared
	Empty            Code = "EMPTY"              // an empty text, where null clears the field
	TooLong          Code = "TOO_LONG"           // more UTF-16 units than allowed
	TooMany          Code = "TOO_MANY"           // more values, logins, external ids, segments, properties or commands than allowed
	Invalid          Code = "INVALID"            // not a valid value
	Duplicate        Code = "DUPLICATE"          // listed twice in one call
	ReadOnly         Code = "READ_ONLY"          // customers may not write the property or external ids
	WrongPassword    Code = "WRONG_PASSWORD"     // the current password is wrong
	WrongCode        Code = "WRONG_CODE"         // the code of the second factor is wrong, or was used before
	InUse            Code = "IN_USE"             // contacts or companies still use it, or another property is bound to the field
	NotApplied       Code = "NOT_APPLIED"        // another command of the same call failed
	RateLimited      Code = "RATE_LIMITED"       // too many writes of the customer were rejected, or too many passwords were wrong

	NotAvailable Code = "NOT_AVAILABLE"          // the server was started without the setting that this needs
	KeyReused    Code = "IDEMPOTENCY_KEY_REUSED" // the idempotency key was used for another request
)

// allCodes lists the constants above; a test compares the two.
var allCodes = []Code{
	NotFound, Forbidden, Merged, VersionConflict, EmailTaken, PhoneTaken, LoginTaken, ExternalIDTaken, NameTaken, NumberTaken,
	StoreNotFound, CompanyNotFound, SegmentNotFound, PropertyNotFound,
	Required, Empty, TooLong, TooMany, Invalid, Duplicate, ReadOnly, WrongPassword, WrongCode, InUse, NotApplied, RateLimited,
	NotAvailable, KeyReused,
}

// Codes returns every code. The tests of each API check that it has an answer for each of them.
func Codes() []Code { return slices.Clone(allCodes) }

// Error is one thing that the caller can fix.
type Error struct {
	Code    Code
	Path    string // as in the change log: "email", "properties.7", "logins"; "custom.name"; "" for the whole command
	Message string // one sentence, for people

	Latest   *ent.Contact      // VersionConflict: the contact as it is now
	Conflict *merge.Divergence // VersionConflict: the changes since the expected version
	// EmailTaken, PhoneTaken, LoginTaken, ExternalIDTaken: the contact that has the key; nil for a
	// customer, and for a contact that is unknown or not stored yet.
	Existing *ent.Contact
	Subject  string // the login, or the id of the object, that the error is about

	MergedInto int // Merged: the contact that the one with this id was merged into

	RetryAfter time.Duration // RateLimited: how long to wait
}

// Error returns the code, path and message.
func (e *Error) Error() string {
	if e.Path == "" {
		return string(e.Code) + ": " + e.Message
	}
	return string(e.Code) + " at " + e.Path + ": " + e.Message
}

// Errors is everything that the caller can fix about one command, in a stable order: the contact,
// its fields, properties, logins, external ids, membership. As an error, it is never empty.
type Errors []*Error

// Error joins the texts of the errors.
func (es Errors) Error() string {
	texts := make([]string, len(es))
	for i, e := range es {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// Has reports whether one of the errors has the code.
func (es Errors) Has(code Code) bool { return es.First(code) != nil }

// First returns the first error with the code, nil if there is none.
func (es Errors) First(code Code) *Error {
	for _, e := range es {
		if e.Code == code {
			return e
		}
	}
	return nil
}

// OrNil sorts es and returns it as an error, nil if it is empty.
func (es Errors) OrNil() error {
	if len(es) == 0 {
		return nil
	}
	es.Sort()
	return es
}

// Sort sorts errors that were found in several places by their paths. Errors of one path stay in
// the order in which they were added.
func (es Errors) Sort() {
	slices.SortStableFunc(es, func(a, b *Error) int { return field.ComparePathKinds(a.Path, b.Path) })
}

// Add appends an error with a formatted message.
func (es *Errors) Add(code Code, path, format string, args ...any) {
	*es = append(*es, &Error{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
}

// Last returns the error that was added last, so that the caller can set more fields.
func (es Errors) Last() *Error { return es[len(es)-1] }

// Missing adds the error for a reference to an object that does not exist.
func (es *Errors) Missing(code Code, path, noun string, id int) {
	es.Add(code, path, "%s with id %d does not exist.", noun, id)
	es.Last().Subject = strconv.Itoa(id)
}

// CheckText adds errors if a text has more than limit UTF-16 units (0 for any number) or cannot be
// stored on both engines. name is what the messages call the text: they begin with it.
func (es *Errors) CheckText(path, name, s string, limit int) {
	if limit > 0 && storable.Length(s) > limit {
		es.Add(TooLong, path, "%s must be at most %d characters long.", name, limit)
	}
	if !storable.Text(s) {
		es.Add(Invalid, path, "%s must be valid text without NUL characters.", name)
	}
}

// NewForbidden returns the error for a caller that does not have the right.
func NewForbidden(path, message string) *Error {
	return &Error{Code: Forbidden, Path: path, Message: message}
}

// Seconds returns a number of seconds as messages show it.
func Seconds(n int) string {
	if n == 1 {
		return "1 second"
	}
	return fmt.Sprintf("%d seconds", n)
}

// NewRateLimited returns the errors of a command that has to wait because of wrong passwords.
func NewRateLimited(path string, seconds int) Errors {
	return Errors{{
		Code: RateLimited, Path: path, Message: "Too many wrong passwords: try again in " + Seconds(seconds) + ".",
		RetryAfter: time.Duration(seconds) * time.Second,
	}}
}

// NewNotFound returns the errors of a command about an object that does not exist in the account.
func NewNotFound(noun string, id int) Errors {
	return Errors{{Code: NotFound, Message: fmt.Sprintf("%s with id %d does not exist.", noun, id), Subject: strconv.Itoa(id)}}
}

// NewMerged returns the errors of a command about a contact that was merged into another one.
func NewMerged(id, into int) Errors {
	return Errors{{
		Code: Merged, Message: fmt.Sprintf("Contact %d was merged into contact %d.", id, into), Subject: strconv.Itoa(id), MergedInto: into,
	}}
}
