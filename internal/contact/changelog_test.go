package contact_test

import (
	"errors"
	"strconv"
	"testing"

	"contactgraph/ent/change"
	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestLogHasEachWrite(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	path := "properties." + strconv.Itoa(note)
	c := a.NewContact(field.Patch{field.FirstName: "Anna", field.LimitPermanently: false})
	tests := []struct {
		name string
		do   func() error
		kind change.Kind
		want []string
	}{
		{"fields", func() error {
			return contacttest.ErrOf(f.OverwriteFields(a.Agent, c.ID, field.Patch{field.LastName: "Ek", field.Email: "", field.LimitUntil: contacttest.Start, field.PreferredStore: a.StoreIDs[0]}))
		}, change.KindUPDATE, []string{
			"email: <nil> → ", "lastName: <nil> → Ek", "limitMailsTemporarilyUntil: <nil> → 2026-03-01T12:00:00.123456Z", "preferredStoreId: <nil> → " + strconv.Itoa(a.StoreIDs[0]),
		}},
		{"a field cleared, one changed, one as it is", func() error {
			return contacttest.ErrOf(f.OverwriteFields(a.Agent, c.ID, field.Patch{field.LastName: nil, field.FirstName: "Eva", field.Email: ""}))
		}, change.KindUPDATE, []string{"firstName: Anna → Eva", "lastName: Ek → <nil>"}},
		{"nothing", func() error { return contacttest.ErrOf(f.OverwriteFields(a.Agent, c.ID, nil)) }, change.KindUPDATE, nil},
		{"a password", func() error { return contacttest.ErrOf(setPassword(a.Agent, f.Commands, c.ID, new("pw"), nil)) }, change.KindUPDATE, []string{"password: <nil> → <nil>"}},
		{"details", func() error {
			return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, contact.Details{
				Properties: []contact.PropertyPatch{contacttest.SetProperty(note, "hi")}, Logins: &[]field.Login{{Name: "eva", Kind: login.KindBlank}}, Membership: new(a.SegmentIDs[:1]),
			}))
		}, change.KindDETAILS, []string{
			path + ": [] → [map[description:<nil> value:hi]]", "logins: [] → [map[name:eva type:BLANK]]", "membership: [] → [" + strconv.Itoa(a.SegmentIDs[0]) + "]",
		}},
		{"details as they are", func() error {
			return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, contact.Details{
				Properties: []contact.PropertyPatch{contacttest.SetProperty(note, "hi")}, Logins: &[]field.Login{{Name: "eva", Kind: login.KindBlank}}, Membership: new(a.SegmentIDs[:1]),
			}))
		}, change.KindDETAILS, nil},
		{"details cleared", func() error {
			return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(note)}, Logins: &[]field.Login{}, Membership: &[]int{}}))
		}, change.KindDETAILS, []string{
			path + ": [map[description:<nil> value:hi]] → []", "logins: [map[name:eva type:BLANK]] → []", "membership: [" + strconv.Itoa(a.SegmentIDs[0]) + "] → []",
		}},
	}
	for i, tt := range tests {
		if err := tt.do(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		rows := a.Log()
		if len(rows) != i+2 {
			t.Fatalf("%s: the log has %d rows, want one a write", tt.name, len(rows))
		}
		row := rows[i+1]
		if diff := cmp.Diff(tt.want, changedFields(row)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if c := a.MustGet(c.ID); row.Kind != tt.kind || row.ContactID != c.ID || row.Version != c.Version || !row.At.Equal(c.LastModified) {
			t.Errorf("%s: logged %v, the contact is %v", tt.name, row, c)
		}
	}
}

func TestLogOfACreationHasEverything(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	r, err := f.Create(a.Agent, contact.Create{
		RegistrationSource: "form", RegistrationStore: &a.StoreIDs[1], Set: field.Patch{field.FirstName: "Anna", field.LimitPermanently: true},
		Password: &contact.PasswordChange{New: new("pw")},
		Details:  contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(note, "hi")}, Logins: &[]field.Login{{Name: "anna", Kind: login.KindEmail}}, Membership: new(a.SegmentIDs[:1])},
	})
	if err != nil {
		t.Fatal(err)
	}
	row := a.Log()[0]
	want := []string{
		"firstName: <nil> → Anna", "limitMailsPermanently: false → true", "secret: <nil> → " + r.Contact.Secret,
		"registrationDateTime: <nil> → " + revision.FormatTime(r.Contact.RegisteredAt), "registrationSource: <nil> → form",
		"registrationIp: <nil> → ", "registrationStoreId: <nil> → " + strconv.Itoa(a.StoreIDs[1]), "password: <nil> → <nil>",
		"properties." + strconv.Itoa(note) + ": [] → [map[description:<nil> value:hi]]", "logins: [] → [map[name:anna type:EMAIL]]",
		"membership: [] → [" + strconv.Itoa(a.SegmentIDs[0]) + "]",
	}
	if diff := cmp.Diff(want, changedFields(row)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if row.Kind != change.KindCREATE || row.Version != 1 {
		t.Errorf("logged %v", row)
	}
}

