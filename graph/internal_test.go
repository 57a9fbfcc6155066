package graph

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"contactgraph/ent"
	"contactgraph/graph/apierror"
	"contactgraph/graph/model"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/usererror"
)

// contactCodes returns the codes of the rules as texts.
func contactCodes() (codes []string) {
	for _, code := range usererror.Codes() {
		codes = append(codes, string(code))
	}
	return codes
}

func TestErrorCodesMatchUsererror(t *testing.T) {
	t.Parallel()
	want := append(contactCodes(), string(model.UserErrorCodeSignInRefused), string(model.UserErrorCodeSecondFactorRequired))
	var got []string
	for _, c := range model.AllUserErrorCode {
		got = append(got, string(c))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the enum UserErrorCode (-usererror +schema)\n%s", diff)
	}
}

// TestErrorTypesListTheirCodes: the schema describes for each error type which codes it has.
func TestErrorTypesListTheirCodes(t *testing.T) {
	t.Parallel()
	types := served(t).Types
	for _, code := range append(contactCodes(), string(model.UserErrorCodeSignInRefused)) {
		e := payloadError(&usererror.Error{Code: usererror.Code(code), Path: "email", Message: "A text.", Latest: &ent.Contact{ID: 1}, Conflict: &merge.Divergence{}, Existing: &ent.Contact{ID: 2}})
		if code == string(model.UserErrorCodeSignInRefused) {
			e = model.Forbidden{Code: model.UserErrorCodeSignInRefused, Message: "A text.", Path: new("email")}
		}
		name := reflect.TypeOf(e).Name()
		if description := types[name].Fields.ForName("code").Description; !slices.Contains(strings.FieldsFunc(description, func(r rune) bool { return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", r) }), code) {
			t.Errorf("%s has the type %s, whose code is described as %q", code, name, description)
		}
		if e.GetCode() != model.UserErrorCode(code) || e.GetMessage() != "A text." || *e.GetPath() != "email" {
			t.Errorf("%s: got %v", code, e)
		}
	}
	if e := payloadError(&usererror.Error{Code: usererror.NotFound}); e.GetPath() != nil {
		t.Errorf("no path: got %q", *e.GetPath())
	}
	if e, ok := payloadError(&usererror.Error{Code: usererror.VersionConflict, Latest: &ent.Contact{ID: 1}, Conflict: &merge.Divergence{}}).(model.VersionConflict); !ok || e.Latest.ID != 1 {
		t.Errorf("a version conflict: got %v", e)
	}
	if e, ok := payloadError(&usererror.Error{Code: usererror.EmailTaken, Existing: &ent.Contact{ID: 2}}).(model.UniqueConflict); !ok || e.Existing.ID != 2 {
		t.Errorf("a unique conflict: got %v", e)
	}
}

func TestPayloadErrors(t *testing.T) {
	t.Parallel()
	fault := errors.New("of the test")
	fixable := usererror.Errors{{Code: usererror.NotFound}, {Code: usererror.Invalid}}
	for name, tt := range map[string]struct {
		err   error
		n     int
		fault error
	}{
		"none":                   {nil, 0, nil},
		"errors of the input":    {fixable, 2, nil},
		"the same, wrapped":      {fmt.Errorf("x: %w", fixable), 2, nil},
		"a fault":                {fault, 0, fault},
		"no viewer is signed in": {authz.ErrUnauthenticated, 0, authz.ErrUnauthenticated},
		"a joined fault":         {errors.Join(fault), 0, fault},
	} {
		list, err := payloadErrors(tt.err)
		if len(list) != tt.n || !errors.Is(err, tt.fault) || (list == nil) != (tt.fault != nil) {
			t.Errorf("%s: got %v, %v", name, list, err)
		}
	}
}

func TestPanicIsHiddenAndLogged(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	err := apierror.Recovery(slog.New(slog.NewTextHandler(&log, nil)))(t.Context(), "aghast")
	if strings.Contains(err.Error(), "aghast") || !strings.Contains(log.String(), "aghast") || !strings.Contains(log.String(), "internal_test.go") {
		t.Errorf("got %v, logged %s", err, log.String())
	}
}
