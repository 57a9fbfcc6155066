package contactgraph

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAbsentNullAndValueDiffer: what is absent must not be on the wire, because null clears.
func TestAbsentNullAndValueDiffer(t *testing.T) {
	t.Parallel()
	until := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		input any
		want  string
	}{
		{"nothing", ContactPatch{}, `{}`},
		{"a text", ContactPatch{Email: Set("a@example.com")}, `{"email":"a@example.com"}`},
		{"an empty text", ContactPatch{Email: Set("")}, `{"email":""}`},
		{"a cleared text", ContactPatch{Email: Clear[string]()}, `{"email":null}`},
		{"a text or not", ContactPatch{Email: SetOrClear("a"), Phone: SetOrClear("")}, `{"email":"a","phone":null}`},
		{"false", ContactPatch{LimitMailsPermanently: Set(false)}, `{"limitMailsPermanently":false}`},
		{"a time", ContactPatch{LimitMailsTemporarilyUntil: Set(until)}, `{"limitMailsTemporarilyUntil":"2027-01-02T03:04:05Z"}`},
		{"no time", ContactPatch{LimitMailsTemporarilyUntil: SetOrClear(time.Time{})}, `{"limitMailsTemporarilyUntil":null}`},
		{"properties", ContactPatch{Custom: map[string]any{"a": 1, "b": nil}}, `{"custom":{"a":1,"b":null}}`},
		{"an update", UpdateContactInput{ID: "7"}, `{"id":"7","set":{}}`},
		{"an update with a version", UpdateContactInput{ID: "7", ExpectedVersion: "v", OnConflict: ConflictPolicyMerge}, `{"id":"7","expectedVersion":"v","onConflict":"MERGE","set":{}}`},
		{"no lists", SetContactDetailsInput{ID: "7"}, `{"id":"7"}`},
		{"empty lists", SetContactDetailsInput{ID: "7", Logins: []LoginInput{}, Membership: []string{}}, `{"id":"7","logins":[],"membership":[]}`},
		{"a cleared property", ContactPropertyInput{PropertyID: "3", Values: []PropertyValueInput{}}, `{"propertyId":"3","values":[]}`},
		{"a filter", ContactFilter{Search: "a"}, `{"search":"a"}`},
	} {
		got, err := json.Marshal(tt.input)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %s, %v; want %s", tt.name, got, err, tt.want)
		}
	}
}

func TestOptIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	want := ContactPatch{Email: Set("a@example.com"), Phone: Clear[string](), LimitMailsPermanently: Set(false)}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got ContactPatch
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Opt[string]{}, Opt[bool]{}, Opt[time.Time]{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if value, ok := got.Email.Get(); !ok || value != "a@example.com" || !got.Phone.IsClear() || !got.FirstName.IsZero() {
		t.Errorf("Get of a value returned %q, %v", value, ok)
	}
	if err := json.Unmarshal([]byte(`{"email":7}`), &got); err == nil {
		t.Error("a number was read as an email address")
	}
}
