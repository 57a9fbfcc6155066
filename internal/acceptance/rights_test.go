package acceptance

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Who may do what, for every operation of both doors. A right is declared in rights_table_test.go, and tried here over HTTP.

// The targets, as a caller in the account Demo sees them.
const (
	own    = "own"    // the contact that the customer is signed in as
	same   = "same"   // another of the account
	other  = "other"  // one of the other account
	absent = "absent" // none
)

var targets = []string{own, same, other, absent}

// The outcomes.
const (
	ok              = "ok"
	null            = "null"            // answered, and not there
	unauthenticated = "unauthenticated" // sign in first
	forbidden       = "forbidden"       // may not, whether it is there or not
	notFound        = "not found"       // not there, as far as the caller can tell
	refused         = "refused"         // a sign-in that failed
)

// right says what comes of an operation: for each caller one outcome for every target, or one a target, in their order.
type right struct {
	open                             string // what anonymous callers get; unauthenticated if empty
	customer, agent, admin, stranger []string
	try                              func(c *trial) string
}

func all(outcome string) []string     { return []string{outcome} }
func per(outcomes ...string) []string { return outcomes }

// trial is one attempt of a caller at a target.
type trial struct {
	*process
	who    who
	target string
	ids    map[string]int // of the contacts that the targets are
}

func (c *trial) id() int { return c.ids[c.target] }

// fixture is a demo server with its callers.
type fixture struct {
	*process
	callers map[string]who
	ids     map[string]int
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s := demo(t, 10)
	type page struct{ Nodes []struct{ ContactID int } }
	foreign := into[page](s, key("demo-other"), `{ contacts(first: 1) { nodes { contactId } } }`, nil)
	return &fixture{
		process: s,
		ids:     map[string]int{own: 466, same: 1, other: foreign.Nodes[0].ContactID, absent: 999_999},
		callers: map[string]who{
			"anonymous": anonymous, "forged key": key("demo-agent-forged"), "forged token": bearer("cgs_1_forged"),
			"customer": s.customer(), "agent": key("demo-agent"), "admin": key("demo-admin"), "stranger": key("demo-other"),
		},
	}
}

func (r right) want(caller string, target int) string {
	var row []string
	switch caller {
	case "anonymous":
		if r.open != "" {
			return r.open
		}
		return unauthenticated
	case "forged key", "forged token":
		return unauthenticated
	case "customer":
		row = r.customer
	case "agent":
		row = r.agent
	case "admin":
		row = r.admin
	case "stranger":
		row = r.stranger
	}
	if len(row) == 1 {
		return row[0]
	}
	return row[target]
}

func TestRights(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, operation := range operations(t, f.process) {
		r, declared := rights[operation]
		if !declared {
			t.Errorf("%s has no row in the table of rights", operation)
			continue
		}
		for caller, w := range f.callers {
			for i, target := range targets {
				if strings.HasPrefix(caller, "forged") && strings.HasPrefix(operation, "iService log") {
					continue // signing in and out takes no credentials
				}
				got := r.try(&trial{process: f.process, who: w, target: target, ids: f.ids})
				if want := r.want(caller, i); got != want {
					t.Errorf("%s by %s on %s: %s, want %s", operation, caller, target, got, want)
				}
			}
		}
	}
	for operation := range rights {
		if !contains(operations(t, f.process), operation) {
			t.Errorf("%s is in the table of rights, and not in the server", operation)
		}
	}
}

func contains(list []string, s string) bool {
	return strings.Contains("\n"+strings.Join(list, "\n")+"\n", "\n"+s+"\n")
}

// graph is the outcome of a GraphQL operation with one root field.
func (c *trial) graph(document string, v variables) string {
	g := c.query(c.who, document, v)
	if len(g.Errors) > 0 {
		return map[string]string{"UNAUTHENTICATED": unauthenticated, "FORBIDDEN": forbidden}[g.Errors[0].Extensions.Code]
	}
	for _, raw := range g.Data {
		if string(raw) == "null" {
			return null
		}
		var payload struct{ Errors []struct{ Code string } }
		if json.Unmarshal(raw, &payload) == nil && len(payload.Errors) > 0 {
			return payloadOutcome(payload.Errors[0].Code)
		}
	}
	return ok
}

