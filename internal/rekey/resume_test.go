package rekey_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/rekey"
)

// stopping ends the context of a run after some batches.
type stopping struct {
	rekey.DB

	batches int
	stop    context.CancelFunc
}

func (db *stopping) WriteAll(ctx context.Context, contacts []int, fn func(context.Context, *database.Tx) error) error {
	err := db.DB.WriteAll(ctx, contacts, fn)
	if db.batches--; db.batches == 0 {
		db.stop()
	}
	return err
}

// TestStoppedRunIsContinued stops a run after its first batch. The next one continues behind it.
func TestStoppedRunIsContinued(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 450 {
		f.NewContact(field.Patch{field.Email: fmt.Sprintf("%d@example.com", i)})
	}
	f.exec("UPDATE contacts SET email_key = 'old ' || email")
	f.exec("UPDATE search_terms SET term = 'old ' || term")
	f.forget()
	ctx, stop := context.WithCancel(t.Context())
	changed, err := f.service(&stopping{f.DB, 1, stop}).Run(ctx, rekey.Modified)
	if !errors.Is(err, context.Canceled) || changed != 200 {
		t.Fatalf("changed %d contacts, %v", changed, err)
	}
	states, err := rekey.StateOf(t.Context(), f.DB.Client())
	if err != nil || states[0].Done == nil || states[0].Pending {
		t.Fatalf("the state is %+v, %v", states, err)
	}
	if n := f.run(rekey.Outdated); n != 250 {
		t.Errorf("the second run changed %d contacts", n)
	}
	if n := f.run(rekey.Always); n != 0 {
		t.Errorf("the third run changed %d contacts", n)
	}
}

// TestWritesContinueMeanwhile updates contacts while they are computed. No update is lost or fails.
func TestWritesContinueMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var ids []int
	for i := range 300 {
		ids = append(ids, f.NewContact(field.Patch{field.Email: fmt.Sprintf("%d@example.com", i)}).ID)
	}
	f.exec("UPDATE contacts SET email_key = 'old ' || email")
	f.forget()
	done := make(chan error)
	go func() {
		_, err := f.keys.Run(t.Context(), rekey.Outdated)
		done <- err
	}()
	running := true
	for round := 0; running || round < 300; round++ {
		select {
		case err := <-done:
			running = false
			if err != nil {
				t.Error(err)
			}
		default:
		}
		id := ids[(round*7)%len(ids)]
		if err := f.update(id, field.Patch{field.Email: fmt.Sprintf("%d-%d@example.com", id, round)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range ids {
		if c := f.contact(id); text(c.EmailKey) != *c.Email {
			t.Errorf("contact %d has the address %s and the key %s", id, *c.Email, text(c.EmailKey))
		}
	}
}

// busy is a database in which every contact is written again before each read.
type busy struct {
	rekey.DB

	f     *fixture
	reads int
}

func (db *busy) Client() *ent.Client {
	db.reads++
	db.f.Advance(time.Millisecond)
	db.f.exec("UPDATE contacts SET last_modified = $1", db.f.Now().UTC())
	return db.DB.Client()
}

// TestWritesDoNotProlongRuns looks at each modified contact once, although all are written all the
// time: a server that starts meanwhile is not ready before.
func TestWritesDoNotProlongRuns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 250 {
		f.NewContact(nil)
	}
	f.run(rekey.Outdated)
	db := &busy{DB: f.DB, f: f}
	if _, err := f.service(db).Run(t.Context(), rekey.Modified); err != nil {
		t.Fatal(err)
	}
	if db.reads > 20 {
		t.Errorf("the run read %d times", db.reads)
	}
}

// TestCountryOfAnAccount sets, changes and clears the default country of an account with stored
// numbers.
func TestCountryOfAnAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	national := f.NewContact(field.Patch{field.Phone: "070-174 99 41"}).ID
	complete := f.NewContact(field.Patch{field.Phone: "+46701749941"}).ID
	f.run(rekey.Outdated)
	f.wantKeys(national, "", "0701749941")
	for _, tt := range []struct{ country, national, complete string }{
		{"SE", "+46701749941", ""},
		{"DE", "+49701749941", "+46701749941"},
		{"", "0701749941", "+46701749941"},
		{"SE", "+46701749941", ""},
	} {
		f.setCountry(tt.country)
		f.run(rekey.Outdated)
		f.wantKeys(national, "", tt.national)
		f.wantKeys(complete, "", tt.complete)
	}
	if c, err := f.ByPhone(f.Agent, "", "0701749941"); err != nil || c == nil || c.ID != national {
		t.Errorf("by a national number: %v, %v", c, err)
	}
	if n, err := f.Count(f.Agent, phoneFilter("0701749941")); err != nil || n != 1 {
		t.Errorf("the filter finds %d contacts, %v", n, err)
	}
	other := f.NewContact(nil).ID
	f.WantErrors("the same number in another form", func() error {
		return f.update(other, field.Patch{field.Phone: "0046 701749941"})
	}, "PHONE_TAKEN phone")
}

// TestCountryChangesMeanwhile changes the country while the keys of another one are computed.
func TestCountryChangesMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 450 {
		f.NewContact(field.Patch{field.Phone: fmt.Sprintf("070-174 9%03d", i)})
	}
	f.run(rekey.Outdated)
	f.setCountry("DE")
	db := &stopping{DB: f.DB, batches: 1, stop: func() { f.setCountry("SE") }}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := f.service(db).Run(ctx, rekey.Outdated); err != nil {
		t.Fatal(err)
	}
	for _, c := range f.DB.Client().Contact.Query().AllX(f.Agent) {
		if want := field.PhoneKey("SE", c); text(c.PhoneKey) != text(want) {
			t.Fatalf("contact %d has the key %s, want %s", c.ID, text(c.PhoneKey), text(want))
		}
	}
}

// TestWordsOfOlderForms replaces more words than one statement can name, and writes a contact that
// already has a word of its new address.
func TestWordsOfOlderForms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.NewContact(field.Patch{field.Email: "a@example.com"}).ID
	want := f.terms(id, searchterm.KindEmail)
	for i := range 1500 {
		f.exec("INSERT INTO search_terms (account_id, contact_id, kind, term) VALUES ($1, $2, 'email', $3)", f.Account, id, fmt.Sprint("old", i))
	}
	if err := f.update(id, field.Patch{field.Email: "old7@example.com"}); err != nil {
		t.Error(err)
	}
	if err := f.update(id, field.Patch{field.Email: "a@example.com"}); err != nil {
		t.Error(err)
	}
	f.forget()
	f.run(rekey.Outdated)
	if got := f.terms(id, searchterm.KindEmail); !slices.Equal(got, want) {
		t.Errorf("got %d words, want %q", len(got), want)
	}
}
