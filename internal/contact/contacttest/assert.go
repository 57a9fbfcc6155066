package contacttest

import (
	"errors"
	"testing"

	"contactgraph/internal/contact/merge"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

// WantErrors runs a command that must fail with these errors, in this order, and must leave the
// database unchanged. Each error is written as in CodesOf. It returns the errors, nil if the command
// did not fail with Errors.
func (f *Fixture) WantErrors(name string, do func() error, want ...string) usererror.Errors {
	f.T.Helper()
	before := f.DB.Dump()
	err := do()
	var errs usererror.Errors
	if !errors.As(err, &errs) {
		f.T.Errorf("%s: got %v, want %q", name, err, want)
		return nil
	}
	if diff := cmp.Diff(want, CodesOf(errs)); diff != "" {
		f.T.Errorf("%s (-want +got)\n%s", name, diff)
	}
	if diff := cmp.Diff(before, f.DB.Dump()); diff != "" {
		f.T.Errorf("%s: it changed the database (-before +after)\n%s", name, diff)
	}
	return errs
}

// CodesOf writes each error as its code and, after a space, its path if it has one.
func CodesOf(errs usererror.Errors) []string {
	list := make([]string, len(errs))
	for i, e := range errs {
		list[i] = string(e.Code)
		if e.Path != "" {
			list[i] += " " + e.Path
		}
	}
	return list
}

// ConflictOf returns the divergence that a version conflict reports, nil if the write succeeded. Other
// errors fail the test.
func ConflictOf(t *testing.T, err error) *merge.Divergence {
	t.Helper()
	var errs usererror.Errors
	if !errors.As(err, &errs) {
		if err != nil {
			t.Error(err)
		}
		return nil
	}
	if e := errs.First(usererror.VersionConflict); e != nil {
		return e.Conflict
	}
	t.Errorf("failed without a version conflict: %v", errs)
	return nil
}

// Must returns v, and panics if there is an error.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// ErrOf returns the error of a call and drops its result.
func ErrOf[T any](_ T, err error) error { return err }
