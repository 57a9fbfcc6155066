package usererror_test

import (
	"testing"

	"contactgraph/internal/usererror"
)

func TestErrorsAsText(t *testing.T) {
	t.Parallel()
	errs := usererror.Errors{
		{Code: usererror.VersionConflict, Message: "Stale."},
		{Code: usererror.EmailTaken, Path: "email", Message: "Taken."},
	}
	if got, want := errs.Error(), "VERSION_CONFLICT: Stale.; EMAIL_TAKEN at email: Taken."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errs.Has(usererror.EmailTaken) || errs.Has(usererror.PhoneTaken) || errs.First(usererror.EmailTaken) != errs[1] {
		t.Error("the errors are not found by their code")
	}
}
