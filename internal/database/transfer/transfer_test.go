package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"contactgraph/ent/login"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/database/engines"
	"contactgraph/internal/database/schema"
	"contactgraph/internal/database/transfer"
	"contactgraph/internal/verify"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// killed is the variable of a process that copies and kills itself: "FROM TO".
const killed = "CONTACTGRAPH_TEST_KILLED_COPY"

func TestMain(m *testing.M) {
	if from, to, ok := strings.Cut(os.Getenv(killed), " "); ok {
		copyAndDie(from, to)
	}
	databasetest.Main(m)
}

// copyAndDie copies until the contacts are in the target, and kills the process.
func copyAndDie(from, to string) {
	_, err := transfer.Copy(context.Background(), from, to, transfer.Options{Progress: func(p transfer.Progress) {
		if p.Table == "contacts" {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}})
	fmt.Fprintln(os.Stderr, "the copy ended by itself:", err)
	os.Exit(1)
}

// newSource returns a database with contacts in two accounts and a row in every table.
func newSource(t *testing.T) *contacttest.Fixture {
	t.Helper()
	f := contacttest.New(t)
	for _, a := range []*contacttest.Tenant{f.Demo, f.Other} {
		for i := range 40 {
			a.NewContact(field.Patch{
				field.Email: fmt.Sprintf("%d@example.com", i), field.FirstName: "Åsa 日本", field.LastName: `a'b"c\`, field.Phone: fmt.Sprintf("+46701740%03d", i),
				field.LimitUntil: time.Date(2026, 3, 1, 13, 0, 0, 123_456_700, time.FixedZone("", 3600)), field.LimitPermanently: i%2 == 0,
			}, contact.Details{
				Logins:      &[]field.Login{{Name: fmt.Sprint("login ", i), Kind: login.KindGoogle}},
				ExternalIDs: &[]field.ExternalID{{System: "crm", Value: fmt.Sprint(i)}}, Membership: &a.SegmentIDs,
			})
		}
		gone := a.NewContact(nil).ID // the largest id, which must not be assigned again
		contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: gone, Lock: contacttest.Overwrite}))
	}
	fillEmptyTables(t, f.DB)
	return f
}

// TestCopyIsTheSame copies a database to another one of the same engine, which then has the same
// values.
func TestCopyIsTheSame(t *testing.T) {
	t.Parallel()
	f := newSource(t)
	to := databasetest.Empty(t)
	mustCopy(t, f.DB.URL, to, transfer.Options{})
	if diff := cmp.Diff(rowsOf(f.DB.Dump()), rowsOf(databasetest.At(t, to).Dump())); diff != "" {
		t.Errorf("(-source +copy)\n%.2000s", diff)
	}
}

// TestRoundTrip copies a database to the other engine and back, with the same checksums.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	f := newSource(t)
	there, back := databasetest.EmptyPostgres(t), databasetest.SQLiteURL(t)
	if databasetest.Postgres() {
		there, back = databasetest.SQLiteURL(t), databasetest.EmptyPostgres(t)
	}
	first := mustCopy(t, f.DB.URL, there, transfer.Options{})
	second := mustCopy(t, there, back, transfer.Options{})
	if diff := cmp.Diff(first.Tables, second.Tables); diff != "" {
		t.Errorf("the checksums (-there +back)\n%s", diff)
	}
	for _, table := range first.Tables {
		if table.Rows == 0 {
			t.Errorf("the table %s has no rows, so the test does not cover it", table.Name)
		}
	}
	for _, url := range []string{there, back} {
		wantVerified(t, url)
	}
	newest := contacttest.Must(f.Demo.Create(f.Demo.Agent, contact.Create{RegistrationSource: "x"})).Contact.ID
	if id := nextContact(t, there); id != newest {
		t.Errorf("the copy assigns the id %d, the source %d", id, newest)
	}
}

// rowsOf removes from a dump what differs between a database and its copy: when migrations ran, the
// time, which the open database stores, and how SQLite stores JSON: ent writes it as bytes.
func rowsOf(dump string) string {
	return strings.NewReplacer(`"`, "", `\`, "", " ", "").Replace(ownTimes.ReplaceAllString(dump, "$1"))
}

var ownTimes = regexp.MustCompile(`(executed_at=|id=1 at=)\S+ \S+ \S+ \S+`)

func mustCopy(t *testing.T, from, to string, o transfer.Options) *transfer.Result {
	t.Helper()
	r, err := transfer.Copy(t.Context(), from, to, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wantVerified verifies that the log and the tables are the same.
func wantVerified(t *testing.T, url string) {
	t.Helper()
	r, err := database.OpenReader(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = verify.Run(t.Context(), r, verify.Options{Found: func(d verify.Difference) {
		if d.Path != "properties.1" { // of rows that fillEmptyTables has added
			t.Error(d)
		}
	}})
	if err != nil {
		t.Error(err)
	}
}

// nextContact returns the id that the database assigns to the next contact.
func nextContact(t *testing.T, url string) int {
	t.Helper()
	d, err := engines.For(url)
	if err != nil {
		t.Fatal(err)
	}
	id, err := d.LastID(t.Context(), databasetest.Connect(t, url).Writer, "contacts")
	if err != nil {
		t.Fatal(err)
	}
	return int(id) + 1
}

// TestEveryTableIsCopied compares the tables that are copied with those of the database.
func TestEveryTableIsCopied(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t)
	d, err := engines.For(url)
	if err != nil {
		t.Fatal(err)
	}
	query := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if databasetest.Postgres() {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	want := slices.DeleteFunc(databasetest.Texts(t, url, query), func(name string) bool { return name == schema.RevisionsTable })
	slices.Sort(want)
	got, unlisted, err := transfer.Names(d)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-tables of the database +tables that are copied)\n%s", diff)
	}
	for _, name := range unlisted {
		t.Errorf("the table %s belongs to no account: add to ofDatabase whether it is copied with a single one", name)
	}
}

func TestOneAccountIsCopied(t *testing.T) {
	t.Parallel()
	f := newSource(t)
	to := databasetest.Empty(t)
	r := mustCopy(t, f.DB.URL, to, transfer.Options{Account: "other"})
	rows := map[string]int64{}
	for _, table := range r.Tables {
		rows[table.Name] = table.Rows
	}
	if rows["accounts"] != 1 || rows["contacts"] != 40 || rows["clocks"] != 1 || rows["attempts"] != 0 || rows["password_resets"] != 0 {
		t.Errorf("copied %v", rows)
	}
	for _, account := range databasetest.Texts(t, to, "SELECT DISTINCT CAST(account_id AS text) FROM contacts") {
		if account != fmt.Sprint(f.Other.Account) {
			t.Errorf("the copy has contacts of the account %s", account)
		}
	}
	if _, err := transfer.Copy(t.Context(), f.DB.URL, databasetest.Empty(t), transfer.Options{Account: "none"}); err == nil {
		t.Error("an account that does not exist is copied")
	}
}

// TestKilledCopyContinues kills a process that copies. No server opens what it has left, and a
// repeat copies the rest.
func TestKilledCopyContinues(t *testing.T) {
	t.Parallel()
	f := newSource(t)
	to := databasetest.Empty(t)
	killCopy(t, f.DB.URL, to)
	if _, err := database.Open(t.Context(), to, database.Options{}); err == nil || !strings.Contains(err.Error(), "run contactgraph copy again") {
		t.Errorf("the incomplete copy is opened: %v", err)
	}
	if _, err := transfer.Copy(t.Context(), f.DB.URL, to, transfer.Options{Account: "demo"}); err == nil || !strings.Contains(err.Error(), "delete it, and begin again") {
		t.Errorf("another copy continues it: %v", err)
	}
	if r := mustCopy(t, f.DB.URL, to, transfer.Options{}); !r.Resumed || r.Missed != 0 {
		t.Errorf("got %+v", r)
	}
	databasetest.At(t, to)
	wantVerified(t, to)
}

// TestKilledCopyOfAChangedSource changes a row of the source, which the target has, before the
// repeat.
func TestKilledCopyOfAChangedSource(t *testing.T) {
	t.Parallel()
	f := newSource(t)
	to := databasetest.Empty(t)
	killCopy(t, f.DB.URL, to)
	databasetest.Execute(t, f.DB.URL, "UPDATE companies SET name = 'renamed' WHERE id = 1")
	if _, err := transfer.Copy(t.Context(), f.DB.URL, to, transfer.Options{}); !errors.Is(err, transfer.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
}

func killCopy(t *testing.T, from, to string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), killed+"="+from+" "+to)
	out, err := c.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the copy ended with %v: %s", err, out)
	}
}

// TestWritesMeanwhileAreMissed writes to the source while it is copied. A new account has not
// written the changes that its log begins after.
func TestWritesMeanwhileAreMissed(t *testing.T) {
	t.Parallel()
	f := newSource(t)
	wrote := false
	r := mustCopy(t, f.DB.URL, databasetest.Empty(t), transfer.Options{Progress: func(transfer.Progress) {
		if !wrote {
			wrote = true
			f.Demo.NewContact(nil)
			err := f.DB.Write(viewer.NewSystemContext(t.Context(), 0), 0, func(ctx context.Context, tx *database.Tx) error {
				_, err := auth.InsertAccount(ctx, tx, f.DB.Now(), "New", database.LogStart())
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	}})
	if r.Missed != 1 {
		t.Errorf("missed %d changes, want 1", r.Missed)
	}
}

func TestCopyRefusesWithAReason(t *testing.T) {
	t.Parallel()
	f := newSource(t)
	older := databasetest.URL(t)
	databasetest.Execute(t, older, "DELETE FROM schema_revisions WHERE version = (SELECT max(version) FROM schema_revisions)")
	for _, tt := range []struct{ from, to, want string }{
		{f.DB.URL, f.DB.URL, "cannot be copied to itself"},
		{f.DB.URL, newSource(t).DB.URL, "is not empty: its table"},
		{databasetest.Empty(t), databasetest.Empty(t), "there is no database|has no contactgraph tables"},
		{older, databasetest.Empty(t), "lacks migrations: run migrate up on it first"},
	} {
		if _, err := transfer.Copy(t.Context(), tt.from, tt.to, transfer.Options{}); err == nil || !regexp.MustCompile(tt.want).MatchString(err.Error()) {
			t.Errorf("from %s to %s: %v", tt.from, tt.to, err)
		}
	}
}

// TestDifferenceInTheTargetIsFound changes a row of the target after it was written.
func TestDifferenceInTheTargetIsFound(t *testing.T) {
	t.Parallel()
	f := newSource(t)
	to := databasetest.Empty(t)
	_, err := transfer.Copy(t.Context(), f.DB.URL, to, transfer.Options{Progress: func(p transfer.Progress) {
		if p.Table == "segments" {
			databasetest.Execute(t, to, "UPDATE segments SET name = 'x' WHERE id = (SELECT max(id) FROM segments)")
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "copying the table segments: the target has") {
		t.Errorf("got %v", err)
	}
}
