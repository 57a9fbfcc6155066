package job_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/auditentry"
	"contactgraph/ent/job"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/importfile"
	jobs "contactgraph/internal/job"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// imported uploads a file and returns the import when it is planned.
func (f *fixture) imported(ctx context.Context, n jobs.NewImport, text string) *ent.Job {
	f.T.Helper()
	created := contacttest.Must(f.jobs.CreateImport(ctx, n))
	contacttest.Must(f.jobs.Upload(ctx, created.ID, 0, strings.NewReader(text)))
	contacttest.Must(f.jobs.Plan(ctx, created.ID, nil))
	return f.await(created.ID, job.StatePLANNED, job.StateAPPLIED, job.StateFAILED)
}

// apply applies an import that is planned.
func (f *fixture) apply(id int) *ent.Job {
	f.T.Helper()
	contacttest.Must(f.jobs.Apply(f.Admin, id))
	return f.await(id, job.StateAPPLIED)
}

func (f *fixture) wantItems(id int, want ...string) {
	f.T.Helper()
	if diff := cmp.Diff(want, f.items(id)); diff != "" {
		f.T.Errorf("the items (-want +got)\n%s", diff)
	}
}

// TestImport: a file is planned without a write, applied, and reverted.
func TestImport(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	old := f.NewContact(field.Patch{field.Email: "old@example.com", field.LastName: "Berg"})
	same := f.NewContact(field.Patch{field.Email: "same@example.com", field.FirstName: "Sam"})
	row := f.imported(f.Admin, jobs.NewImport{}, `First Name,Last Name,Email,Phone,Permanently
Nora,Vogel,nora@example.com,+49 170 1234567,
Old,,OLD@example.com,,
Sam,,same@example.com,,
Nora,Again,Nora@Example.com,,
`+strings.Repeat("x", 300)+`,,long@example.com,,
,,,,
`)
	f.wantItems(row.ID, "CREATE", "UPDATE", "SAME", "DUPLICATE DUPLICATE", "INVALID TOO_LONG firstName")
	want := map[string]int{"ITEMS": 5, "CREATE": 1, "UPDATE": 1, "SAME": 1, "DUPLICATE": 1, "INVALID": 1, "READ_KIB": 0}
	if diff := cmp.Diff(want, row.Counts); diff != "" {
		t.Errorf("the plan (-want +got)\n%s", diff)
	}
	items, _, err := f.jobs.Items(f.Admin, row.ID, jobs.ItemFilter{}, 0, 10)
	if err != nil || items[0].Changes[0].Path != "email" || items[0].Changes[0].New != "nora@example.com" {
		t.Errorf("the plan has %v, %v", items[0].Changes, err)
	}
	if got := items[1].Changes; len(got) != 2 || got[0].Old != "old@example.com" && got[1].Old != "old@example.com" {
		t.Errorf("the update has %v", got)
	}
	if errs := contacttest.Must(jobs.ErrorsOf(items[4])); errs[0].Column != "First Name" || !strings.HasPrefix(errs[0].Value, "xxx") {
		t.Errorf("the invalid row has %v", errs)
	}
	if n := f.DB.Client().Contact.Query().CountX(f.Admin); n != 2 {
		t.Errorf("the plan has written: %d contacts", n)
	}

	f.apply(row.ID)
	f.wantItems(row.ID, "CREATE APPLIED", "UPDATE APPLIED", "SAME", "DUPLICATE DUPLICATE", "INVALID TOO_LONG firstName")
	items, _, _ = f.jobs.Items(f.Admin, row.ID, jobs.ItemFilter{}, 0, 1)
	created := f.MustGet(*items[0].ContactID)
	if *created.FirstName != "Nora" || *created.PhoneCountryCode != "49" || *f.MustGet(old.ID).LastName != "Berg" || *f.MustGet(old.ID).FirstName != "Old" {
		t.Errorf("applied: %v", created)
	}
	if last := f.MustHistory(f.Admin, created.ID, 1)[0]; last.Source != "IMPORT" || *last.JobID != row.ID {
		t.Errorf("the change log has %v", last)
	}
	if items[0].Content != nil {
		t.Error("what was applied is still stored in the job")
	}

	contacttest.Must(f.OverwriteFields(f.Agent, old.ID, field.Patch{field.FirstName: "Older"}))
	contacttest.Must(f.jobs.Revert(f.Admin, row.ID))
	f.await(row.ID, job.StateREVERTED)
	f.wantItems(row.ID, "CREATE REVERTED", "UPDATE KEPT VERSION_CONFLICT firstName", "SAME", "DUPLICATE DUPLICATE", "INVALID TOO_LONG firstName")
	if n := f.DB.Client().Contact.Query().CountX(f.Admin); n != 2 || f.MustGet(same.ID).Version != same.Version {
		t.Errorf("after the revert: %d contacts", n)
	}
}

