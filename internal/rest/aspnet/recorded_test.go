package aspnet_test

import (
	"bytes"
	"encoding/json"
	"mime"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"contactgraph/internal/rest/aspnet"
)

// updateContact is the model of PUT /api/v1/Contacts/{id}.
var updateContact = aspnet.Model{Name: "updateContactDto", Members: []aspnet.Member{
	{Name: "NewPassword", Kind: aspnet.String},
	{Name: "Version", Kind: aspnet.Bytes, Required: true},
	{Name: "Email", Kind: aspnet.String, MaxLength: 250},
	{Name: "PhoneCountryCode", Kind: aspnet.String, MaxLength: 10},
	{Name: "Phone", Kind: aspnet.String, MaxLength: 20},
	{Name: "FirstName", Kind: aspnet.String, MaxLength: 50},
	{Name: "LastName", Kind: aspnet.String, MaxLength: 50},
	{Name: "LimitMailsPermanently", Kind: aspnet.Bool},
	{Name: "LimitMailsTemporarilyUntil", Kind: aspnet.NullableDateTimeOffset},
	{Name: "PreferredStoreId", Kind: aspnet.NullableInt32},
	{Name: "ContactCompanyId", Kind: aspnet.NullableInt32},
	{Name: "LatestPermissionSource", Kind: aspnet.String},
}}

const (
	occurred        = `"An error has occurred."`
	versionRequired = `"updateContactDto.Version":["The Version field is required."]`
)

// state formats a ModelState without the braces, to compare it with the constants above.
func state(t *testing.T, s aspnet.ModelState) string {
	t.Helper()
	out, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(out), "{"), "}")
}

// recorded is one line of the recorded cases.
type recorded struct {
	Name    string
	Request struct{ Method, Path, ContentType, Body string }
	Expect  struct {
		Status int
		Body   string
		Bound  map[string]any
	}
}

func recordedCases(tb testing.TB) []recorded {
	tb.Helper()
	file, err := os.ReadFile("../testdata/contacts-put.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	var cases []recorded
	for line := range bytes.Lines(file) {
		var c recorded
		if err := json.Unmarshal(line, &c); err != nil {
			tb.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

// bind passes a recorded body to the binder for its content type. Other content types, and requests
// that are rejected because of their path, never reach a binder.
func (c recorded) bind() (values aspnet.Values, s aspnet.ModelState, decided bool) {
	if c.Expect.Status == 404 || strings.Contains(c.Expect.Body, `{"id":`) {
		return nil, nil, false
	}
	mediaType, params, _ := mime.ParseMediaType(c.Request.ContentType)
	switch mediaType {
	case "application/json", "text/json":
		values, s = updateContact.BindJSON([]byte(c.Request.Body), params["charset"])
	case "application/x-www-form-urlencoded":
		values, s = updateContact.BindForm([]byte(c.Request.Body))
	default:
		return nil, nil, false
	}
	return values, s, true
}

func TestRecordedCases(t *testing.T) {
	t.Parallel()
	decided := 0
	for _, c := range recordedCases(t) {
		values, s, ok := c.bind()
		if !ok {
			continue
		}
		decided++
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if c.Expect.Status == 400 {
				want := `{"Message":"The request is invalid.","ModelState":{` + state(t, s) + `}}`
				if c.Expect.Body != want {
					t.Errorf("got  %s\nwant %s", want, c.Expect.Body)
				}
				return
			}
			if len(s) > 0 {
				t.Fatalf("refused: %s", state(t, s))
			}
			for member, want := range c.Expect.Bound {
				if diff := cmp.Diff(want, shown(values[member], want)); diff != "" {
					t.Errorf("%s: %s", member, diff)
				}
			}
		})
	}
	if decided < 30 {
		t.Errorf("only %d cases came to a binder", decided)
	}
}

// shown converts a bound value to its form in the recorded responses, in which an absent boolean is
// false.
func shown(value, want any) any {
	switch v := value.(type) {
	case int:
		return float64(v)
	case time.Time:
		return v.Format("2006-01-02T15:04:05.9999999-07:00")
	case nil:
		if want == false {
			return false
		}
	}
	return value
}

func TestModelStateMarshalsInOrder(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(aspnet.ModelState{{Key: "b", Messages: []string{"2", "3"}}, {Key: "a", Messages: []string{"1"}}})
	if want := `{"b":["2","3"],"a":["1"]}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if got, err := json.Marshal(aspnet.ModelState(nil)); err != nil || string(got) != "{}" {
		t.Errorf("empty: got %s, %v", got, err)
	}
}

func TestRequiredStringRefusesBlanks(t *testing.T) {
	t.Parallel()
	model := aspnet.Model{Name: "dto", Members: []aspnet.Member{{Name: "A", Required: true}}}
	for _, body := range []string{`{}`, `{"A":null}`, `{"A":""}`, `{"A":" \t"}`} {
		if _, s := model.BindJSON([]byte(body), ""); state(t, s) != `"dto.A":["The A field is required."]` {
			t.Errorf("%s: %s", body, state(t, s))
		}
	}
	if values, s := model.BindJSON([]byte(`{"A":"x"}`), ""); len(s) > 0 || values["A"] != "x" {
		t.Errorf("got %v, %s", values, state(t, s))
	}
}