func TestLogHasActorAndSource(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	user := viewer.NewContext(t.Context(), viewer.Viewer{
		Account: a.Account, Role: viewer.Agent, Session: 5, Actor: viewer.Actor{Kind: viewer.ActorUser, ID: 9, Name: "Uma"},
	})
	for i, tt := range []struct {
		as     *contact.Service
		source change.Source
		do     func(s *contact.Service) error
		actor  viewer.Actor
	}{
		{f.Via(change.SourceREST), change.SourceREST, func(s *contact.Service) error {
			return contacttest.ErrOf(s.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.Overwrite}))
		}, viewer.Actor{Kind: viewer.ActorKey, ID: 2, Name: "demo-AGENT"}},
		{f.Via(change.SourceISERVICE), change.SourceISERVICE, func(s *contact.Service) error {
			return contacttest.ErrOf(s.SetDetails(a.AsCustomer(c), contact.SetDetails{ID: c.ID, Lock: contacttest.Overwrite}))
		}, viewer.Actor{Kind: viewer.ActorContact, ID: c.ID}},
		{f.Commands, change.SourceGRAPHQL, func(s *contact.Service) error {
			return contacttest.ErrOf(s.Update(user, contact.Update{ID: c.ID, Lock: contacttest.Overwrite}))
		}, viewer.Actor{Kind: viewer.ActorUser, ID: 9, Name: "Uma"}},
		{contact.New(f.DB, f.Changes, contact.Passwords{Hasher: f.Passwords, Guesses: f.Passwords}, f.Now, f.Logger), change.SourceIMPORT, func(s *contact.Service) error {
			return contacttest.ErrOf(s.Update(viewer.NewSystemContext(t.Context(), a.Account), contact.Update{ID: c.ID, Lock: contacttest.Overwrite}))
		}, viewer.Actor{Kind: viewer.ActorSystem}},
	} {
		if err := tt.do(tt.as); err != nil {
			t.Fatal(err)
		}
		row := a.Log()[i+1]
		if got := (viewer.Actor{Kind: row.ActorKind, ID: row.ActorID, Name: row.ActorName}); got != tt.actor || row.Source != tt.source {
			t.Errorf("logged %v by %s, want %v by %s", got, row.Source, tt.actor, tt.source)
		}
	}
}

func TestLogHasNoGaps(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	runConcurrently(func(i int) {
		as, lock := a, contacttest.ExpectVersionOf(c)
		if i%3 == 0 {
			lock = contacttest.Overwrite
		}
		if i%4 == 0 {
			as = f.Other
		}
		_, err := f.Update(as.Agent, contact.Update{ID: c.ID, Lock: lock})
		var errs usererror.Errors
		if err != nil && !errors.As(err, &errs) {
			t.Error(err)
		}
	})
	rows := a.Log()
	if last := rows[len(rows)-1]; last.Version != a.MustGet(c.ID).Version || int(last.Version) != len(rows) {
		t.Errorf("%d rows lead to version %d", len(rows), last.Version)
	}
	if rows := f.Other.Log(); len(rows) != 0 {
		t.Errorf("the other account's log has %d rows", len(rows))
	}
}

func TestResultHasTheLogRow(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	r, err := f.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	row := a.Log()[1]
	if r.Change.Seq != row.Seq || r.Change.Version != row.Version || !r.Change.At.Equal(row.At) || r.Change.AccountID != row.AccountID {
		t.Errorf("got %v, stored %v", r.Change, row)
	}
	if diff := cmp.Diff(changedFields(row), changedFields(r.Change)); diff != "" {
		t.Errorf("(-stored +got)\n%s", diff)
	}
}