// TestImportIsPlannedAgain: a wrong mapping is replaced before the import is applied.
func TestImportIsPlannedAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	mapping := func(first, last string) *importfile.Mapping {
		return contacttest.Must(jobs.ParseMapping(fmt.Appendf(nil, `{"columns": [{"column": "Mail", "to": "email"}, {"column": "A", "to": %q}, {"column": "B", "to": %q}]}`, first, last)))
	}
	row := f.imported(f.Admin, jobs.NewImport{Import: jobs.Import{Mapping: mapping("lastName", "company")}}, "Mail,A,B\nnora@example.com,Nora,Berg\nnora@example.com,Nora,Berg\n")
	f.wantItems(row.ID, "INVALID COMPANY_NOT_FOUND companyId", "INVALID COMPANY_NOT_FOUND companyId")
	contacttest.Must(f.jobs.Plan(f.Admin, row.ID, mapping("firstName", "lastName")))
	row = f.await(row.ID, job.StatePLANNED)
	f.wantItems(row.ID, "CREATE", "DUPLICATE DUPLICATE")
	if row.Counts["ITEMS"] != 2 || row.Counts["INVALID"] != 0 {
		t.Errorf("the counts are %v", row.Counts)
	}
	f.WantErrors("by an agent", func() error { _, err := f.jobs.Plan(f.Agent, row.ID, nil); return err }, "FORBIDDEN")
	f.apply(row.ID)
	items, _, _ := f.jobs.Items(f.Admin, row.ID, jobs.ItemFilter{}, 0, 1)
	if got := f.MustGet(*items[0].ContactID); *got.FirstName != "Nora" || *got.LastName != "Berg" {
		t.Errorf("created %v", got)
	}
	f.WantErrors("applied", func() error { _, err := f.jobs.Plan(f.Admin, row.ID, nil); return err }, "INVALID id")
}

