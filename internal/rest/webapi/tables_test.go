package webapi

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/app"
	"contactgraph/internal/contact"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
)

func TestTextIsEscapedAsByJSONNet(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         `""`,
		`a"b\c/d`:                  `"a\"b\\c/d"`,
		"\b\t\n\f\r":               `"\b\t\n\f\r"`,
		"\x00\x01\x1b\x1f\x7f":     `"\u0000\u0001\u001b\u001f` + "\x7f" + `"`,
		"<a href='x'>&+=</a>":      `"<a href='x'>&+=</a>"`,
		"é\u00a0ß 日本 😀":            "\"é\u00a0ß 日本 😀\"",
		"\u0084\u0085\u0086":       "\"\u0084\\u0085\u0086\"",
		"\u2027\u2028\u2029\uFEFF": "\"\u2027\\u2028\\u2029\uFEFF\"",
		"\xff":                     "\"\uFFFD\"",
	} {
		if got := string(appendString(nil, text)); got != want {
			t.Errorf("%q: got %s, not %s", text, got, want)
		}
	}
}

func TestTimesAreWrittenAsByJSONNet(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("", 2*60*60)
	for want, at := range map[string]time.Time{
		`"2024-11-21T06:40:14.781829+00:00"`: time.Date(2024, 11, 21, 8, 40, 14, 781829000, east),
		`"2024-11-21T06:40:14.78+00:00"`:     time.Date(2024, 11, 21, 6, 40, 14, 780000000, time.UTC),
		`"0001-01-01T00:00:00+00:00"`:        time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if got := string(appendValue(nil, at)); got != want {
			t.Errorf("got %s, not %s", got, want)
		}
	}
}

func TestNegotiationFollowsTheFramework(t *testing.T) {
	t.Parallel()
	const text, application = call.TextJSON, call.ApplicationJSON
	for _, c := range []struct{ accept, sent, want string }{
		{"", "", application},
		{"", "text/json; charset=x", text},
		{"", "application/x-www-form-urlencoded", application},
		{"*/*", "text/json", application},
		{"text/html", "text/json", text},
		{"text/html, */*;q=0.1", "text/json", application},
		{"application/xml", "", application},
		{"TEXT/JSON", "", text},
		{"text/json; charset=utf-16; v=1", "", text},
		{"text/*", "", text},
		{"application/*", "text/json", application},
		{"*/json", "", application},
		{"text/json, application/json", "", text},
		{"application/json, text/json", "", application},
		{"application/json;q=0.8, text/json;q=0.9", "", text},
		{"application/json;q=0.9, text/json;q=0.8", "", application},
		{"*/*, text/json", "", text},
		{"application/*, text/json", "", text},
		{"*/*, text/*", "", text},
		{"text/json;q=0", "text/json", text}, // not acceptable, but the type of the body
		{"text/json;q=0, */*;q=0", "", application},
		{"text/json;q=x", "", text},
		{"garbage, ;;, text/json", "", text},
	} {
		h := http.Header{}
		for name, value := range map[string]string{"Accept": c.accept, "Content-Type": c.sent} {
			if value != "" {
				h.Set(name, value)
			}
		}
		if got := negotiate(h); got != c.want {
			t.Errorf("Accept %q, Content-Type %q: got %s, not %s", c.accept, c.sent, got, c.want)
		}
	}
	if got := negotiate(http.Header{"Accept": {"text/html", "text/json"}}); got != text {
		t.Errorf("two lines: got %s", got)
	}
}

func TestEveryRequestErrorHasAResponse(t *testing.T) {
	t.Parallel()
	for _, e := range append(call.Errors(), errForbidden) {
		if !call.Unavailable(e) && (errorResponses[e].status < 400 || errorResponses[e].body == nil) {
			t.Errorf("%v", e)
		}
	}
}

// The domain may check more than the validation of the body does.
func TestErrorsOfTheDomainAreInModelState(t *testing.T) {
	t.Parallel()
	api := New(call.New(call.Config{Services: &app.Services{Contacts: contact.New(nil, nil, contact.Passwords{}, time.Now, nil)}}))
	r := httptest.NewRequest(http.MethodPut, "/", nil)
	for _, c := range []struct {
		e    usererror.Error
		want aspnet.FieldErrors
	}{
		{
			usererror.Error{Code: usererror.TooLong, Path: "password"},
			aspnet.FieldErrors{Key: "updateContactDto.NewPassword", Messages: []string{"The field NewPassword must be a string with a maximum length of 1000."}},
		},
		{
			usererror.Error{Code: usererror.Required, Path: "password"},
			aspnet.FieldErrors{Key: "updateContactDto.NewPassword", Messages: []string{errorOccurred}},
		},
		{
			usererror.Error{Code: usererror.Invalid, Path: "limitMailsTemporarilyUntil"},
			aspnet.FieldErrors{Key: "updateContactDto.LimitMailsTemporarilyUntil", Messages: []string{errorOccurred}},
		},
		{
			usererror.Error{Code: usererror.TooLong, Path: "email"},
			aspnet.FieldErrors{Key: "updateContactDto.Email", Messages: []string{"The field Email must be a string with a maximum length of 250."}},
		},
	} {
		errs := usererror.Errors{{Code: usererror.EmailTaken}, &c.e, {Code: usererror.VersionConflict}}
		got, err := api.responseTo(r, bodyError{error: errors.Join(errs), dto: updateContactDto.Name})
		want := invalidResponse(aspnet.ModelState{c.want})
		if err != nil || got.status != 400 || string(got.body) != string(want.body) {
			t.Errorf("%v: %d %s, %v", errs, got.status, got.body, err)
		}
	}
}

func TestLongListsOfKeysEndEarly(t *testing.T) {
	t.Parallel()
	many := slices.Repeat([]string{"someone%40example.com"}, 1_000)
	for name, c := range map[string]struct {
		keys []string
		want string
	}{
		"none":         {nil, ""},
		"one":          {[]string{"7"}, "7"},
		"several":      {[]string{"7", "a%2Cb", "8"}, "7,a%2Cb,8"},
		"a long one":   {[]string{strings.Repeat("x", 5_000)}, "*"},
		"a long other": {[]string{"7", strings.Repeat("x", 5_000), "8"}, "7,*"},
		"many":         {many, strings.Repeat(many[0]+",", 181) + "*"},
	} {
		if got := listKeys(c.keys); got != c.want || len(got) > maxUpdatedHeader {
			t.Errorf("%s: %d characters: %s", name, len(got), got)
		}
	}
}
