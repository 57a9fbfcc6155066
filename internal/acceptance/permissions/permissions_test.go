package permissions

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// This file runs the table of permissions in table_test.go: each operation of each API, by each
// caller, on each target. The targets, as a caller in the account Demo sees them.
const (
	own    = "own"    // the contact that the customer is signed in as
	same   = "same"   // another contact of the account
	other  = "other"  // a contact of the other account
	absent = "absent" // a contact that does not exist
)

var targets = []string{own, same, other, absent}

// The outcomes.
const (
	ok              = "ok"
	null            = "null"            // success without the target: null or an empty list
	unauthenticated = "unauthenticated" // the caller has no valid credentials
	forbidden       = "forbidden"       // the caller may not do it, whether the target exists or not
	notFound        = "not found"       // the target does not exist, or the caller may not see it
	refused         = "refused"         // the sign-in failed
	notAvailable    = "not available"   // the server was started without the setting that this needs
)

// permission is the outcomes of an operation: for each caller one outcome for all targets, or one
// for each target, in the order of targets.
type permission struct {
	anonymous                       string // unauthenticated if it is ""
	customer, agent, admin, foreign []string
	segment                         []string                // of an agent that is limited to a segment; nil if segmentRow follows from agent
	enrolling                       string                  // of a session that can only set up a second factor; forbidden if it is ""
	try                             func(c *attempt) string // runs the operation and returns its outcome
}

func all(outcome string) []string     { return []string{outcome} }
func per(outcomes ...string) []string { return outcomes }

// attempt is one attempt of a caller to do an operation on a target.
type attempt struct {
	*harness.Server
	caller harness.Caller
	target string
	ids    map[string]int // contact ids of the targets
}

func (c *attempt) id() int { return c.ids[c.target] }

// fixture is a demo server with its callers.
type fixture struct {
	*harness.Server
	callers map[string]harness.Caller
	ids     map[string]int
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s := harness.Demo(t, 10)
	type page struct{ Nodes []struct{ ContactID int } }
	foreign := harness.Query[page](s, harness.APIKey("demo-other"), `{ contacts(first: 1) { nodes { contactId } } }`, nil)
	type created struct{ Token string }
	readOnly := harness.Query[created](s, harness.APIKey("demo-admin"), `mutation { createApiKey(input: {name: "reader", role: ADMIN, readOnly: true}) { token } }`, nil)
	trusted := harness.Query[created](s, harness.APIKey("demo-admin"), `mutation { createApiKey(input: {name: "kiosk", role: ADMIN, trustedOnly: true}) { token } }`, nil)
	segment := harness.Query[created](s, harness.APIKey("demo-admin"), fmt.Sprintf(`mutation { createApiKey(input: {name: "segment", role: AGENT, segmentId: %d}) { token } }`, ownSegment(s)), nil)
	return &fixture{
		Server: s,
		ids:    map[string]int{own: 466, same: 1, other: foreign.Nodes[0].ContactID, absent: 999_999},
		callers: map[string]harness.Caller{
			"anonymous": harness.Anonymous, "forged key": harness.APIKey("demo-agent-forged"), "forged token": harness.Bearer("cgs_1_forged"),
			"customer": s.SignInCustomer(), "agent": harness.APIKey("demo-agent"), "admin": harness.APIKey("demo-admin"), "foreign admin": harness.APIKey("demo-other"),
			"read-only admin": harness.APIKey(readOnly.Token), "segment agent": harness.APIKey(segment.Token), "enrolling admin": signInEnrolling(s),
			"trusted-only admin": harness.APIKey(trusted.Token),
		},
	}
}

// ownSegment creates a segment that has only the contact of the customer, and returns its number.
func ownSegment(s *harness.Server) int {
	type payload struct{ Segment struct{ SegmentID int } }
	id := harness.Query[payload](s, harness.APIKey("demo-admin"), `mutation { createSegment(input: {name: "own"}) { segment { segmentId } } }`, nil).Segment.SegmentID
	type contact struct{ Segments []struct{ SegmentID int } }
	ids := []int{id}
	for _, other := range harness.Query[contact](s, harness.APIKey("demo-admin"), `{ contact(id: 466) { segments { segmentId } } }`, nil).Segments {
		ids = append(ids, other.SegmentID)
	}
	harness.Query[struct{}](s, harness.APIKey("demo-admin"), `mutation($ids: [ID!]) { setContactDetails(input: {id: 466, onConflict: OVERWRITE, membership: $ids}) { errors { code } } }`,
		harness.Variables{"ids": ids})
	return id
}

// segmentRow returns the outcomes of an agent for whom the contacts outside a segment are absent.
// The customer's contact is in the segment.
func (p permission) segmentRow() []string {
	if p.segment != nil {
		return p.segment
	}
	if len(p.agent) == 1 {
		return p.agent
	}
	absent := p.agent[len(targets)-1]
	return per(p.agent[0], absent, absent, absent)
}

