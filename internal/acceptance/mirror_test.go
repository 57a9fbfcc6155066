package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

// The example of a mirror has in the end what the API shows, whatever is written while it runs and while it does not.
func TestDocsMirror(t *testing.T) {
	t.Parallel()
	s := demo(t, 150)
	file := filepath.Join(t.TempDir(), "contacts.json")
	m := s.startMirror(t, file)
	m.isLike(s)
	gone := s.writeOfEverySort(t, "one")
	m.isLike(s)
	m.kill()
	gone = append(gone, s.writeOfEverySort(t, "two")...)
	m = s.startMirror(t, file)
	m.isLike(s)
	fresh := s.startMirror(t, filepath.Join(t.TempDir(), "contacts.json")) // it reads while others write
	s.writeOfEverySort(t, "three")
	m.isLike(s)
	fresh.isLike(s)
	m.kill()
	m.expire()
	s.startMirror(t, file).isLike(s)
	for _, id := range gone {
		if c, ok := m.read().Contacts[fmt.Sprint(id)]; ok {
			t.Errorf("contact %d is gone, and the mirror has %v", id, c)
		}
	}
}

// writeOfEverySort writes contacts in every way there is, and returns those that are gone.
func (s *process) writeOfEverySort(t *testing.T, name string) (gone []int) {
	t.Helper()
	type payload struct {
		Contact struct{ ContactID int }
		Change  struct{ ID string }
		Errors  []struct{ Code string }
	}
	do := func(mutation string) payload {
		p := into[payload](s, key("demo-admin"), "mutation { "+mutation+" }", nil)
		if len(p.Errors) > 0 {
			t.Errorf("%s: %v", mutation, p.Errors)
		}
		return p
	}
	create := func(n int) int {
		return do(fmt.Sprintf(`createContact(input: {registrationSource: "web", set: {email: "%s%d@example.com", firstName: "Ada", newPassword: "secret"},
			logins: [{name: "%[1]s%[2]d"}], membership: ["2", "1"], properties: [{propertyId: "3", values: [{value: "Ek"}]}, {propertyId: "4", values: [{value: "1999-12-31", description: "said so"}]}]})
			{ contact { contactId } errors { code } }`, name, n)).Contact.ContactID
	}
	const result = "{ change { id } errors { code } }"
	deletion := func(id int) string {
		return do(fmt.Sprintf(`deleteContact(input: {id: "%d", onConflict: OVERWRITE}) %s`, id, result)).Change.ID
	}
	kept, deleted, back, erased := create(1), create(2), create(3), create(4)
	for _, id := range []int{1, kept, erased} {
		do(fmt.Sprintf(`updateContact(input: {id: "%d", onConflict: OVERWRITE, set: {firstName: null, lastName: "%s", limitMailsPermanently: true,
			limitMailsTemporarilyUntil: "2027-01-01T00:00:00Z", preferredStoreId: "3"}}) %s`, id, name, result))
		do(fmt.Sprintf(`setContactDetails(input: {id: "%d", onConflict: OVERWRITE, properties: [{propertyId: "4", values: []},
			{propertyId: "9", values: [{value: "%s"}, {value: "films"}]}], membership: ["3"], logins: []}) %s`, id, name, result))
	}
	do(fmt.Sprintf(`updateContact(input: {id: "%d", onConflict: OVERWRITE, set: {limitMailsPermanently: false, preferredStoreId: null}}) %s`, kept, result))
	deletion(deleted)
	do(fmt.Sprintf(`undoChange(input: {id: "%s"}) %s`, deletion(back), result))
	do(fmt.Sprintf(`eraseContact(input: {id: "%d"}) %s`, erased, result))
	return []int{deleted, erased}
}

// mirrored is what the mirror has in its file.
type mirrored struct {
	Cursor   string                     `json:"cursor"`
	Contacts map[string]mirroredContact `json:"contacts"`
}

type mirroredContact struct {
	Version string         `json:"version"`
	Values  map[string]any `json:"values"`
}

// mirror is the example at work.
type mirror struct {
	t    *testing.T
	file string
	kill func()
}

func (s *process) startMirror(t *testing.T, file string) *mirror {
	t.Helper()
	cmd := s.example("mirror.mjs", file)
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

// expire gives the mirror, which does not run, a cursor that the log does not have.
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

// isLike waits until the mirror has come to the end of the log, and compares it with the API.
func (m *mirror) isLike(s *process) {
	m.t.Helper()
	want := s.everything()
	got := m.read()
	for end := time.Now().Add(time.Minute); got.Cursor != want.Cursor && time.Now().Before(end); got = m.read() {
		time.Sleep(20 * time.Millisecond)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Fatalf("the mirror (-API +mirror)\n%s\n%s", diff, s.log)
	}
}

// everything is what a mirror should have.
func (s *process) everything() mirrored {
	s.t.Helper()
	all := mirrored{
		Cursor:   into[struct{ LastCursor string }](s, key("demo-agent"), `{ contactChanges(first: 0) { lastCursor } }`, nil).LastCursor,
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
		after := variables{"after": p.PageInfo.EndCursor}
		if p.Nodes == nil {
			after = nil
		}
		p = into[page](s, key("demo-agent"), `query($after: String) { contacts(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
			contactId version email phoneCountryCode phone firstName lastName limitMailsPermanently limitMailsTemporarilyUntil latestPermissionSource
			secret registrationDateTime registrationSource registrationIp
			preferredStoreId: preferredStore { n: storeId } companyId: company { n: companyId } registrationStoreId: registrationStore { n: storeId }
			logins { name type } membership: segments { n: segmentId } properties { property { n: propertyId boundTo } values { value description } }
		} } }`, after)
		for _, node := range p.Nodes {
			all.Contacts[fmt.Sprintf("%.0f", node["contactId"])] = mirroredContact{node["version"].(string), valuesOf(node)}
		}
		if !p.PageInfo.HasNextPage {
			return all
		}
	}
}

// valuesOf are the values of a contact by the paths of the log.
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
