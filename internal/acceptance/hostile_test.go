package acceptance

import (
	"encoding/json"
	"strings"
	"testing"
)

// canary is in every hostile body, and must be in no answer and no log line.
const canary = "canary-7f3a"

// door is an endpoint that takes bodies, and what a refusal looks like there.
type door struct {
	method, path, mediaType string
	refusal                 func(a answer) bool
}

var doors = map[string]door{
	"GraphQL": {"POST", "/graphql", "application/json", func(a answer) bool {
		var r struct{ Errors []struct{ Message string } }
		return a.status >= 400 && a.status < 500 && json.Unmarshal([]byte(a.body), &r) == nil && len(r.Errors) > 0
	}},
	"PUT": {"PUT", "/api/v1/Contacts/1", "application/json", func(a answer) bool {
		var r struct{ Message string }
		return a.status >= 400 && a.status < 500 && json.Unmarshal([]byte(a.body), &r) == nil && r.Message != ""
	}},
	"setdetails": {"POST", "/f/webapp-api-custinfo?api=setdetails", "application/json", func(a answer) bool {
		var r struct{ Errors, ErrorDetails []string }
		return a.status == 200 && json.Unmarshal([]byte(a.body), &r) == nil && len(r.Errors) > 0 && len(r.Errors) == len(r.ErrorDetails)
	}},
	"login": {"POST", "/f/webapp-api-login?api=login", "application/x-www-form-urlencoded", func(a answer) bool {
		var r struct{ Errors, ErrorDetails []string }
		return a.status == 200 && json.Unmarshal([]byte(a.body), &r) == nil && len(r.Errors) > 0 && len(r.Errors) == len(r.ErrorDetails)
	}},
}

var hostile = map[string]string{
	"empty":            "",
	"blank":            " \n ",
	"null":             "null",
	"not JSON":         canary,
	"cut off":          `{"query":"` + canary,
	"an array":         `["` + canary + `"]`,
	"a string":         `"` + canary + `"`,
	"not UTF-8":        "{\"query\":\"" + canary + "\xff\",\"Email\":\"" + canary + "\xff\",\"contactID\":\"\xff\"}",
	"oversized":        `{"query":"` + canary + strings.Repeat("x", 257<<10) + `"}`,
	"nested deeply":    strings.Repeat(`{"a":`, 50_000) + `"` + canary + `"`,
	"a wrong type":     `{"query":7,"Version":{"` + canary + `":1},"contactID":{"` + canary + `":1}}`,
	"an absurd number": `{"query":1e999999,"Version":1e999999,"contactID":1e999999,"x":"` + canary + `"}`,
}

func TestHostileBodies(t *testing.T) {
	t.Parallel()
	s := demo(t, 5)
	dump := func() string {
		return string(s.query(key("demo-admin"), `{ contacts { nodes { id version email phone firstName lastName
			properties { values { value } } logins { name } segments { id } } } }`, nil).Data["contacts"])
	}
	before := dump()
	for name, d := range doors {
		for what, body := range hostile {
			t.Run(name+"/"+what, func(t *testing.T) {
				a := s.send(key("demo-agent"), d.method, d.path, d.mediaType, body)
				if !d.refusal(a) {
					t.Errorf("no clear refusal: %d %.300s", a.status, a.body)
				}
				if strings.Contains(a.body, canary) {
					t.Errorf("the body comes back: %.300s", a.body)
				}
			})
		}
	}
	if after := dump(); after != before {
		t.Errorf("something was changed:\n%s\n%s", before, after)
	}
	if strings.Contains(s.log.String(), canary) {
		t.Error("a log line holds what was sent")
	}
}