// signInEnrolling signs in an admin who must set up a second factor before anything else.
func signInEnrolling(s *harness.Server) harness.Caller {
	s.T.Helper()
	type payload struct {
		User  struct{ ID string }
		Token string
	}
	const document = `mutation { createUser(input: {login: "enrolling", name: "Enrolling", role: ADMIN, password: "correct horse battery"}) { user { id } } }`
	created := harness.Query[payload](s, harness.APIKey("demo-admin"), document, nil)
	harness.Query[payload](s, harness.APIKey("demo-admin"), `mutation($id: ID!) { updateUser(input: {id: $id, secondFactorRequired: true}) { user { id } } }`,
		harness.Variables{"id": created.User.ID})
	session := harness.Query[payload](s, harness.Anonymous,
		`mutation { signIn(input: {account: "Demo", login: "enrolling", password: "correct horse battery"}) { token } }`, nil)
	if session.Token == "" {
		s.T.Fatal("the user could not sign in")
	}
	return harness.Bearer(session.Token)
}

func (p permission) want(caller string, target int) string {
	var row []string
	switch caller {
	case "anonymous":
		if p.anonymous != "" {
			return p.anonymous
		}
		return unauthenticated
	case "forged key", "forged token":
		return unauthenticated
	case "trusted-only admin": // on a server without trusted documents
		return forbidden
	case "enrolling admin":
		return cmp.Or(p.enrolling, forbidden)
	case "customer":
		row = p.customer
	case "agent":
		row = p.agent
	case "segment agent":
		row = p.segmentRow()
	case "admin", "read-only admin":
		row = p.admin
	case "foreign admin":
		row = p.foreign
	}
	if len(row) == 1 {
		return row[0]
	}
	return row[target]
}

// writes reports whether an operation changes what an API key may not change that may only read.
func writes(operation string) bool {
	switch operation {
	case "mutation signIn", "mutation signOut", "mutation requestPasswordReset", "mutation resetPassword":
		return false
	case "iService setdetails", "iService newcontact":
		return true
	case "POST /api/v1/Contacts/{id}/Login", "POST /api/v1/Segments/GetContactCount": // they only read
		return false
	}
	for _, prefix := range []string{"mutation ", "PUT ", "POST ", "PATCH ", "DELETE "} {
		if strings.HasPrefix(operation, prefix) {
			return true
		}
	}
	return false
}

// TestPermissions tries each operation that the server has. An operation that is not in the table
// fails the test.
func TestPermissions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, operation := range operations(t, f.Server) {
		p, declared := rowOf(operation)
		if !declared {
			t.Errorf("%s has no row in the table of permissions: add it to table_test.go", operation)
			continue
		}
		for caller, w := range f.callers {
			for i, target := range targets {
				if (strings.HasPrefix(caller, "forged") || caller == "trusted-only admin") && (strings.HasPrefix(operation, "iService log") || strings.HasPrefix(operation, "iService re")) {
					continue // signing in and out, new passwords and registrations do not need credentials
				}
				got := p.try(&attempt{Server: f.Server, caller: w, target: target, ids: f.ids})
				want := p.want(caller, i)
				if caller == "read-only admin" && writes(operation) {
					want = forbidden
				}
				if got != want {
					t.Errorf("%s by %s on %s: %s, want %s", operation, caller, target, got, want)
				}
			}
		}
	}
	for operation := range allRows() {
		if !contains(operations(t, f.Server), operation) {
			t.Errorf("%s is in the table of permissions, but the server does not have it", operation)
		}
	}
}

func contains(list []string, s string) bool {
	return strings.Contains("\n"+strings.Join(list, "\n")+"\n", "\n"+s+"\n")
}

// graph runs a GraphQL operation with one root field and returns its outcome.
func (c *attempt) graph(document string, v harness.Variables) string {
	g := c.Execute(c.caller, document, v)
	if len(g.Errors) > 0 {
		return map[string]string{"UNAUTHENTICATED": unauthenticated, "FORBIDDEN": forbidden, "NO_SUCH_VERSION": notFound}[g.Errors[0].Extensions.Code]
	}
	for _, raw := range g.Data { // of several fields, at most one has an error
		if string(raw) == "null" {
			return null
		}
		type result struct{ Errors []struct{ Code string } }
		var payload struct {
			result
			Results []result
		}
		if json.Unmarshal(raw, &payload) != nil {
			continue // a list
		}
		for _, r := range append(payload.Results, payload.result) {
			if len(r.Errors) > 0 {
				return payloadOutcome(r.Errors[0].Code)
			}
		}
	}
	return ok
}

func payloadOutcome(code string) string {
	outcomes := map[string]string{"FORBIDDEN": forbidden, "NOT_FOUND": notFound, "SIGN_IN_REFUSED": refused, "NOT_AVAILABLE": notAvailable}
	if o, known := outcomes[code]; known {
		return o
	}
	return code
}

