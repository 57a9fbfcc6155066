package contactgraph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
)

// TestErrorsOfPayloads reads the errors of a payload, and finds what is in them.
func TestErrorsOfPayloads(t *testing.T) {
	t.Parallel()
	const payload = `[
		{"__typename": "VersionConflict", "code": "VERSION_CONFLICT", "message": "Changed.", "path": null, "mergeable": false, "unknownBecause": null,
			"latest": {"ID": "x", "version": "v2", "firstName": "Ida"},
			"fields": [{"path": "email", "overlaps": false, "yours": null}, {"path": "firstName", "base": "Nora", "latest": "Ida", "yours": "Eva", "overlaps": true}]},
		{"__typename": "UniqueConflict", "code": "EMAIL_TAKEN", "message": "Taken.", "path": "email", "existing": {"ID": "y", "ContactID": 8, "firstName": "Eva", "lastName": null}},
		{"__typename": "OfALaterServer", "code": "A_LATER_CODE", "message": "Later.", "path": "phone"}]`
	var payloadErrors []UserError
	if err := json.Unmarshal([]byte(payload), &payloadErrors); err != nil {
		t.Fatal(err)
	}
	_, err := written(nil, nil, nil, nil, nil, payloadErrors)
	err = fmt.Errorf("save: %w", err)

	var conflict *VersionConflict
	if !errors.As(err, &conflict) || conflict.Latest.Version != "v2" || conflict.Latest.FirstName != "Ida" || len(conflict.Fields) != 2 {
		t.Errorf("the conflict is %+v", conflict)
	}
	if overlaps := conflict.Overlaps(); len(overlaps) != 1 || string(overlaps[0].Yours) != `"Eva"` {
		t.Errorf("the overlaps are %+v", overlaps)
	}
	var rejected *RejectedError
	if !errors.As(err, &rejected) || len(rejected.Errors) != 3 || rejected.Errors[1].Existing.ContactID != 8 || rejected.Errors[1].Conflict != nil {
		t.Errorf("the error is %+v", rejected)
	}
	for _, code := range []UserErrorCode{UserErrorCodeVersionConflict, UserErrorCodeEmailTaken, "A_LATER_CODE"} {
		if !errors.Is(err, code) {
			t.Errorf("the error is not %v", code)
		}
	}
	if errors.Is(err, UserErrorCodePhoneTaken) || errors.Is(err, CodeInternal) || IsTemporary(err) || IsOutcomeUnknown(err) {
		t.Error("the error has other codes than its own")
	}
	const want = "save: contactgraph: VERSION_CONFLICT: Changed.; EMAIL_TAKEN at email: Taken.; A_LATER_CODE at phone: Later."
	if err.Error() != want {
		t.Errorf("the text is %s, want %s", err, want)
	}
}

// TestErrorsOfItems: each item that is to blame is an error of its own, and in that of the call.
func TestErrorsOfItems(t *testing.T) {
	t.Parallel()
	conflict := UserError{Code: UserErrorCodeVersionConflict, Message: "Changed.", Conflict: &VersionConflict{Latest: &Contact{Version: "v2"}}}
	taken := UserError{Code: UserErrorCodeEmailTaken, Message: "Taken.", Path: "set.email"}
	notApplied := UserError{Code: UserErrorCodeNotApplied, Message: "Not applied."}
	written, err := writtenContacts(nil, nil, []itemPayload{
		{Errors: []UserError{notApplied}}, {Errors: []UserError{conflict}}, {Errors: []UserError{taken}}, {Contact: &ContactRef{ID: "x"}, Change: &changeRef{"c"}},
	}, nil)

	var rejected *RejectedError
	if !errors.As(err, &rejected) || len(rejected.Errors) != 2 || len(rejected.Items) != 2 || rejected.Items[1].Index != 2 {
		t.Fatalf("the error is %+v", rejected)
	}
	var item *RejectedItem
	if !errors.As(err, &item) || item.Index != 1 {
		t.Errorf("the first item is %+v", item)
	}
	for _, tt := range []struct {
		err       error
		want, not error
	}{
		{err, UserErrorCodeEmailTaken, UserErrorCodeNotApplied},
		{written.Results[0].Err, UserErrorCodeNotApplied, UserErrorCodeEmailTaken},
		{rejected.Items[0], UserErrorCodeVersionConflict, UserErrorCodeEmailTaken},
		{written.Results[2].Err, UserErrorCodeEmailTaken, UserErrorCodeVersionConflict},
	} {
		if !errors.Is(tt.err, tt.want) || errors.Is(tt.err, tt.not) {
			t.Errorf("got %v, want %v and not %v", tt.err, tt.want, tt.not)
		}
	}
	var found *VersionConflict
	if !errors.As(err, &found) || found.Latest.Version != "v2" || errors.As(written.Results[2].Err, &found) {
		t.Errorf("the conflict is %+v", found)
	}
	if last := written.Results[3]; last.Err != nil || last.Contact.ID != "x" || last.ChangeID != "c" {
		t.Errorf("the applied item is %+v", last)
	}
	const want = "contactgraph: items[1]: VERSION_CONFLICT: Changed.; items[2]: EMAIL_TAKEN at set.email: Taken."
	if err.Error() != want {
		t.Errorf("the text is %s, want %s", err, want)
	}
}

func TestErrorsOfRequests(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("read: %w", &Error{Code: CodeForbidden, Message: "You do not have permission to do this."})
	if !errors.Is(err, CodeForbidden) || errors.Is(err, CodeInternal) || errors.Is(err, UserErrorCodeForbidden) {
		t.Error("the code is not found")
	}
	if want := "read: contactgraph: FORBIDDEN: You do not have permission to do this."; err.Error() != want {
		t.Errorf("the text is %s, want %s", err, want)
	}
	lost := &Error{Code: CodeNoResponse, Err: context.Canceled}
	if !errors.Is(lost, context.Canceled) || !errors.Is(lost, CodeNoResponse) || !IsTemporary(lost) {
		t.Error("the cause or the code is not found")
	}
}
