package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"contactgraph/ent/account"
	"contactgraph/ent/auditentry"
	"contactgraph/internal/audit"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/export"
	"contactgraph/internal/interchange"
	"contactgraph/internal/settings"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// allowAgents lets agents export.
func (f *fixture) allowAgents() {
	f.T.Helper()
	err := f.DB.Write(viewer.NewSystemContext(f.T.Context(), f.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Account.Update().Where(account.ID(f.Account)).SetSettings(settings.Account{AgentsMayTransfer: true}).Exec(ctx)
	})
	if err != nil {
		f.T.Fatal(err)
	}
}

// export returns the header and the contacts of an export.
func (f *fixture) export(ctx context.Context, r export.Request) (*interchange.Header, []*interchange.Record, error) {
	f.T.Helper()
	r.Format = interchange.NDJSON
	e, err := f.exports.Begin(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	var all []*interchange.Record
	for more := true; more; {
		var part []*interchange.Record
		if part, more, err = e.Next(ctx); err != nil {
			return nil, nil, err
		}
		all = append(all, part...)
	}
	return &e.Header, all, nil
}

func idsOf(records []*interchange.Record) (ids []int) {
	for _, r := range records {
		ids = append(ids, r.ContactID)
	}
	return ids
}

func TestWhoMayExport(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	c := f.NewContact(field.Patch{field.Email: "ann@example.com"}, contact.Details{Membership: &[]int{f.SegmentIDs[0]}})
	f.NewContact(nil)
	f.Other.NewContact(nil)
	all := export.Request{}
	try := func(ctx context.Context) func() error {
		return func() error { _, _, err := f.export(ctx, all); return err }
	}
	f.WantErrors("an agent", try(f.Agent), "FORBIDDEN")
	f.WantErrors("a key of a segment", try(f.AsSegmentKey(9)), "FORBIDDEN")
	f.WantErrors("a customer", try(f.AsCustomer(c)), "FORBIDDEN")
	if n := f.DB.Client().AuditEntry.Query().CountX(f.Admin); n != 0 {
		t.Errorf("%d rejected exports were recorded", n)
	}
	f.allowAgents()
	f.WantErrors("a customer, if agents may", try(f.AsCustomer(c)), "FORBIDDEN")
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		want   []int
		hidden []string
	}{
		{"an admin", f.Admin, []int{1, 2}, nil},
		{"an agent, if the account allows it", f.Agent, []int{1, 2}, []string{"secret"}},
		{"a key of a segment", f.AsSegmentKey(9), []int{1}, []string{"secret"}},
		{"the server", viewer.NewSystemContext(t.Context(), f.Account), []int{1, 2}, nil},
	} {
		h, got, err := f.export(tt.ctx, all)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, idsOf(got)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.hidden, h.Hidden); diff != "" {
			t.Errorf("%s: hidden columns (-want +got)\n%s", tt.name, diff)
		}
		if (got[0].Secret == "") != (tt.hidden != nil) {
			t.Errorf("%s: the secret is %q", tt.name, got[0].Secret)
		}
	}
}

// TestRightsOfARole checks that what a role hides is neither in the contacts nor in the
// definitions.
func TestRightsOfARole(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.allowAgents()
	f.NewContact(field.Patch{field.Email: "ann@example.com", field.Phone: "+46701740605", field.Company: f.CompanyIDs[0]},
		contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(f.properties[0], "canary")}})
	limited := viewer.NewRights(viewer.Read, map[string]viewer.Access{
		field.Email.Path: viewer.None, field.Company.Path: viewer.None, field.PropertyPath(f.properties[0]): viewer.None,
	})
	as := func(rights viewer.Rights) context.Context {
		return viewer.NewContext(t.Context(), viewer.Viewer{Account: f.Account, Role: viewer.Agent, Rights: rights})
	}
	e := contacttest.Must(f.exports.Begin(as(limited), export.Request{}))
	var out bytes.Buffer
	file := contacttest.Must(e.NewFile(&out, interchange.NDJSON))
	contacttest.Must(file.Write(as(limited)))
	if text := out.String(); strings.Contains(text, "ann@") || strings.Contains(text, "canary") || strings.Contains(text, `"companies"`) || !strings.Contains(text, "+4670") {
		t.Errorf("the file has what the role hides:\n%s", text)
	}
	if diff := cmp.Diff([]string{"secret", "email", "company", "properties.tags"}, e.Header.Hidden); diff != "" {
		t.Errorf("hidden columns (-want +got)\n%s", diff)
	}
	filtered := func() error {
		_, _, err := f.export(as(limited), export.Request{Filter: query.Filter{Email: new("ann@example.com")}})
		return err
	}
	f.WantErrors("a filter by what it may not read", filtered, "FORBIDDEN")
	f.WantErrors("only what it may not read", func() error {
		_, _, err := f.export(as(limited), export.Request{Columns: []string{"email"}})
		return err
	}, "FORBIDDEN")
	e = contacttest.Must(f.exports.Begin(f.Agent, export.Request{}))
	f.WantErrors("rights that changed meanwhile", func() error { _, _, err := e.Next(as(limited)); return err }, "FORBIDDEN")
}