// TestImportErrorsAreHidden: what is wrong with a field is shown to those who may read it.
func TestImportErrorsAreHidden(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	row := f.imported(f.Admin, jobs.NewImport{}, "Email,Company\nnora@example.com,Secret Ltd\n"+strings.Repeat("x", 400)+"@example.com,\n")
	limited := func(hidden ...string) context.Context {
		levels := map[string]viewer.Access{}
		for _, path := range hidden {
			levels[path] = viewer.None
		}
		return viewer.NewContext(t.Context(), viewer.Viewer{Account: f.Account, Role: viewer.Agent, Rights: viewer.NewRights(viewer.Write, levels)})
	}
	for name, tt := range map[string]struct {
		ctx            context.Context
		company, email bool
	}{
		"an admin":            {f.Admin, true, true},
		"without the company": {limited(field.Company.Path), false, true},
		"without the email":   {limited(field.Email.Path), true, false},
	} {
		items, _, err := f.jobs.Items(tt.ctx, row.ID, jobs.ItemFilter{}, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for i, shown := range []bool{tt.company, tt.email} {
			e := contacttest.Must(jobs.ErrorsOf(items[i]))[0]
			if e.Code == "" || shown != (e.Value != "" && e.Message != "Your role may not read this.") {
				t.Errorf("%s: row %d: %+v, shown: %t", name, i+1, e, shown)
			}
		}
	}
}

// TestImportOfNUL: PostgreSQL cannot store the character.
func TestImportOfNUL(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	row := f.imported(f.Admin, jobs.NewImport{}, "Email,First Name\nnora@example.com,No\x00ra\nmax@example.com,Max\n")
	if row.Counts["INVALID"] != 1 || row.Counts["CREATE"] != 1 {
		t.Errorf("the plan has %v: %s", row.Counts, failureOf(row))
	}
	n := jobs.NewImport{Import: jobs.Import{FileName: "a\x00b"}}
	f.WantErrors("a name", func() error { _, err := f.jobs.CreateImport(f.Admin, n); return err }, "INVALID")
	b := jobs.Bulk{Filter: &query.Filter{Name: new("a\x00b")}}
	f.WantErrors("a filter", func() error { _, err := f.jobs.Delete(f.Admin, b); return err }, "INVALID")
}

// TestImportErrorFile: rows that failed are written as they were; corrected, they finish the job.
func TestImportErrorFile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	row := f.imported(f.Admin, jobs.NewImport{}, "Email;First Name\nnora@example.com;Nora\nmax@example;"+strings.Repeat("y", 300)+"\nida@example.com;Ida\n")
	taken := f.NewContact(field.Patch{field.Email: "ida@example.com"})
	f.apply(row.ID)
	f.wantItems(row.ID, "CREATE APPLIED", "INVALID TOO_LONG firstName", "CREATE CONFLICT EMAIL_TAKEN email")
	var file strings.Builder
	if err := f.jobs.WriteErrors(f.Admin, row.ID, &file); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimPrefix(file.String(), "\ufeff"), "\n")
	if len(lines) != 4 || lines[0] != "importError;importErrorColumn;Email;First Name" || !strings.HasSuffix(lines[1], ";First Name;max@example;"+strings.Repeat("y", 300)) ||
		lines[2] != "Another contact has this email address.;Email;ida@example.com;Ida" {
		t.Fatalf("the file is %q", lines)
	}
	corrected := strings.ReplaceAll(file.String(), strings.Repeat("y", 300), "Max")
	again := f.imported(f.Admin, jobs.NewImport{ApplyNow: true}, corrected)
	again = f.await(again.ID, job.StateAPPLIED)
	f.wantItems(again.ID, "CREATE APPLIED", "UPDATE APPLIED")
	if got := f.MustGet(taken.ID); *got.FirstName != "Ida" {
		t.Errorf("the contact is %v", got)
	}
}

// TestImportKeeps: admins keep ids, secrets, the registration and hashes of passwords.
func TestImportKeeps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	const text = `{"contactId":4711,"secret":"secret-of-the-shop","registrationDateTime":"2020-01-02T03:04:05Z","registrationSource":"old shop","passwordHash":"hash of x","email":"nora@example.com"}
{"contactId":4712,"passwordHash":"plain","email":"max@example.com"}
{"contactId":4711,"email":"other@example.com"}
`
	n := jobs.NewImport{ApplyNow: true, Import: jobs.Import{KeepIDs: true}}
	f.WantErrors("an agent", func() error { _, err := f.jobs.CreateImport(f.Agent, n); return err }, "FORBIDDEN")
	row := f.await(f.imported(f.Admin, n, text).ID, job.StateAPPLIED)
	f.wantItems(row.ID, "CREATE APPLIED", "INVALID INVALID passwordHash", "DUPLICATE DUPLICATE")
	got := f.MustGet(4711)
	if got.Secret != "secret-of-the-shop" || got.RegisteredAt.Year() != 2020 || got.RegistrationSource != "old shop" || *got.PasswordHash != "hash of x" {
		t.Errorf("kept %v", got)
	}
	row = f.await(f.imported(f.Admin, jobs.NewImport{ApplyNow: true}, strings.ReplaceAll(text, "example.com", "example.org")).ID, job.StateAPPLIED)
	f.wantItems(row.ID, "CREATE APPLIED", "CREATE APPLIED", "CREATE APPLIED")
	row = f.await(f.imported(f.Admin, n, `{"contactId":4711,"firstName":"Nora"}`).ID, job.StateAPPLIED)
	f.wantItems(row.ID, "UPDATE APPLIED")
}

