package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/export"
	"contactgraph/internal/interchange"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// mirror has the values of each contact by the paths of the change log, as JSON, without those that
// are empty.
type mirror map[int]map[string]string

// put sets a value.
func (m mirror) put(t *testing.T, id int, path string, v any) {
	t.Helper()
	if m[id] == nil {
		m[id] = map[string]string{}
	}
	var text []byte
	decoded, err := field.Decode[any](v) // so that the members of objects have one order
	if err == nil {
		text, err = json.Marshal(decoded)
	}
	if err != nil {
		t.Fatal(err)
	}
	switch string(text) {
	case "null", "false", "[]", `""`:
		delete(m[id], path)
	default:
		m[id][path] = string(text)
	}
}

// apply continues the mirror by a change of the feed.
func (m mirror) apply(t *testing.T, row *ent.Change) {
	t.Helper()
	switch {
	case row.Kind == change.KindDELETE || row.Kind == change.KindERASE:
		delete(m, row.ContactID)
		return
	case row.Kind == change.KindCREATE:
		m[row.ContactID] = map[string]string{}
	case m[row.ContactID] == nil:
		return // it was erased before it was read: the erasure follows
	}
	m.put(t, row.ContactID, "version", row.Version)
	for _, f := range row.Fields {
		m.put(t, row.ContactID, f.Path, f.New)
	}
}

// read adds the contacts of a file.
func (m mirror) read(t *testing.T, file io.Reader) *interchange.Header {
	t.Helper()
	l, err := interchange.NewLinesReader(file)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, p := range l.Header.Properties {
		ids[p.Key] = p.ID
	}
	for {
		r, err := l.Next()
		if errors.Is(err, io.EOF) {
			return l.Header
		}
		if err != nil {
			t.Fatal(err)
		}
		m.add(t, r, ids)
	}
}

// add adds a contact. properties has the ids of properties by their keys.
func (m mirror) add(t *testing.T, r *interchange.Record, properties map[string]int) {
	t.Helper()
	put := func(path string, v any) { m.put(t, r.ContactID, path, field.EncodeValue(v)) }
	put("version", r.Version)
	put(field.PathSecret, r.Secret)
	put(field.PathRegisteredAt, r.RegisteredAt)
	put(field.PathRegistrationSource, r.RegistrationSource)
	put(field.PathRegistrationIP, r.RegistrationIP)
	for f, v := range r.Set {
		put(f.Path, v)
	}
	for path, ref := range map[string]*interchange.Reference{
		field.PathRegistrationStore: r.RegistrationStore, field.PreferredStore.Path: r.PreferredStore, field.Company.Path: r.Company,
	} {
		if *ref != interchange.NoReference {
			put(path, ref.ID)
		}
	}
	put(field.PathLogins, r.Logins)
	put(field.PathExternalIDs, r.ExternalIDs)
	segments := []int{}
	for _, s := range *r.Segments {
		segments = append(segments, s.ID)
	}
	put(field.PathMembership, segments)
	for _, p := range r.Properties {
		put(field.PropertyPath(properties[p.Name]), p.Values)
	}
}

// fixture is an account with properties and contacts.
type fixture struct {
	*contacttest.Tenant

	exports    *export.Service
	properties []int
}

func newFixture(t *testing.T, contacts int) *fixture {
	t.Helper()
	a := contacttest.New(t).Demo
	f := &fixture{Tenant: a, exports: export.New(a.DB, a.Queries, a.Changes, a.Now)}
	for _, p := range []catalog.NewProperty{
		{Name: "Tags", APIName: new("tags"), Multiple: true}, {Name: "Size"}, {Name: "tags", Multiple: true}, {Name: "Given", Bound: new(property.BoundFirstName)},
	} {
		if p.Name == "tags" {
			p.Name = "TAGS 2" // names are unique without regard to case
		}
		p.Kind = property.KindText
		f.properties = append(f.properties, f.NewProperty(p))
	}
	for i := range contacts {
		f.write(rand.New(rand.NewPCG(1, uint64(i))), 0)
	}
	return f
}