func payloadOutcome(code string) string {
	outcomes := map[string]string{"FORBIDDEN": forbidden, "NOT_FOUND": notFound, "SIGN_IN_REFUSED": refused}
	if o, known := outcomes[code]; known {
		return o
	}
	return code
}

// rest is the outcome of a call of the Contacts door.
func (c *trial) rest(a answer) string {
	switch a.status {
	case 200:
		return ok
	case 401:
		return unauthenticated
	case 403:
		return forbidden
	case 404:
		return notFound
	}
	return fmt.Sprintf("%d %s", a.status, a.body)
}

// iservice is the outcome of a call of the iService door.
func (c *trial) iservice(a answer) string {
	var r struct{ Errors []string }
	if a.status != 200 || json.Unmarshal([]byte(a.body), &r) != nil {
		return fmt.Sprintf("%d %s", a.status, a.body)
	}
	if len(r.Errors) == 0 {
		return ok
	}
	outcomes := map[string]string{
		"You must be logged in.": unauthenticated, "Access denied.": forbidden, "Contact not found.": notFound,
	}
	if o, known := outcomes[r.Errors[0]]; known {
		return o
	}
	return refused
}

// To an agent, another account's contact and one that does not exist give the same answer but for its number; to a customer
// every contact but its own does.
func TestForeignAndAbsentLookTheSame(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alike := map[string][]string{"agent": {other, absent}, "admin": {other, absent}, "customer": {same, other, absent}}
	numbers := regexp.MustCompile(`\b(1|999999|10\d{5})\b`)
	for caller, hidden := range alike {
		for name, request := range map[string]func(id int) answer{
			"contact":           f.post(caller, `{"query":"{ contact(id: \"%d\") { email } }"}`),
			"updateContact":     f.post(caller, `{"query":"mutation { updateContact(input: {id: \"%d\", onConflict: OVERWRITE, set: {email: \"x\"}}) { errors { code message path } } }"}`),
			"setContactDetails": f.post(caller, `{"query":"mutation { setContactDetails(input: {id: \"%d\", expectedVersion: \"\"}) { errors { code message path } } }"}`),
			"deleteContact":     f.post(caller, `{"query":"mutation { deleteContact(input: {id: \"%d\", expectedVersion: \"QEA=\"}) { errors { code message path } } }"}`),
			"GET": func(id int) answer {
				return f.send(f.callers[caller], "GET", fmt.Sprintf("/api/v1/Contacts/%d", id), "", "")
			},
			"PUT": func(id int) answer {
				return f.send(f.callers[caller], "PUT", fmt.Sprintf("/api/v1/Contacts/%d", id), "application/json", `{"Version":"QEA="}`)
			},
			"setdetails": func(id int) answer {
				return f.send(f.callers[caller], "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json",
					fmt.Sprintf(`{"contactID":%d,"details":{"properties":[]}}`, id))
			},
		} {
			var first string
			for i, target := range hidden {
				a := request(f.ids[target])
				a.header.Del("Date")
				a.header.Del("X-Request-Id")
				a.header.Del("Content-Length")
				got := numbers.ReplaceAllString(fmt.Sprint(a.status, a.header, a.body), "N")
				if i == 0 {
					first = got
				} else if got != first {
					t.Errorf("%s by %s: %s and %s differ:\n%s\n%s", name, caller, hidden[0], target, first, got)
				}
			}
		}
	}
}

// post sends a GraphQL request with the id put in.
func (f *fixture) post(caller, body string) func(id int) answer {
	return func(id int) answer {
		return f.send(f.callers[caller], "POST", "/graphql", "application/json", fmt.Sprintf(body, id))
	}
}
