package database

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	for name, write := range map[string]func() error{
		"through ent":     func() error { return f.Client().Store.Create().SetName("North").Exec(ctx) },
		"in transactions": func() error { return writeInTx(ctx, f.Client()) },
	} {
		if err := write(); err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("%s: got %v, want that the database is read-only", name, err)
		}
	}
	if got := f.shops(ctx); got != nil {
		t.Errorf("they wrote %q", got)
	}
}

func writeInTx(ctx context.Context, c *ent.Client) error {
	tx, err := c.Tx(ctx)
	if err != nil {
		return err
	}
	return errors.Join(addShop("North")(ctx, &Tx{Ent: tx.Client()}), tx.Rollback())
}

func TestFileIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	f := newSQLite(t)
	f.account("Demo")
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(f.url + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%q: %v, %v", suffix, info, err)
		}
	}
}

func TestOpenTakesFiles(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"a path":                      "plain.db",
		"a path behind sqlite:":       "sqlite:behind.db",
		"characters of URLs":          "a b?c=d#e%20.db",
		"characters of URLs, again":   "sqlite:mode=ro&cache=shared.db",
		"letters beyond ASCII":        "ÅÄÖ.db",
		"a path with a colon behind:": "sqlite:x:y.db",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prefix, file := "", url
			if rest, ok := strings.CutPrefix(url, "sqlite:"); ok {
				prefix, file = "sqlite:", rest
			}
			file = filepath.Join(t.TempDir(), file)
			s, err := Open(t.Context(), prefix+file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.Ping(t.Context()), s.Close()); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(file); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOpenRefusesWithAReason(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, url, want string }{
		{"PostgreSQL that is not there", "postgres://user:secret@localhost:1/x", "opening the database postgres://user:xxxxx@localhost:1/x: "},
		{"PostgreSQL by its other name", "postgresql://localhost:1/x", "opening the database postgresql://localhost:1/x: "},
		{"PostgreSQL with nonsense", "postgres://user:secret@localhost/x?sslmode=perhaps", "sslmode is invalid"},
		{"nothing", "", "set --database to a file"},
		{"nothing behind sqlite:", "sqlite:", "set --database to a file"},
		{"memory", "sqlite::memory:", "set --database to a file"},
		{"another scheme", "mysql://localhost/x", "set --database to a file"},
		{"a folder that is not there", filepath.Join(dir, "no", "t.db"), "create it, or set --database to another file"},
		{"a folder", dir, "is a directory"},
		{"a file of something else", text, "not an SQLite database; set --database to another file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(t.Context(), tt.url, Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v, want %q", s, err, tt.want)
			}
		})
	}
}

func TestCloseWaitsForARunningWriteAndRefusesOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	closed := make(chan error, 1)
	err := f.Write(ctx, 0, func(wctx context.Context, tx *Tx) error {
		go func() { closed <- f.Close() }()
		if err := f.Write(ctx, 0, addShop("late")); !errors.Is(err, ErrClosed) {
			t.Errorf("one that waits: got %v, want ErrClosed", err)
		}
		select {
		case err := <-closed:
			t.Errorf("it closed under a running write: %v", err)
		default:
		}
		return addShop("North")(wctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if err := f.Write(ctx, 0, addShop("later")); !errors.Is(err, ErrClosed) {
		t.Errorf("one that comes later: got %v, want ErrClosed", err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	if err := f.Ping(ctx); err == nil {
		t.Error("a closed database answers a ping")
	}
	if got := openFixture(t, f.url).shops(ctx); len(got) != 1 {
		t.Errorf("got %q, want what the running write left", got)
	}
}

// TestContactsAreReadWhole compares ReadContact with what ent reads.
func TestContactsAreReadWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	little := f.contacts(ctx, 1)[0]
	err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		store, company := tx.Ent.Store.Create().SetName("North").SaveX(ctx), tx.Ent.Company.Create().SetName("Example").SaveX(ctx)
		return tx.Ent.Contact.Create().SetID(77).SetSecret("secret").SetVersion(5).SetRegisteredAt(someTime).SetRegistrationSource("source").
			SetRegistrationIP("ip").SetRegistrationStoreID(store.ID).SetLastModified(someTime.Add(1000)).SetEmail("A").SetEmailKey("a").
			SetPhoneCountryCode("46").SetPhone("1").SetPhoneKey("461").SetFirstName("First").SetLastName("Last").SetNameKey("key").
			SetLimitMailsPermanently(true).SetLimitMailsTemporarilyUntil(someTime.Add(2000)).SetPreferredStoreID(store.ID).
			SetCompanyID(company.ID).SetLatestPermissionSource("permission").SetPasswordHash("hash").Exec(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int{77, little} { // with every field, and with as few as possible
		want := f.Client().Contact.Query().Where(entcontact.ID(id)).OnlyX(ctx)
		got, err := f.ReadContact(ctx, accountOf(ctx), id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(ent.Contact{}, ent.ContactEdges{})); diff != "" {
			t.Errorf("(-ent +by hand)\n%s", diff)
		}
	}
	if got, err := f.ReadContact(ctx, accountOf(ctx), 999); got != nil || err != nil {
		t.Errorf("a contact that does not exist: %v, %v", got, err)
	}
}