// write makes a random write, whose errors are those of races.
func (f *fixture) write(r *rand.Rand, id int) {
	text := func() any { return [...]any{nil, "Å", "=1", fmt.Sprint(r.IntN(1e6)), "a\r\nb"}[r.IntN(5)] }
	set := field.Patch{
		field.FirstName: text(), field.LastName: text(), field.Email: fmt.Sprint(r.IntN(1e9), "@example.com"), field.LimitPermanently: r.IntN(2) == 0,
		field.LimitUntil: time.Unix(r.Int64N(2e9), 0).UTC(), field.PreferredStore: f.StoreIDs[r.IntN(3)], field.Company: f.CompanyIDs[r.IntN(3)],
	}
	details := contact.Details{
		Properties:  []contact.PropertyPatch{contacttest.SetProperty(f.properties[0], fmt.Sprint(r.IntN(9)), "b"), contacttest.SetProperty(f.properties[1], "[x")},
		Logins:      &[]field.Login{{Name: fmt.Sprint("l", r.IntN(1e9)), Kind: login.KindEmail}},
		ExternalIDs: &[]field.ExternalID{{System: "crm", Value: fmt.Sprint(r.IntN(1e9))}}, Membership: &[]int{f.SegmentIDs[r.IntN(3)]},
	}
	switch n := r.IntN(20); {
	case id == 0 || n < 4:
		f.Create(f.Agent, contact.Create{RegistrationSource: "test", RegistrationStore: &f.StoreIDs[r.IntN(3)], Set: set, Details: details})
	case n < 11:
		f.OverwriteFields(f.Agent, id, set)
	case n < 15:
		f.OverwriteDetails(f.Agent, id, details)
	case n < 17:
		f.Delete(f.Agent, contact.Delete{ID: id, Lock: contacttest.Overwrite})
	case n < 19:
		if rows, _, err := f.History(f.Agent, id, 1<<62, 1); err == nil && len(rows) == 1 {
			f.Undo(f.Agent, revision.ChangeID{Contact: id, Version: rows[0].Version})
		}
	default:
		f.Erase(f.Admin, id)
	}
}

// TestExportAndFeedAreAMirror exports while 16 writers write. The file is what the log says up to
// its cursor, and with the changes after it what the tables have.
func TestExportAndFeedAreAMirror(t *testing.T) {
	t.Parallel()
	const contacts, writers, part = 60, 16, 7
	f := newFixture(t, contacts)
	f.exports.SetPart(part)
	var written atomic.Int64
	var writing sync.WaitGroup
	done := make(chan struct{})
	for w := range writers {
		writing.Go(func() {
			for r := rand.New(rand.NewPCG(7, uint64(w))); ; {
				select {
				case <-done:
					return
				default:
					f.write(r, 1+r.IntN(contacts+20))
					written.Add(1)
				}
			}
		})
	}
	await := func(n int64) {
		for until := written.Load() + n; written.Load() < until; {
			time.Sleep(time.Millisecond)
		}
	}
	await(50)
	e, err := f.exports.Begin(f.Admin, export.Request{Format: interchange.NDJSON})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	file, err := e.NewFile(&out, interchange.NDJSON)
	for more := true; more && err == nil; {
		await(20)
		more, err = file.Write(f.Admin)
	}
	close(done)
	writing.Wait()
	if err != nil {
		t.Fatal(err)
	}
	f.checkMirror(t, &out)
}

// checkMirror compares a file with the log and the tables.
func (f *fixture) checkMirror(t *testing.T, file io.Reader) {
	t.Helper()
	got, erased, replayed := mirror{}, map[int]bool{}, mirror{}
	h := got.read(t, file)
	cursor, err := revision.ParseCursor(h.Cursor)
	if err != nil {
		t.Fatal(err)
	}
	log, later := f.Log(), 0
	for _, row := range log {
		if row.Kind == change.KindERASE {
			erased[row.ContactID] = true // the log has no values of it
		}
	}
	for _, row := range log {
		if row.Seq <= int64(cursor) {
			replayed.apply(t, row)
		} else {
			later++
		}
	}
	hidden := func(id int, _ map[string]string) bool { return erased[id] }
	atCursor := maps.Clone(got)
	maps.DeleteFunc(atCursor, hidden)
	maps.DeleteFunc(replayed, hidden)
	if diff := cmp.Diff(replayed, atCursor); diff != "" {
		t.Errorf("the file differs from the log up to its cursor (-log +file)\n%s", diff)
	}
	for _, row := range log {
		if row.Seq > int64(cursor) {
			got.apply(t, row)
		}
	}
	if diff := cmp.Diff(f.tables(t), got); diff != "" {
		t.Errorf("the file and the feed differ from the tables (-tables +mirror)\n%s", diff)
	}
	if len(atCursor) == 0 || later < 20 {
		t.Errorf("the test proved nothing: %d contacts, %d changes after the cursor", len(atCursor), later)
	}
}

// tables returns what the tables have.
func (f *fixture) tables(t *testing.T) mirror {
	t.Helper()
	m := mirror{}
	for _, c := range changelog.AddRelations(f.DB.Client().Contact.Query()).AllX(f.Agent) {
		p := changelog.NewSnapshot(c)
		m.put(t, c.ID, "version", c.Version)
		for _, path := range p.Paths() {
			m.put(t, c.ID, path, p.Value(path))
		}
	}
	return m
}
