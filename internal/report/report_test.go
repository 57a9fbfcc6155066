package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/auditentry"
	"contactgraph/ent/login"
	"contactgraph/internal/audit"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/people"
	"contactgraph/internal/report"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// fixture has a contact that has everything that a contact can have.
type fixture struct {
	*contacttest.Tenant

	reports *report.Service
	contact *ent.Contact
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := contacttest.New(t)
	a := f.Demo
	x := &fixture{Tenant: a, reports: report.New(f.DB, f.Changes, people.New(f.DB, nil, nil, nil, f.Now), f.Now)}
	note := a.NewProperty(catalog.NewProperty{Name: "Notes", Multiple: true})
	x.contact = a.NewContact(field.Patch{
		field.Email: "ann@example.org", field.PhoneCountryCode: "46", field.Phone: "701749941", field.FirstName: "<b>Ann</b>", field.LastName: "Ek",
		field.PreferredStore: a.StoreIDs[1], field.Company: a.CompanyIDs[2], field.PermissionSource: "web form",
	}, contact.Details{
		Properties:  []contact.PropertyPatch{contacttest.SetProperty(note, "likes tea", "no calls")},
		Logins:      &[]field.Login{{Name: "ann@example.org", Kind: login.KindEmail}},
		ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "A-1"}},
		Membership:  &[]int{a.SegmentIDs[0]},
	})
	return x
}

// permit changes permissions, once by the agent and once by the customer.
func (f *fixture) permit() {
	f.T.Helper()
	contacttest.Must(f.OverwriteFields(f.Agent, f.contact.ID, field.Patch{field.LimitPermanently: true}))
	contacttest.Must(f.OverwriteFields(f.AsCustomer(f.contact), f.contact.ID, field.Patch{field.LimitPermanently: false, field.LastName: "Alm"}))
}

// session stores a session of the contact and n entries of the audit log about what it did.
func (f *fixture) session(n int) {
	f.T.Helper()
	v := viewer.Viewer{
		Account: f.Account, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: f.contact.ID}, Address: netip.MustParseAddr("192.0.2.7"),
	}
	now := f.Now().UTC()
	err := f.DB.Write(viewer.NewSystemContext(f.T.Context(), f.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		for range n {
			if err := audit.Record(ctx, tx.Ent, v, now, audit.Entry{Action: audit.SignedIn}); err != nil {
				return err
			}
		}
		return tx.Ent.Session.Create().SetContactID(f.contact.ID).SetTokenHash([]byte("hash")).SetCreatedAt(now).SetLastUsedAt(now).
			SetExpiresAt(now.Add(time.Hour)).SetAddress("192.0.2.7").SetAgent("Firefox").Exec(ctx)
	})
	if err != nil {
		f.T.Fatal(err)
	}
}

// document is a report as its readers see it.
type document struct {
	report.Head

	Activity []report.Activity `json:"activity"`
	History  []report.Change   `json:"history"`
}

// read reads the report as JSON.
func (f *fixture) read(ctx context.Context) (d document, err error) {
	f.T.Helper()
	r, err := f.reports.Open(ctx, f.contact.ID)
	if err != nil {
		return d, err
	}
	var b bytes.Buffer
	if err := r.Write(ctx, report.NewJSON(&b)); err != nil {
		f.T.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		f.T.Fatalf("%v in %s", err, b.Bytes())
	}
	return d, nil
}

func TestReportHasEverything(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.permit()
	f.session(1)
	d := contacttest.Must(f.read(f.Agent))
	c := d.Contact
	got := []any{
		d.Complete, d.ContactID, *c.Email, *c.PhoneCountryCode, *c.Phone, *c.FirstName, *c.LastName, c.PreferredStore.Name, c.Company.Name,
		*c.LatestPermissionSource, c.RegistrationSource, c.Secret, c.LimitMailsPermanently, c.HasPassword,
		d.Properties[0].Name, d.Properties[0].Values[1].Value, d.Logins, d.ExternalIDs, d.Segments,
		*d.Sessions[0].Browser, *d.Sessions[0].Address, d.Activity[0].Action, *d.Activity[0].Address,
	}
	want := []any{
		true, f.contact.ID, "ann@example.org", "46", "701749941", "<b>Ann</b>", "Alm", "demo 1", "demo 2",
		"web form", "test", f.contact.Secret, false, false,
		"Notes", "no calls", []report.Login{{Name: "ann@example.org", Type: "EMAIL"}}, []report.ExternalID{{System: "crm", Value: "A-1"}},
		[]report.Reference{{ID: f.SegmentIDs[0], Name: "demo 0"}},
		"Firefox", "192.0.2.7", "SIGNED_IN", "192.0.2.7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"UPDATE GRAPHQL CONTACT: limitMailsPermanently true → false",
		"UPDATE GRAPHQL API_KEY: limitMailsPermanently false → true",
		"CREATE GRAPHQL API_KEY: latestPermissionSource <nil> → web form",
	}, linesOf(d.PermissionHistory)); diff != "" {
		t.Errorf("permissions (-want +got)\n%s", diff)
	}
	history := linesOf(d.History)
	if len(d.History) != 3 || !slices.Contains(history, "UPDATE GRAPHQL CONTACT: lastName Ek → Alm") {
		t.Errorf("history: %q", history)
	}
}

// linesOf writes a line for each field of each change.
func linesOf(changes []report.Change) (lines []string) {
	for _, c := range changes {
		for _, f := range c.Fields {
			by := "staff"
			if c.Actor != nil {
				by = c.Actor.Type
			}
			lines = append(lines, fmt.Sprintf("%s %s %s: %s %v → %v", c.Kind, c.Source, by, f.Path, f.Old, f.New))
		}
	}
	return lines
}

func TestReportForReaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.permit()
	f.session(3)
	limited := func(r viewer.Rights) context.Context {
		v, _ := viewer.FromContext(f.Agent)
		v.Rights = r
		return viewer.NewContext(t.Context(), v)
	}
	stranger := f.NewContact(field.Patch{field.LastName: "Berg"})
	for _, tt := range []struct {
		name string
		ctx  context.Context
		code usererror.Code
		see  func(d document) bool
	}{
		{"an admin", f.Admin, "", func(d document) bool { return d.Complete && len(d.Sessions) == 1 && len(d.Activity) == 3 }},
		{"the customer, without who changed it", f.AsCustomer(f.contact), "", func(d document) bool {
			return d.Complete && len(d.Sessions) == 1 && len(d.Segments) == 1 && d.History[1].Actor == nil && d.History[0].Actor.Type == "CONTACT"
		}},
		{"another customer", f.AsCustomer(stranger), usererror.Forbidden, nil},
		{"another account", f.Other.Admin, usererror.NotFound, nil},
		{"a key of its segment", f.AsSegmentKey(9), "", func(d document) bool { return d.Complete }},
		{"a role that hides the email", limited(viewer.NewRights(viewer.Write, map[string]viewer.Access{field.Email.Path: viewer.None})), "", func(d document) bool {
			text := string(contacttest.Must(json.Marshal(d)))
			return !d.Complete && !strings.Contains(text, `"email":"ann`) && *d.Contact.LastName == "Alm" && d.Sessions != nil && len(d.Sessions) == 0 && len(d.Activity) == 0
		}},
		{"a role that reads only names", limited(viewer.NewRights(viewer.None, map[string]viewer.Access{field.FirstName.Path: viewer.Read, field.LastName.Path: viewer.Read})), "", func(d document) bool {
			text := string(contacttest.Must(json.Marshal(d)))
			return !strings.Contains(text, "ann@example.org") && !strings.Contains(text, "demo 1") && !strings.Contains(text, "likes tea") && !strings.Contains(text, "web form")
		}},
		{"a role that reads everything", limited(viewer.NewRights(viewer.Read, nil)), "", func(d document) bool { return d.Complete && len(d.Sessions) == 1 }},
	} {
		d, err := f.read(tt.ctx)
		var errs usererror.Errors
		if tt.code != "" {
			if !errors.As(err, &errs) || errs[0].Code != tt.code {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.code)
			}
			continue
		}
		if err != nil || !tt.see(d) {
			t.Errorf("%s: %v, %+v", tt.name, err, d)
		}
	}
	outside := f.NewContact(nil)
	if _, err := f.reports.Open(f.AsSegmentKey(9), outside.ID); err == nil {
		t.Error("a key of a segment read a report on a contact outside it")
	}
	recorded := f.DB.Client().AuditEntry.Query().Where(auditentry.Action(string(audit.PersonalDataReported)), auditentry.SubjectID(f.contact.ID)).CountX(f.Admin)
	if recorded != 6 {
		t.Errorf("%d reports are recorded, want 6", recorded)
	}
}

func TestReportOfDeletedContacts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	contacttest.Must(f.Delete(f.Agent, contact.Delete{ID: f.contact.ID, Lock: contacttest.Overwrite}))
	d := contacttest.Must(f.read(f.Agent))
	if d.Contact != nil || len(d.History) != 2 || d.Logins == nil || len(d.PermissionHistory) == 0 {
		t.Errorf("deleted: %+v", d)
	}
	contacttest.Must(f.Erase(f.Admin, f.contact.ID))
	if _, err := f.read(f.Agent); err == nil {
		t.Error("there is a report on an erased contact")
	}
}

func TestLongReports(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const changes, activities = 230, 2*people.MaxExportPage + 3
	for i := range changes {
		contacttest.Must(f.OverwriteFields(f.Agent, f.contact.ID, field.Patch{field.FirstName: fmt.Sprint("name ", i)}))
	}
	f.session(activities)
	d := contacttest.Must(f.read(f.Agent))
	if len(d.History) != changes+1 || len(d.Activity) != activities {
		t.Errorf("%d changes and %d activities", len(d.History), len(d.Activity))
	}
	seen := map[string]bool{}
	for _, c := range d.History {
		seen[c.Version] = true
	}
	if len(seen) != changes+1 {
		t.Errorf("%d different versions", len(seen))
	}
	var page bytes.Buffer
	r := contacttest.Must(f.reports.Open(f.Agent, f.contact.ID))
	if err := r.Write(f.Agent, report.NewHTML(&page)); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(page.String(), "<td>Signed in</td>"); n != activities {
		t.Errorf("the page has %d activities", n)
	}
	if n := strings.Count(page.String(), "<td>first name</td>"); n != changes+1 {
		t.Errorf("the page has %d changes", n)
	}
	if strings.Count(page.String(), "<table>") != strings.Count(page.String(), "</table>") {
		t.Error("the page has a table that does not end")
	}
}

func TestPageEscapes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var page bytes.Buffer
	r := contacttest.Must(f.reports.Open(f.Agent, f.contact.ID))
	if err := r.Write(f.Agent, report.NewHTML(&page)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<b>") || !strings.Contains(page.String(), "&lt;b&gt;Ann&lt;/b&gt;") {
		t.Error("a name is not escaped")
	}
	if strings.Contains(page.String(), "ZgotmplZ") {
		t.Error("the template refused a value")
	}
	for _, want := range []string{"demo 1 (", "likes tea", "crm: A-1", "web form", "</html>"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not have %q", want)
		}
	}
}
