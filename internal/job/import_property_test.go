package job_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/ent/change"
	"contactgraph/ent/job"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/export"
	"contactgraph/internal/interchange"
	jobs "contactgraph/internal/job"

	"github.com/google/go-cmp/cmp"
)

// exported returns what an export has of each contact, without the header and what an import does
// not keep.
func (f *fixture) exported(format interchange.Format) (whole string, contacts []string) {
	f.T.Helper()
	s := export.New(f.DB, f.Queries, f.Changes, f.Now)
	e := contacttest.Must(s.Begin(f.Admin, export.Request{Format: format}))
	var out bytes.Buffer
	file := contacttest.Must(e.NewFile(&out, format))
	for more := true; more; {
		more = contacttest.Must(file.Write(f.Admin))
	}
	whole = out.String()
	e = contacttest.Must(s.Begin(f.Admin, export.Request{Format: interchange.NDJSON}))
	for more := true; more; {
		records, next, err := e.Next(f.Admin)
		if err != nil {
			f.T.Fatal(err)
		}
		for _, r := range records {
			r.Version, r.LastModified = 0, time.Time{}
			contacts = append(contacts, string(interchange.AppendLine(nil, r)))
		}
		more = next
	}
	return whole, contacts
}

// TestImportOfAnExportIsTheIdentity: an export that is imported into an empty account has the same
// contacts again.
func TestImportOfAnExportIsTheIdentity(t *testing.T) {
	t.Parallel()
	define := func(f *fixture) (tags, day int) {
		tags = f.NewProperty(catalog.NewProperty{Name: "Tags", APIName: new("tags"), Kind: property.KindText, Multiple: true})
		return tags, f.NewProperty(catalog.NewProperty{Name: "Day", Kind: property.KindDate, ReadOnly: true})
	}
	f := newFixture(t)
	tags, day := define(f)
	for i := range 40 {
		set := field.Patch{field.Email: fmt.Sprintf("nora+%d@example.com", i), field.FirstName: "=Nora\n\"x\", y;z'", field.LimitPermanently: i%2 == 0}
		d := contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(tags, "a", fmt.Sprint("b", i))}}
		if i%3 == 0 {
			set[field.Phone], set[field.Company], set[field.PreferredStore] = fmt.Sprintf("0170 %d", 100000+i), f.CompanyIDs[0], f.StoreIDs[i%2]
			d.Membership, d.Logins = &f.SegmentIDs, &[]field.Login{{Name: fmt.Sprint("nora", i), Kind: login.KindBlank}}
			d.ExternalIDs = &[]field.ExternalID{{System: "shop", Value: fmt.Sprint(i)}, {System: "web", Value: fmt.Sprint("=x;y", i)}}
			d.Properties = append(d.Properties, contacttest.SetProperty(day, "2024-02-29"))
		}
		c := contact.Create{Set: set, Details: d, RegistrationSource: fmt.Sprint("source ", i), RegisteredAt: time.Date(2001, 2, 3, 4, 5, i, 678_000, time.UTC)}
		if i%5 == 0 {
			c.RegistrationStore, c.RegistrationIP = &f.StoreIDs[1], "2001:db8::1"
		}
		contacttest.Must(f.Create(f.Admin, c))
	}
	for _, format := range []interchange.Format{interchange.NDJSON, interchange.CSV} {
		file, want := f.exported(format)
		to := newFixture(t)
		define(to)
		to.serve(to.jobs)
		row := to.await(to.imported(to.Admin, jobs.NewImport{ApplyNow: true, Import: jobs.Import{KeepIDs: true}}, file).ID, job.StateAPPLIED)
		if row.Counts["APPLIED"] != 40 {
			t.Errorf("%s: %v %v", format, row.Counts, to.items(row.ID)[:2])
		}
		_, got := to.exported(format)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-exported +imported and exported)\n%s", format, diff)
		}
		again := to.imported(to.Admin, jobs.NewImport{Import: jobs.Import{KeepIDs: true}}, file)
		if again.Counts["SAME"] != 40 {
			t.Errorf("%s, again: %v", format, again.Counts)
		}
	}
}

// list returns a file of n contacts, of which every seventh is repeated.
func list(n int) string {
	var b strings.Builder
	b.WriteString("First Name,Email\n")
	for i := range n {
		fmt.Fprintf(&b, "Nora,nora%d@example.com\n", i-i%7/6)
	}
	return b.String()
}

// TestImportTakeover: processes die while they plan and apply an import. The next one continues,
// and each row is written once.
func TestImportTakeover(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	created := contacttest.Must(f.jobs.CreateImport(f.Admin, jobs.NewImport{}))
	contacttest.Must(f.jobs.Upload(f.Admin, created.ID, 0, strings.NewReader(list(700))))
	contacttest.Must(f.jobs.Plan(f.Admin, created.ID, nil))
	var skew time.Duration
	dieTwice := func(until job.State) {
		t.Helper()
		for _, writes := range []int64{4, 5} {
			m := &mortal{DB: f.DB, died: make(chan struct{})}
			m.left.Store(writes)
			skew += time.Minute // its lease is over
			stop := f.serve(f.process(m, func() time.Time { return time.Now().Add(skew) }))
			<-m.died
			stop()
		}
		skew += time.Minute
		stop := f.serve(f.process(f.DB, func() time.Time { return time.Now().Add(skew) }))
		f.await(created.ID, until)
		stop()
	}
	dieTwice(job.StatePLANNED)
	wantCount(t, f, created.ID, "ITEMS", 700)
	wantCount(t, f, created.ID, "CREATE", 600)
	wantCount(t, f, created.ID, "DUPLICATE", 100)
	if n := len(f.items(created.ID)); n != 700 {
		t.Errorf("%d items", n)
	}
	contacttest.Must(f.jobs.Apply(f.Admin, created.ID))
	dieTwice(job.StateAPPLIED)
	wantCount(t, f, created.ID, "APPLIED", 600)
	if n, changes := f.DB.Client().Contact.Query().CountX(f.Admin), f.DB.Client().Change.Query().Where(change.AccountID(f.Account)).CountX(f.Admin); n != 600 || changes != 600 {
		t.Errorf("%d contacts with %d changes", n, changes)
	}
}

// TestImportsAtOnce: two processes import the same file at the same time. Each contact is created
// once, and the others are conflicts.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	f.serve(f.process(f.DB, time.Now))
	var ids [2]int
	for i := range ids {
		ids[i] = f.imported(f.Admin, jobs.NewImport{}, list(350)).ID
	}
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			if _, err := f.jobs.Apply(f.Admin, id); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	applied, conflicts := 0, 0
	for _, id := range ids {
		row := f.await(id, job.StateAPPLIED)
		applied, conflicts = applied+row.Counts["APPLIED"], conflicts+row.Counts["CONFLICT"]
	}
	if n := f.DB.Client().Contact.Query().CountX(f.Admin); n != 300 || applied != 300 || conflicts != 300 {
		t.Errorf("%d contacts, %d rows applied, %d conflicts", n, applied, conflicts)
	}
}
