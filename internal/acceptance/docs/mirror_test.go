package docs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

// TestMirrorCatchesUp writes contacts while the example mirror runs and while it does not. In the
// end the mirror must have what the API returns.
func TestMirrorCatchesUp(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 150)
	file := filepath.Join(t.TempDir(), "contacts.json")
	m := startMirror(t, s, file)
	m.awaitEqual(s)
	deleted := writeInEveryWay(t, s, "one")
	m.awaitEqual(s)
	m.kill()
	deleted = append(deleted, writeInEveryWay(t, s, "two")...)
	m = startMirror(t, s, file)
	m.awaitEqual(s)
	second := startMirror(t, s, filepath.Join(t.TempDir(), "contacts.json")) // it reads the contacts while they are written
	writeInEveryWay(t, s, "three")
	m.awaitEqual(s)
	second.awaitEqual(s)
	m.kill()
	m.expire()
	startMirror(t, s, file).awaitEqual(s)
	for _, id := range deleted {
		if c, ok := m.read().Contacts[fmt.Sprint(id)]; ok {
			t.Errorf("contact %d was deleted, but the mirror has %v", id, c)
		}
	}
}

// TestMirrorReadsEveryField: a field that the mirror does not request would be missing from the
// contacts that do not change.
func TestMirrorReadsEveryField(t *testing.T) {
	t.Parallel()
	query := regexp.MustCompile("(?s)const CONTACTS = parse\\(`.+?`").FindString(harness.ReadFile(t, "docs/examples/mirror.mjs"))
	// A second id, the properties in other forms, what describes writes, and what is not only about
	// the contact.
	others := []string{"id", "property", "custom", "lastModified", "changes", "lastChanges", "duplicates"}
	contact := harness.Query[struct{ Fields []struct{ Name string } }](harness.Demo(t, 150), harness.APIKey("demo-agent"), `{ __type(name: "Contact") { fields { name } } }`, nil)
	for _, f := range contact.Fields {
		if !slices.Contains(others, f.Name) && !regexp.MustCompile(`\b`+f.Name+`\b`).MatchString(query) {
			t.Errorf("the query CONTACTS in docs/examples/mirror.mjs does not request %s", f.Name)
		}
	}
}

// writeInEveryWay runs every mutation of contacts, and returns the ids of the deleted ones.
func writeInEveryWay(t *testing.T, s *harness.Server, name string) []int {
	t.Helper()
	type payload struct {
		Contact struct{ ContactID int }
		Change  struct{ ID string }
		Errors  []struct{ Code string }
	}
	do := func(mutation string) payload {
		p := harness.Query[payload](s, harness.APIKey("demo-admin"), "mutation { "+mutation+" }", nil)
		if len(p.Errors) > 0 {
			t.Errorf("%s: %v", mutation, p.Errors)
		}
		return p
	}
	create := func(n int) int {
		return do(fmt.Sprintf(`createContact(input: {registrationSource: "web", set: {email: "%s%d@example.com", firstName: "Ada", newPassword: "a long secret"},
			logins: [{name: "%[1]s%[2]d"}], externalIds: [{system: "crm", value: "%[1]s%[2]d"}], membership: ["2", "1"], properties: [{propertyId: "3", values: [{value: "Ek"}]}, {propertyId: "4", values: [{value: "1999-12-31", description: "said so"}]}]})
			{ contact { contactId } errors { code } }`, name, n)).Contact.ContactID
	}
	const result = "{ change { id } errors { code } }"
	deletion := func(id int) string {
		return do(fmt.Sprintf(`deleteContact(input: {id: "%d", onConflict: OVERWRITE}) %s`, id, result)).Change.ID
	}
	kept, deleted, restored, erased := create(1), create(2), create(3), create(4)
	for _, id := range []int{1, kept, erased} {
		do(fmt.Sprintf(`updateContact(input: {id: "%d", onConflict: OVERWRITE, set: {firstName: null, lastName: "%s", limitMailsPermanently: true,
			limitMailsTemporarilyUntil: "2027-01-01T00:00:00Z", preferredStoreId: "3"}}) %s`, id, name, result))
		do(fmt.Sprintf(`setContactDetails(input: {id: "%d", onConflict: OVERWRITE, properties: [{propertyId: "4", values: []},
			{propertyId: "9", values: [{value: "%s"}, {value: "films"}]}], membership: ["3"], logins: [], externalIds: []}) %s`, id, name, result))
	}
	do(fmt.Sprintf(`updateContact(input: {id: "%d", onConflict: OVERWRITE, set: {limitMailsPermanently: false, preferredStoreId: null}}) %s`, kept, result))
	deletion(deleted)
	do(fmt.Sprintf(`undoChange(input: {id: "%s"}) %s`, deletion(restored), result))
	do(fmt.Sprintf(`eraseContact(input: {id: "%d"}) %s`, erased, result))
	return []int{deleted, erased}
}