// rest returns the outcome of a response of the Contacts API.
func (c *attempt) rest(a harness.Response) string {
	switch a.Status {
	case 200:
		return ok
	case 401:
		return unauthenticated
	case 403:
		return forbidden
	case 404:
		return notFound
	case 422:
		return refused
	}
	return fmt.Sprintf("%d %s", a.Status, a.Body)
}

// contactForm returns the permission for an operation of iService on a contact, whose id the body
// has.
func contactForm(form, api, body string) permission {
	return permission{
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string {
			return c.iservice(c.Send(c.caller, "POST", "/f/webapp-api-"+form+"?api="+api, "application/json", fmt.Sprintf(body, c.id())))
		},
	}
}

// staffForm returns the permission for an operation of iService on no contact that exists. The body
// has a login. segment is the outcome of an API key that is limited to a segment.
func staffForm(api, body, segment string) permission {
	return permission{
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(ok), segment: all(segment),
		try: func(c *attempt) string {
			return c.iservice(c.Send(c.caller, "POST", "/f/webapp-api-custinfo?api="+api, "application/json", fmt.Sprintf(body, unique())))
		},
	}
}

// contains returns the outcome of a response with a list: null if it does not have the text.
func (c *attempt) contains(a harness.Response, text string) string {
	if a.Status == 200 && !strings.Contains(a.Body, text) {
		return null
	}
	return c.rest(a)
}

// iservice returns the outcome of a response of iService.
func (c *attempt) iservice(a harness.Response) string {
	var r struct{ Errors []string }
	if a.Status != 200 || json.Unmarshal([]byte(a.Body), &r) != nil {
		return fmt.Sprintf("%d %s", a.Status, a.Body)
	}
	if len(r.Errors) == 0 {
		return ok
	}
	outcomes := map[string]string{
		"You must be logged in.": unauthenticated, "Access denied.": forbidden, "Contact not found.": notFound, "Not available.": notAvailable,
	}
	if o, known := outcomes[r.Errors[0]]; known {
		return o
	}
	return refused
}

var remaining = regexp.MustCompile(`"remaining":\d+`)

// withoutRemaining removes the cost that the caller has left, which changes with every request.
func withoutRemaining(body string) string { return remaining.ReplaceAllString(body, "") }

// TestHiddenAndAbsentContactsLookTheSame checks that the response for a contact that the caller may
// not see differs from that for an absent one in its id only. To staff those are the contacts of
// another account, to a customer all contacts except its own.
func TestHiddenAndAbsentContactsLookTheSame(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	hiddenFrom := map[string][]string{"agent": {other, absent}, "admin": {other, absent}, "customer": {same, other, absent}, "segment agent": {same, other, absent}}
	numbers := regexp.MustCompile(`\b(1|999999|10\d{5})\b`)
	for caller, hidden := range hiddenFrom {
		for name, request := range map[string]func(id int) harness.Response{
			"contact":           f.post(caller, `{"query":"{ contact(id: \"%d\") { email } }"}`),
			"updateContact":     f.post(caller, `{"query":"mutation { updateContact(input: {id: \"%d\", onConflict: OVERWRITE, set: {email: \"x\"}}) { errors { code message path } } }"}`),
			"setContactDetails": f.post(caller, `{"query":"mutation { setContactDetails(input: {id: \"%d\", expectedVersion: \"\"}) { errors { code message path } } }"}`),
			"deleteContact":     f.post(caller, `{"query":"mutation { deleteContact(input: {id: \"%d\", expectedVersion: \"QEA=\"}) { errors { code message path } } }"}`),
			"GET": func(id int) harness.Response {
				return f.Send(f.callers[caller], "GET", fmt.Sprintf("/api/v1/Contacts/%d", id), "", "")
			},
			"PUT": func(id int) harness.Response {
				return f.Send(f.callers[caller], "PUT", fmt.Sprintf("/api/v1/Contacts/%d", id), "application/json", `{"Version":"QEA="}`)
			},
			"setdetails": func(id int) harness.Response {
				return f.Send(f.callers[caller], "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json",
					fmt.Sprintf(`{"contactID":%d,"details":{"properties":[]}}`, id))
			},
		} {
			var first string
			for i, target := range hidden {
				a := request(f.ids[target])
				a.Header.Del("Date")
				a.Header.Del("X-Request-Id")
				a.Header.Del("Content-Length")
				got := numbers.ReplaceAllString(withoutRemaining(fmt.Sprint(a.Status, a.Header, a.Body)), "N")
				if i == 0 {
					first = got
				} else if got != first {
					t.Errorf("%s by %s: %s and %s differ:\n%s\n%s", name, caller, hidden[0], target, first, got)
				}
			}
		}
	}
}

// post returns a function that sends a GraphQL request with an id in place of %d.
func (f *fixture) post(caller, body string) func(id int) harness.Response {
	return func(id int) harness.Response {
		return f.Send(f.callers[caller], "POST", "/graphql", "application/json", fmt.Sprintf(body, id))
	}
}
