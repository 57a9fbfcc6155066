package contact

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"contactgraph/ent"
)

// ErrUnauthenticated is the error of every command and query without a viewer.
var ErrUnauthenticated = errors.New("not signed in")

// Code tells what went wrong. The list only grows.
type Code string

// The codes, as clients see them.
const (
	NotFound         Code = "NOT_FOUND"          // no such thing in this account
	Forbidden        Code = "FORBIDDEN"          // the viewer may not
	VersionConflict  Code = "VERSION_CONFLICT"   // somebody else wrote since
	EmailTaken       Code = "EMAIL_TAKEN"        // another contact has the address
	PhoneTaken       Code = "PHONE_TAKEN"        // another contact has the number
	LoginTaken       Code = "LOGIN_TAKEN"        // another contact has the login
	NameTaken        Code = "NAME_TAKEN"         // another property has the name
	StoreNotFound    Code = "STORE_NOT_FOUND"    // a reference to no store
	CompanyNotFound  Code = "COMPANY_NOT_FOUND"  // a reference to no company
	SegmentNotFound  Code = "SEGMENT_NOT_FOUND"  // a reference to no segment
	PropertyNotFound Code = "PROPERTY_NOT_FOUND" // a reference to no property
	Required         Code = "REQUIRED"           // must not be absent, null or cleared
	TooLong          Code = "TOO_LONG"           // more UTF-16 units than allowed
	TooMany          Code = "TOO_MANY"           // more values than allowed
	Invalid          Code = "INVALID"            // not of the right form
	Duplicate        Code = "DUPLICATE"          // named twice in one call
	ReadOnly         Code = "READ_ONLY"          // customers may not write the property
	WrongPassword    Code = "WRONG_PASSWORD"     // the current password is another
	InUse            Code = "IN_USE"             // contacts still refer to it
	NotApplied       Code = "NOT_APPLIED"        // another command of the same call failed

	KeyReused Code = "IDEMPOTENCY_KEY_REUSED" // the idempotency key was used for another request
)

// allCodes lists the constants above; a test compares the two.
var allCodes = []Code{
	NotFound, Forbidden, VersionConflict, EmailTaken, PhoneTaken, LoginTaken, NameTaken,
	StoreNotFound, CompanyNotFound, SegmentNotFound, PropertyNotFound,
	Required, TooLong, TooMany, Invalid, Duplicate, ReadOnly, WrongPassword, InUse, NotApplied,
	KeyReused,
}

// Codes returns every code. The tests of each API check that it has an answer for each of them.
func Codes() []Code { return slices.Clone(allCodes) }

// Error is one thing that the caller can mend.
type Error struct {
	Code    Code
	Path    string // the field as in the change log: "email", "properties.7", "logins"; "" for the whole
	Message string // a sentence for people

	Latest   *ent.Contact // VersionConflict: the contact as it is now
	Others   *Divergence  // VersionConflict: what has come between
	Existing *ent.Contact // EmailTaken, PhoneTaken, LoginTaken: who has the key, nil for a customer
	Subject  string       // the login, or the id of the reference, that it is about
}

// Error returns the code, path and message.
func (e *Error) Error() string {
	if e.Path == "" {
		return string(e.Code) + ": " + e.Message
	}
	return string(e.Code) + " at " + e.Path + ": " + e.Message
}

// Errors is all that the caller can mend about one command, in a stable order: the contact, its fields, properties,
// logins, membership. It is never empty.
type Errors []*Error

// Error joins the texts.
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

// orNil is es as an error, in order; nil if it is empty.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	es.sort()
	return es
}

// sort brings errors that were found in several places into the order of their paths. What is about one path stays as it
// was found.
func (es Errors) sort() {
	slices.SortStableFunc(es, func(a, b *Error) int { return cmp.Compare(place(a.Path), place(b.Path)) })
}

// paths are all that errors can be about, in their order.
var paths = slices.Concat([]string{"", pathVersion, pathSecret, pathRegisteredAt, pathRegistrationSource, pathRegistrationIP, pathRegistrationStore}, fieldPaths(),
	[]string{pathPassword, pathCurrentPassword, pathProperties, pathLogins, pathMembership})

func fieldPaths() []string {
	all := make([]string, len(Fields))
	for i, f := range Fields {
		all[i] = f.Path
	}
	return all
}

// place is where a path stands in paths. Those of definitions stand in none, and stay as they are.
func place(path string) int {
	whole, _, _ := strings.Cut(path, ".")
	return slices.Index(paths, whole)
}

// comparePaths orders all paths of a contact: properties by id.
func comparePaths(a, b string) int {
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func (es *Errors) add(code Code, path, format string, args ...any) {
	*es = append(*es, &Error{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
}

// last is the error that was added last, to tell more about it.
func (es Errors) last() *Error { return es[len(es)-1] }

// missing adds a reference to something that is not there.
func (es *Errors) missing(code Code, path, noun string, id int) {
	es.add(code, path, "%s with id %d does not exist.", noun, id)
	es.last().Subject = strconv.Itoa(id)
}

func forbidden(path, message string) *Error {
	return &Error{Code: Forbidden, Path: path, Message: message}
}

func notFound(noun string, id int) Errors {
	return Errors{{Code: NotFound, Message: fmt.Sprintf("%s with id %d does not exist.", noun, id), Subject: strconv.Itoa(id)}}
}
