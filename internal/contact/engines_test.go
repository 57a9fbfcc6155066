package contact_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
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
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestEnginesAgree runs the same random commands and queries on SQLite and on PostgreSQL, and
// compares all results and the change logs.
func TestEnginesAgree(t *testing.T) {
	databasetest.BothEngines(t)
	t.Parallel()
	databases := []*databasetest.DB{databasetest.At(t, databasetest.SQLiteURL(t)), databasetest.At(t, databasetest.PostgresURL(t))}
	rounds := 0
	rapid.Check(t, func(rt *rapid.T) {
		rounds++
		var worlds []*testAccount
		for _, db := range databases {
			worlds = append(worlds, newTestAccount(t, db, fmt.Sprint("account ", rounds)))
		}
		for step := range rapid.IntRange(1, 40).Draw(rt, "steps") {
			op := operations.Draw(rt, fmt.Sprint("operation ", step))
			var answers []string
			for _, w := range worlds {
				w.clock = w.clock.Add(time.Second)
				answers = append(answers, op.name+": "+w.describe(op.run(w)))
			}
			if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
				rt.Fatalf("step %d (-SQLite +PostgreSQL)\n%s", step, diff)
			}
		}
		if diff := cmp.Diff(worlds[0].changeLog(), worlds[1].changeLog()); diff != "" {
			rt.Fatalf("the change logs (-SQLite +PostgreSQL)\n%s", diff)
		}
	})
}

// testAccount is an account on one engine. Operations refer to objects by the order in which these
// were created, because the engines assign different ids.
type testAccount struct {
	*contacttest.Commands
	*contacttest.Queries
	*contacttest.Catalog
	*contacttest.Changes
	db       *databasetest.DB
	clock    time.Time
	agent    context.Context
	admin    context.Context
	customer func(id int) context.Context

	contacts, stores, properties, segments []int
	versions                               []revision.Version // the latest known ones of the contacts
}

func newTestAccount(t *testing.T, db *databasetest.DB, name string) *testAccount {
	t.Helper()
	w := &testAccount{db: db, clock: contacttest.Start}
	account := db.Account(name)
	as := func(role viewer.Role, id int) context.Context {
		return viewer.NewContext(t.Context(), viewer.Viewer{Account: account, Role: role, Contact: id, Actor: viewer.Actor{Kind: viewer.ActorKey, ID: 1}})
	}
	w.agent, w.admin = as(viewer.Agent, 0), as(viewer.Admin, 0)
	w.customer = func(id int) context.Context { return as(viewer.Customer, id) }
	now := func() time.Time { return w.clock }
	w.Queries, w.Catalog, w.Changes = query.New(db), catalog.New(db, now), changelog.New(db, nil, now)
	w.Commands = contact.New(db, w.Changes, contact.Passwords{Hasher: &contacttest.Passwords{}, Guesses: &contacttest.Passwords{}}, now, slog.New(slog.DiscardHandler)).Via(change.SourceGRAPHQL)
	for i := range 2 {
		n := catalog.Entry{Name: fmt.Sprint("entry ", i)}
		w.stores = append(w.stores, contacttest.Must(w.CreateStore(w.admin, n)).ID)
		w.segments = append(w.segments, contacttest.Must(w.CreateSegment(w.admin, n)).ID)
	}
	for _, p := range []catalog.NewProperty{
		{Name: "Note", APIName: new("note"), Kind: property.KindText, Multiple: true},
		{Name: "Size", APIName: new("size"), Kind: property.KindInteger, Required: true},
		{Name: "First", APIName: new("first"), Kind: property.KindText, Bound: new(property.BoundFirstName)},
	} {
		w.properties = append(w.properties, contacttest.Must(w.CreateProperty(w.admin, p)).ID)
	}
	for _, name := range []string{"Åsa", "asa", "Bo", "bo"} { // enough for several pages, two with the same name
		r := contacttest.Must(w.Create(w.agent, contact.Create{RegistrationSource: "x", Set: field.Patch{field.FirstName: name}}))
		w.contacts, w.versions = append(w.contacts, r.Contact.ID), append(w.versions, 1)
	}
	return w
}

// idAt returns the id with this index, or one that no object has.
func idAt(ids []int, i int) int {
	if i < len(ids) {
		return ids[i]
	}
	return 999_999
}

// comparable returns the contact without what differs by engine or is random.
func (w *testAccount) comparable(c *ent.Contact) any {
	if c == nil {
		return nil
	}
	copied := *c
	copied.ID, copied.AccountID, copied.Secret = slices.Index(w.contacts, c.ID), 0, ""
	index := func(ids []int, id *int) any {
		if id == nil {
			return nil
		}
		return slices.Index(ids, *id)
	}
	refers := []any{index(w.stores, c.PreferredStoreID), index(w.stores, c.RegistrationStoreID)}
	copied.PreferredStoreID, copied.RegistrationStoreID = nil, nil
	return []any{copied, c.EmailKey, c.PhoneKey, c.NameKey, refers}
}

// describe returns a result as text.
func (w *testAccount) describe(answer any, err error) string {
	if errs, ok := errors.AsType[usererror.Errors](err); ok {
		var all []any
		for _, e := range errs {
			all = append(all, e.Code, e.Path, w.comparable(e.Latest), w.comparable(e.Existing))
		}
		answer = all
	} else if err != nil {
		answer = err.Error()
	}
	if r, ok := answer.(*contact.Result); ok {
		if i := slices.Index(w.contacts, r.Contact.ID); i >= 0 {
			w.versions[i] = r.Contact.Version
		}
		answer = []any{w.comparable(r.Contact), r.Change.Seq, r.Change.Version, r.Change.Kind}
	}
	return string(contacttest.Must(json.MarshalIndent(answer, "", " ")))
}

// changeLog returns the account's change log as text.
func (w *testAccount) changeLog() string {
	var all []any
	for _, r := range w.db.Client().Change.Query().Order(change.BySeq()).AllX(w.admin) {
		var paths []any
		for _, f := range r.Fields {
			paths = append(paths, f.Path)
		}
		all = append(all, []any{r.Seq, slices.Index(w.contacts, r.ContactID), r.Version, r.Kind, r.At, paths})
	}
	return string(contacttest.Must(json.MarshalIndent(all, "", " ")))
}

// operation is a command or a query, with its arguments.
type operation struct {
	name string
	run  func(w *testAccount) (any, error)
}

// drawExternalIDs draws external ids from a few, so that they collide.
func drawExternalIDs(rt *rapid.T) *[]field.ExternalID {
	set := []field.ExternalID{}
	for _, value := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "A", "ß", " a", "日本", " "}), 0, 3).Draw(rt, "external ids") {
		set = append(set, field.ExternalID{System: rapid.SampledFrom([]string{"crm", "CRM", "x y"}).Draw(rt, "system"), Value: value})
	}
	return &set
}

// drawLogins draws logins from a few names, so that they collide.
func drawLogins(rt *rapid.T) *[]field.Login {
	names := rapid.SliceOfN(rapid.SampledFrom([]string{"anna", "ANNA", "bo", "Zoë", ""}), 0, 3).Draw(rt, "logins")
	set := []field.Login{}
	for _, n := range names {
		set = append(set, field.Login{Name: n, Kind: login.KindEmail})
	}
	return &set
}