// TestImportReferences: what the account does not have is an error, created or ignored; an import
// of another program adds to lists.
func TestImportReferences(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	c := f.NewContact(field.Patch{field.Email: "nora@example.com"}, contact.Details{
		Membership: &[]int{f.SegmentIDs[0]}, Logins: &[]field.Login{{Name: "nora", Kind: login.KindBlank}},
	})
	const text = "E-Mail,Company,Groups,Logins\nnora@example.com,Acme,New;demo 1,nora.v\nmax@example.com,Acme,,\n"
	mapping := func(missing string) jobs.Import {
		m := contacttest.Must(jobs.ParseMapping(fmt.Appendf(nil, `{"missing": %q, "segments": ["demo 2"], "columns": [{"column": "E-Mail", "to": "email"},
			{"column": "Company", "to": "company"}, {"column": "Groups", "to": "segments", "split": ";"}, {"column": "Logins", "to": "logins"}]}`, missing)))
		return jobs.Import{Mapping: m}
	}
	row := f.imported(f.Admin, jobs.NewImport{Import: mapping("error")}, text)
	f.wantItems(row.ID, "INVALID COMPANY_NOT_FOUND companyId SEGMENT_NOT_FOUND membership", "INVALID COMPANY_NOT_FOUND companyId")
	row = f.imported(f.Admin, jobs.NewImport{Import: mapping("create")}, text)
	f.wantItems(row.ID, "UPDATE", "CREATE")
	if n := f.DB.Client().Company.Query().CountX(f.Admin); n != len(f.CompanyIDs) {
		t.Errorf("the plan has created %d companies", n-len(f.CompanyIDs))
	}
	f.apply(row.ID)
	f.wantItems(row.ID, "UPDATE APPLIED", "CREATE APPLIED")
	got := f.MustGet(c.ID)
	if name := f.DB.Client().Company.GetX(f.Admin, *got.CompanyID).Name; name != "Acme" {
		t.Errorf("the company is %q", name)
	}
	if n := f.DB.Client().Membership.Query().Where(membership.ContactID(c.ID)).CountX(f.Admin); n != 4 {
		t.Errorf("the contact is in %d segments", n)
	}
	if n := f.DB.Client().Login.Query().Where(login.ContactID(c.ID)).CountX(f.Admin); n != 2 {
		t.Errorf("the contact has %d logins", n)
	}
}

// TestImportOfBrokenFiles: the reason and the line are in the job.
func TestImportOfBrokenFiles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	for name, tt := range map[string]struct{ text, failure string }{
		"empty":        {"", "The file is empty."},
		"an archive":   {"PK\x03\x04....", "The file is a workbook or an archive: save it as CSV, JSON or vCard."},
		"cut off":      {"[{\"Id\": 1},\n{\"Id\": 2", "Line 1: the file ends within this object or array."},
		"many columns": {strings.Repeat("a,", 3000) + "\n", "3001 columns"},
		"a long cell":  {"Name,Email\n\"" + strings.Repeat("x,\n", 3<<20), "is a quotation mark missing"},
	} {
		row := f.imported(f.Admin, jobs.NewImport{}, tt.text)
		if row.State != job.StateFAILED || !strings.Contains(failureOf(row), tt.failure) {
			t.Errorf("%s: %s %v %v", name, row.State, row.Counts, failureOf(row))
		}
	}
}

