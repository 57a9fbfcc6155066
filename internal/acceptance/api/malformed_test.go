package api

import (
	"encoding/json"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// endpoint is an endpoint that reads a body, and reports whether a response rejects the request.
type endpoint struct {
	method, path, mediaType string
	rejects                 func(a harness.Response) bool
}

var endpoints = map[string]endpoint{
	"GraphQL": {"POST", "/graphql", "application/json", func(a harness.Response) bool {
		var r struct{ Errors []struct{ Message string } }
		return a.Status >= 400 && a.Status < 500 && json.Unmarshal([]byte(a.Body), &r) == nil && len(r.Errors) > 0
	}},
	"PUT": {"PUT", "/api/v1/Contacts/1", "application/json", func(a harness.Response) bool {
		var r struct{ Message string }
		return a.Status >= 400 && a.Status < 500 && json.Unmarshal([]byte(a.Body), &r) == nil && r.Message != ""
	}},
	"setdetails": {"POST", "/f/webapp-api-custinfo?api=setdetails", "application/json", func(a harness.Response) bool {
		var r struct{ Errors, ErrorDetails []string }
		return a.Status == 200 && json.Unmarshal([]byte(a.Body), &r) == nil && len(r.Errors) > 0 && len(r.Errors) == len(r.ErrorDetails)
	}},
	"login": {"POST", "/f/webapp-api-login?api=login", "application/x-www-form-urlencoded", func(a harness.Response) bool {
		var r struct{ Errors, ErrorDetails []string }
		return a.Status == 200 && json.Unmarshal([]byte(a.Body), &r) == nil && len(r.Errors) > 0 && len(r.Errors) == len(r.ErrorDetails)
	}},
}

var malformed = map[string]string{
	"empty":                 "",
	"blank":                 " \n ",
	"null":                  "null",
	"not JSON":              harness.Marker,
	"cut off":               `{"query":"` + harness.Marker,
	"an array":              `["` + harness.Marker + `"]`,
	"a string":              `"` + harness.Marker + `"`,
	"not UTF-8":             "{\"query\":\"" + harness.Marker + "\xff\",\"Email\":\"" + harness.Marker + "\xff\",\"contactID\":\"\xff\"}",
	"oversized":             `{"query":"` + harness.Marker + strings.Repeat("x", 257<<10) + `"}`,
	"nested deeply":         strings.Repeat(`{"a":`, 50_000) + `"` + harness.Marker + `"`,
	"a wrong type":          `{"query":7,"Version":{"` + harness.Marker + `":1},"contactID":{"` + harness.Marker + `":1}}`,
	"a number out of range": `{"query":1e999999,"Version":1e999999,"contactID":1e999999,"x":"` + harness.Marker + `"}`,
}

// TestMalformedBodiesAreRejected sends malformed bodies to each endpoint. The response is an error
// of that endpoint's API, neither it nor the log contains a part of the body, and no contact
// changes.
func TestMalformedBodiesAreRejected(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 5)
	dump := func() string {
		return string(s.Execute(harness.APIKey("demo-admin"), `{ contacts { nodes { id version email phone firstName lastName
			properties { values { value } } logins { name } segments { id } } } }`, nil).Data["contacts"])
	}
	before := dump()
	for name, e := range endpoints {
		for defect, body := range malformed {
			t.Run(name+"/"+defect, func(t *testing.T) {
				a := s.Send(harness.APIKey("demo-agent"), e.method, e.path, e.mediaType, body)
				if !e.rejects(a) {
					t.Errorf("not rejected with an error of the API: %d %.300s", a.Status, a.Body)
				}
				if strings.Contains(a.Body, harness.Marker) {
					t.Errorf("the response contains a part of the body: %.300s", a.Body)
				}
			})
		}
	}
	if after := dump(); after != before {
		t.Errorf("contacts have changed:\n%s\n%s", before, after)
	}
	if strings.Contains(s.Log.String(), harness.Marker) {
		t.Error("the log contains a part of a body")
	}
}