// mirrored is the content of the mirror's file.
type mirrored struct {
	Cursor   string                     `json:"cursor"`
	Contacts map[string]mirroredContact `json:"contacts"`
}

type mirroredContact struct {
	Version string         `json:"version"`
	Values  map[string]any `json:"values"`
}

// mirror is a running mirror.mjs, the example in docs/feed.md.
type mirror struct {
	t    *testing.T
	file string
	kill func()
}

func startMirror(t *testing.T, s *harness.Server, file string) *mirror {
	t.Helper()
	cmd := example(s, "mirror.mjs", file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() {
		cmd.Process.Kill()
		cmd.Wait()
	}
	t.Cleanup(kill)
	return &mirror{t, file, kill}
}

func (m *mirror) read() (state mirrored) {
	m.t.Helper()
	text, err := os.ReadFile(m.file)
	if os.IsNotExist(err) {
		return mirrored{}
	}
	if err == nil {
		err = json.Unmarshal(text, &state)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	return state
}

// expire changes the file of a mirror that is not running: the cursor becomes one that the log does
// not have, and a contact is missing.
func (m *mirror) expire() {
	m.t.Helper()
	state := m.read()
	state.Cursor = revision.Cursor(1e9).String()
	delete(state.Contacts, "1")
	text, err := json.Marshal(state)
	if err == nil {
		err = os.WriteFile(m.file, text, 0o600)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// awaitEqual waits until the mirror has reached the end of the log, and compares it with the API.
func (m *mirror) awaitEqual(s *harness.Server) {
	m.t.Helper()
	want := wanted(s)
	got := m.read()
	for end := time.Now().Add(time.Minute); got.Cursor != want.Cursor && time.Now().Before(end); got = m.read() {
		time.Sleep(20 * time.Millisecond)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Fatalf("the mirror (-API +mirror)\n%s\n%s", diff, s.Log)
	}
}

// wanted returns what a mirror should have, from the API.
func wanted(s *harness.Server) mirrored {
	s.T.Helper()
	all := mirrored{
		Cursor:   harness.Query[struct{ LastCursor string }](s, harness.APIKey("demo-agent"), `{ contactChanges(first: 0) { lastCursor } }`, nil).LastCursor,
		Contacts: map[string]mirroredContact{},
	}
	type page struct {
		Nodes    []map[string]any
		PageInfo struct {
			HasNextPage bool
			EndCursor   string
		}
	}
	for p := (page{}); ; {
		after := harness.Variables{"after": p.PageInfo.EndCursor}
		if p.Nodes == nil {
			after = nil
		}
		p = harness.Query[page](s, harness.APIKey("demo-agent"), `query($after: String) { contacts(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
			contactId version email phoneCountryCode phone firstName lastName limitMailsPermanently limitMailsTemporarilyUntil latestPermissionSource
			secret registrationDateTime registrationSource registrationIp
			preferredStoreId: preferredStore { n: storeId } companyId: company { n: companyId } registrationStoreId: registrationStore { n: storeId }
			logins { name type } externalIds { system value } membership: segments { n: segmentId } properties { property { n: propertyId boundTo } values { value description } }
		} } }`, after)
		for _, node := range p.Nodes {
			all.Contacts[fmt.Sprintf("%.0f", node["contactId"])] = mirroredContact{node["version"].(string), valuesOf(node)}
		}
		if !p.PageInfo.HasNextPage {
			return all
		}
	}
}

// valuesOf returns the values of a contact by the paths of the log.
func valuesOf(node map[string]any) map[string]any {
	values := map[string]any{}
	put := func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			value = v["n"]
		case []any:
			for i := range v {
				if n, ok := v[i].(map[string]any)["n"]; ok {
					v[i] = n
				}
			}
			if len(v) == 0 {
				return
			}
		}
		if value != nil && value != false && value != "" {
			values[path] = value
		}
	}
	for _, p := range node["properties"].([]any) {
		p := p.(map[string]any)
		if property := p["property"].(map[string]any); property["boundTo"] == nil {
			put(fmt.Sprint("properties.", property["n"]), p["values"])
		}
	}
	for path, value := range node {
		if path != "contactId" && path != "version" && path != "properties" {
			put(path, value)
		}
	}
	return values
}
