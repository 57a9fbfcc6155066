package contactgraph

import (
	"fmt"
	"strings"
)

// RejectedError is a write that the server rejected for reasons that a person can fix. Nothing was
// changed, except by a write of many with BatchErrorPolicyPerItem. Its errors are found with
// errors.As and errors.Is:
//
//	var conflict *contactgraph.VersionConflict
//	errors.As(err, &conflict)
//	errors.Is(err, contactgraph.UserErrorCodeEmailTaken)
type RejectedError struct {
	// All errors, at least one; also those of the items.
	Errors []*UserError
	// The items of a write of many that have errors of their own; empty if it was rejected as a
	// whole.
	Items []*RejectedItem
}

func (e *RejectedError) Error() string { return "contactgraph: " + join(e.Unwrap()) }

// Unwrap returns the items, or if there are none the errors.
func (e *RejectedError) Unwrap() []error {
	if len(e.Items) > 0 {
		return asErrors(e.Items)
	}
	return asErrors(e.Errors)
}

// RejectedItem is an item of a write of many that the server rejected. It is an error itself, and
// works with errors.Is and errors.As as a RejectedError does.
type RejectedItem struct {
	Index  int          // of the item, from 0
	Errors []*UserError // at least one
}

func (e *RejectedItem) Error() string { return fmt.Sprintf("items[%d]: %s", e.Index, join(e.Unwrap())) }

// Unwrap returns the errors.
func (e *RejectedItem) Unwrap() []error { return asErrors(e.Errors) }

// rejection returns the errors of a payload as one; nil if there are none.
func rejection(failures []UserError) error {
	if len(failures) == 0 {
		return nil
	}
	return &RejectedError{Errors: pointers(failures)}
}

func pointers(failures []UserError) []*UserError {
	all := make([]*UserError, len(failures))
	for i := range failures {
		all[i] = &failures[i]
	}
	return all
}

func asErrors[E error](list []E) []error {
	all := make([]error, len(list))
	for i, one := range list {
		all[i] = one
	}
	return all
}

func join(list []error) string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "; ")
}
