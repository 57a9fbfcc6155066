package contact_test

import (
	"errors"
	"strconv"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func itoa(n int) string { return strconv.Itoa(n) }

// log returns the account's rows in their order, and fails the test if they are not numbered 1, 2, 3 …
func (a *tenant) log() []*ent.Change {
	a.t.Helper()
	rows := a.db.Client().Change.Query().Order(change.BySeq()).AllX(a.agent)
	for i, r := range rows {
		if r.Seq != int64(i+1) {
			a.t.Errorf("row %d of the log has the number %d", i+1, r.Seq)
		}
	}
	return rows
}

func TestLogTellsWhatEachWriteDid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	note := a.property(catalog.NewProperty{Name: "Note"})
	path := "properties." + itoa(note)
	c := a.create(field.Patch{field.FirstName: "Anna", field.LimitPermanently: false})
	tests := []struct {
		name string
		do   func() error
		kind change.Kind
		want []string
	}{
		{"fields", func() error {
			return errOf(f.update(a.agent, c.ID, field.Patch{field.LastName: "Ek", field.Email: "", field.LimitUntil: start, field.PreferredStore: a.stores[0]}))
		}, change.KindUPDATE, []string{
			"email: <nil> → ", "lastName: <nil> → Ek", "limitMailsTemporarilyUntil: <nil> → 2026-03-01T12:00:00.123456Z", "preferredStoreId: <nil> → " + itoa(a.stores[0]),
		}},
		{"a field cleared, one changed, one as it is", func() error {
			return errOf(f.update(a.agent, c.ID, field.Patch{field.LastName: nil, field.FirstName: "Eva", field.Email: ""}))
		}, change.KindUPDATE, []string{"firstName: Anna → Eva", "lastName: Ek → <nil>"}},
		{"nothing", func() error { return errOf(f.update(a.agent, c.ID, nil)) }, change.KindUPDATE, nil},
		{"a password", func() error { return errOf(f.setPassword(a.agent, c.ID, new("pw"), nil)) }, change.KindUPDATE, []string{"password: <nil> → <nil>"}},
		{"details", func() error {
			return errOf(f.details(a.agent, c.ID, contact.Details{
				Properties: []contact.PropertyPatch{set(note, "hi")}, Logins: &[]field.Login{{Name: "eva", Kind: login.KindBlank}}, Membership: new(a.segments[:1]),
			}))
		}, change.KindDETAILS, []string{
			path + ": [] → [map[description:<nil> value:hi]]", "logins: [] → [map[name:eva type:BLANK]]", "membership: [] → [" + itoa(a.segments[0]) + "]",
		}},
		{"details as they are", func() error {
			return errOf(f.details(a.agent, c.ID, contact.Details{
				Properties: []contact.PropertyPatch{set(note, "hi")}, Logins: &[]field.Login{{Name: "eva", Kind: login.KindBlank}}, Membership: new(a.segments[:1]),
			}))
		}, change.KindDETAILS, nil},
		{"details cleared", func() error {
			return errOf(f.details(a.agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{set(note)}, Logins: &[]field.Login{}, Membership: &[]int{}}))
		}, change.KindDETAILS, []string{
			path + ": [map[description:<nil> value:hi]] → []", "logins: [map[name:eva type:BLANK]] → []", "membership: [" + itoa(a.segments[0]) + "] → []",
		}},
	}
	for i, tt := range tests {
		if err := tt.do(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		rows := a.log()
		if len(rows) != i+2 {
			t.Fatalf("%s: the log has %d rows, want one a write", tt.name, len(rows))
		}
		row := rows[i+1]
		if diff := cmp.Diff(tt.want, told(row)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if c := a.get(c.ID); row.Kind != tt.kind || row.ContactID != c.ID || row.Version != c.Version || !row.At.Equal(c.LastModified) {
			t.Errorf("%s: logged %v, the contact is %v", tt.name, row, c)
		}
	}
}

func TestLogOfACreationHoldsAllThatTheContactHas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	note := a.property(catalog.NewProperty{Name: "Note"})
	r, err := f.Create(a.agent, contact.Create{
		RegistrationSource: "form", RegistrationStore: &a.stores[1], Set: field.Patch{field.FirstName: "Anna", field.LimitPermanently: true},
		Password: &contact.PasswordChange{New: new("pw")},
		Details:  contact.Details{Properties: []contact.PropertyPatch{set(note, "hi")}, Logins: &[]field.Login{{Name: "anna", Kind: login.KindEmail}}, Membership: new(a.segments[:1])},
	})
	if err != nil {
		t.Fatal(err)
	}
	row := a.log()[0]
	want := []string{
		"firstName: <nil> → Anna", "limitMailsPermanently: false → true", "secret: <nil> → " + r.Contact.Secret,
		"registrationDateTime: <nil> → " + revision.FormatTime(r.Contact.RegisteredAt), "registrationSource: <nil> → form",
		"registrationIp: <nil> → ", "registrationStoreId: <nil> → " + itoa(a.stores[1]), "password: <nil> → <nil>",
		"properties." + itoa(note) + ": [] → [map[description:<nil> value:hi]]", "logins: [] → [map[name:anna type:EMAIL]]",
		"membership: [] → [" + itoa(a.segments[0]) + "]",
	}
	if diff := cmp.Diff(want, told(row)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if row.Kind != change.KindCREATE || row.Version != 1 {
		t.Errorf("logged %v", row)
	}
}

func TestLogTellsWhoWroteAndThroughWhichDoor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	user := viewer.NewContext(t.Context(), viewer.Viewer{
		Account: a.account, Role: viewer.Agent, Session: 5, Actor: viewer.Actor{Kind: viewer.ActorUser, ID: 9, Name: "Uma"},
	})
	for i, tt := range []struct {
		as     *contact.Service
		source change.Source
		do     func(s *contact.Service) error
		actor  viewer.Actor
	}{
		{f.Via(change.SourceREST), change.SourceREST, func(s *contact.Service) error {
			return errOf(s.Update(a.agent, contact.Update{ID: c.ID, Lock: overwrite}))
		}, viewer.Actor{Kind: viewer.ActorKey, ID: 2, Name: "demo-AGENT"}},
		{f.Via(change.SourceISERVICE), change.SourceISERVICE, func(s *contact.Service) error {
			return errOf(s.SetDetails(a.as(c), contact.SetDetails{ID: c.ID, Lock: overwrite}))
		}, viewer.Actor{Kind: viewer.ActorContact, ID: c.ID}},
		{f.Commands, change.SourceGRAPHQL, func(s *contact.Service) error {
			return errOf(s.Update(user, contact.Update{ID: c.ID, Lock: overwrite}))
		}, viewer.Actor{Kind: viewer.ActorUser, ID: 9, Name: "Uma"}},
		{contact.New(f.db, f.Changes, f.passwords, f.now), change.SourceIMPORT, func(s *contact.Service) error {
			return errOf(s.Update(viewer.NewSystemContext(t.Context(), a.account), contact.Update{ID: c.ID, Lock: overwrite}))
		}, viewer.Actor{Kind: viewer.ActorSystem}},
	} {
		if err := tt.do(tt.as); err != nil {
			t.Fatal(err)
		}
		row := a.log()[i+1]
		if got := (viewer.Actor{Kind: row.ActorKind, ID: row.ActorID, Name: row.ActorName}); got != tt.actor || row.Source != tt.source {
			t.Errorf("logged %v by %s, want %v by %s", got, row.Source, tt.actor, tt.source)
		}
	}
}

func TestLogIsWithoutGapsWhateverFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	race(func(i int) {
		as, lock := a, at(c)
		if i%3 == 0 {
			lock = overwrite
		}
		if i%4 == 0 {
			as = f.other
		}
		_, err := f.Update(as.agent, contact.Update{ID: c.ID, Lock: lock})
		var errs usererror.Errors
		if err != nil && !errors.As(err, &errs) {
			t.Error(err)
		}
	})
	rows := a.log()
	if last := rows[len(rows)-1]; last.Version != a.get(c.ID).Version || int(last.Version) != len(rows) {
		t.Errorf("%d rows lead to version %d", len(rows), last.Version)
	}
	if rows := f.other.log(); len(rows) != 0 {
		t.Errorf("the other account's log has %d rows", len(rows))
	}
}

func TestResultCarriesTheLogRow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	r, err := f.update(a.agent, c.ID, field.Patch{field.FirstName: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	row := a.log()[1]
	if r.Change.Seq != row.Seq || r.Change.Version != row.Version || !r.Change.At.Equal(row.At) || r.Change.AccountID != row.AccountID {
		t.Errorf("got %v, stored %v", r.Change, row)
	}
	if diff := cmp.Diff(told(row), told(r.Change)); diff != "" {
		t.Errorf("(-stored +got)\n%s", diff)
	}
}