// TestUploadContinues: a file that was sent in part is continued at its end only.
func TestUploadContinues(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	text := "Email\n"
	for i := range 21 {
		text += fmt.Sprintf("nora%d@example.com\n", i)
	}
	created := contacttest.Must(f.jobs.CreateImport(f.Admin, jobs.NewImport{}))
	size := contacttest.Must(f.jobs.Upload(f.Admin, created.ID, 0, strings.NewReader(text[:100])))
	f.WantErrors("another offset", func() error { _, err := f.jobs.Upload(f.Admin, created.ID, 0, strings.NewReader(text)); return err }, "INVALID offset")
	contacttest.Must(f.jobs.Upload(f.Admin, created.ID, size, strings.NewReader(text[100:])))
	contacttest.Must(f.jobs.Plan(f.Admin, created.ID, nil))
	if row := f.await(created.ID, job.StatePLANNED); row.Counts["CREATE"] != 21 || row.Size != int64(len(text)) {
		t.Errorf("planned %v", row.Counts)
	}
}

func failureOf(row *ent.Job) string {
	if row.Failure == nil {
		return ""
	}
	return *row.Failure
}

// TestWhoMayImport: admins, and agents if the account allows it, but only with what they may write.
func TestWhoMayImport(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.NewContact(field.Patch{field.Email: "nora@example.com"})
	try := func(ctx context.Context, n jobs.NewImport) func() error {
		return func() error { _, err := f.jobs.CreateImport(ctx, n); return err }
	}
	f.WantErrors("an agent", try(f.Agent, jobs.NewImport{}), "FORBIDDEN")
	f.allowAgents()
	if err := try(f.Agent, jobs.NewImport{})(); err != nil {
		t.Errorf("an agent, if the account allows it: %v", err)
	}
	f.WantErrors("a customer", try(f.AsCustomer(c), jobs.NewImport{}), "FORBIDDEN")
	f.WantErrors("a key of a segment", try(f.AsSegmentKey(f.SegmentIDs[0]), jobs.NewImport{}), "FORBIDDEN")
	f.WantErrors("ids", try(f.Agent, jobs.NewImport{Import: jobs.Import{KeepIDs: true}}), "FORBIDDEN keepIds")
	create := jobs.Import{Mapping: &importfile.Mapping{Missing: importfile.MissingCreate}}
	f.WantErrors("companies", try(f.Agent, jobs.NewImport{Import: create}), "FORBIDDEN mapping")
	hidden := viewer.NewRights(viewer.Write, map[string]viewer.Access{field.Email.Path: viewer.None})
	limited := viewer.NewContext(t.Context(), viewer.Viewer{Account: f.Account, Role: viewer.Agent, Rights: hidden})
	f.WantErrors("a key that the role hides", try(limited, jobs.NewImport{Import: jobs.Import{Match: []string{"email"}}}), "FORBIDDEN match")
	row := contacttest.Must(f.jobs.CreateImport(limited, jobs.NewImport{}))
	if i := contacttest.Must(jobs.FileOf(row)); slices.Contains(i.Match, "email") {
		t.Errorf("contacts are found by %q", i.Match)
	}
	entry := f.DB.Client().AuditEntry.Query().Where(auditentry.AccountID(f.Account)).FirstX(f.Admin)
	if entry.Action != "JOB_CREATED" || *entry.SubjectName != "IMPORT" {
		t.Errorf("the audit log has %v", entry)
	}
}

// allowAgents lets agents import.
func (f *fixture) allowAgents() {
	f.T.Helper()
	err := f.DB.Write(viewer.NewSystemContext(f.T.Context(), f.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Account.Update().Where(account.ID(f.Account)).SetSettings(settings.Account{AgentsMayTransfer: true}).Exec(ctx)
	})
	if err != nil {
		f.T.Fatal(err)
	}
}