func TestColumnsAndFilter(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.NewContact(field.Patch{field.FirstName: "Ann"}, contact.Details{Membership: &[]int{f.SegmentIDs[0]}})
	f.NewContact(field.Patch{field.FirstName: "Bo"})
	sent := []byte(`{"search": "an"}`)
	h, got, err := f.export(f.Admin, export.Request{
		Columns: []string{"firstName", "contactId", "segments"}, Filter: contacttest.Must(export.ParseFilter(sent)), Sent: sent,
	})
	want := []*interchange.Record{{
		ContactID: 1, Set: field.Patch{field.FirstName: "Ann"}, Segments: &[]interchange.Reference{{ID: f.SegmentIDs[0], Name: "demo 0"}},
	}}
	if err != nil || string(interchange.AppendLine(nil, got[0])) != string(interchange.AppendLine(nil, want[0])) || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	if string(h.Filter) != string(sent) || h.Stores != nil || len(h.Segments) != 3 || len(h.Properties) != 1 || *h.Properties[0].Bound != "FIRST_NAME" {
		t.Errorf("the header is %+v", h)
	}
	entry := f.DB.Client().AuditEntry.Query().Where(auditentry.AccountID(f.Account)).OnlyX(f.Admin)
	details, err := json.Marshal(entry.Details)
	if entry.Action != string(audit.ContactsExported) || err != nil ||
		string(details) != `{"columns":["firstName","contactId","segments"],"contacts":1,"filter":["search"],"format":"ndjson"}` {
		t.Errorf("recorded as %s %s", entry.Action, details)
	}
	h, _, err = f.export(f.Admin, export.Request{Columns: []string{"companyId", field.PropertyPath(f.properties[0]), "membership"}})
	if diff := cmp.Diff([]string{"company", "properties.tags", "segments"}, h.Columns); err != nil || diff != "" {
		t.Errorf("columns by the paths of the change log: %v (-want +got)\n%s", err, diff)
	}
	for _, columns := range [][]string{{"nickname"}, {"properties.Given"}, {"properties.99"}, {"passwordHash"}, {"email", "email"}, {"company", "companyId"}} {
		if _, _, err := f.export(f.Admin, export.Request{Columns: columns}); !errors.Is(err, usererror.ErrArguments) {
			t.Errorf("%q: %v", columns, err)
		}
	}
	for _, text := range []string{`[]`, `{"nickname": "x"}`, `{"search": 1}`, `{} {}`, `{"modifiedSince": "today"}`, `{"storeId": 1.5}`, `{"name": "` + "\xff" + `"}`} {
		if f, err := export.ParseFilter([]byte(text)); !errors.Is(err, usererror.ErrArguments) {
			t.Errorf("%s: %+v, %v", text, f, err)
		}
	}
}

// TestErasedAndCutOff checks that an erased contact is left out, and that an export fails if the
// change log no longer has what it needs.
func TestErasedAndCutOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	first := f.NewContact(field.Patch{field.FirstName: "Ann"})
	second := f.NewContact(field.Patch{field.FirstName: "Bo"})
	e := contacttest.Must(f.exports.Begin(f.Admin, export.Request{}))
	contacttest.Must(f.Erase(f.Admin, first.ID))
	contacttest.Must(f.Delete(f.Agent, contact.Delete{ID: second.ID, Lock: contacttest.Overwrite}))
	got, more, err := e.Next(f.Admin)
	if err != nil || more || len(got) != 1 || got[0].ContactID != second.ID || got[0].Set[field.FirstName] != "Bo" {
		t.Errorf("got %v, %v, %v", got, more, err)
	}
	third := f.NewContact(field.Patch{field.FirstName: "Cy"})
	e = contacttest.Must(f.exports.Begin(f.Admin, export.Request{}))
	contacttest.Must(f.OverwriteFields(f.Agent, third.ID, field.Patch{field.FirstName: "Di"}))
	raw := f.DB.Raw()
	defer raw.Close()
	if _, err := raw.ExecContext(t.Context(), "DELETE FROM changes"); err != nil {
		t.Fatal(err)
	}
	if got, _, err := e.Next(f.Admin); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("without the log: got %v, %v", got, err)
	}
}
