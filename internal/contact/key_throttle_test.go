package contact_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

// question is a way in which a customer can ask whether an address, number or login is taken: a
// write of those values that also has the errors want.
type question struct {
	name string
	ask  func(email, phone, login string) error
	want []string
}

// questions returns writes of the contact that fail for another reason.
func questions(f *contacttest.Fixture, me, another *ent.Contact, locked int) []question {
	a := f.Demo
	as := a.AsCustomer(me)
	stale := contacttest.ExpectVersion(me.Version - 1)
	update := func(l contact.Lock, more field.Patch, p *contact.PasswordChange) func(email, phone, login string) error {
		return func(email, phone, _ string) error {
			set := field.Patch{field.Email: email, field.Phone: phone}
			maps.Copy(set, more)
			return contacttest.ErrOf(f.Update(as, contact.Update{ID: me.ID, Lock: l, Set: set, Password: p}))
		}
	}
	details := func(l contact.Lock, d contact.Details, more ...field.Login) func(email, phone, login string) error {
		return func(_, _, name string) error {
			d.Logins = new(append([]field.Login{{Name: name, Kind: login.KindBlank}}, more...))
			return contacttest.ErrOf(f.SetDetails(as, contact.SetDetails{ID: me.ID, Lock: l, Details: d}))
		}
	}
	batch := func(updates ...contact.Update) func(email, phone, login string) error {
		return func(email, phone, _ string) error {
			updates[0].Set = field.Patch{field.Email: email, field.Phone: phone}
			outcomes, err := f.UpdateAll(as, updates)
			return errors.Join(err, outcomes[0].Err())
		}
	}
	mine := contact.Update{ID: me.ID, Lock: contacttest.Overwrite}
	return []question{
		{"a stale version", update(stale, nil, nil), []string{"VERSION_CONFLICT"}},
		{"a stale version that overlaps", update(contacttest.MergeFrom(me.Version-1), field.Patch{field.FirstName: "x"}, nil), []string{"VERSION_CONFLICT"}},
		{"no version", update(contact.Lock{}, nil, nil), []string{"REQUIRED expectedVersion"}},
		{"a malformed version", update(contact.Lock{Malformed: true}, nil, nil), []string{"INVALID expectedVersion"}},
		{"an invalid value", update(contacttest.Overwrite, field.Patch{field.FirstName: "\xff"}, nil), []string{"INVALID firstName"}},
		{"a reference to nothing", update(contacttest.Overwrite, field.Patch{field.PreferredStore: 999}, nil), []string{"STORE_NOT_FOUND preferredStoreId"}},
		{"a field that it may not write", update(contacttest.Overwrite, field.Patch{field.Company: 999}, nil), []string{"FORBIDDEN companyId"}},
		{"a wrong password", update(contacttest.Overwrite, nil, &contact.PasswordChange{New: new("new"), Current: new("wrong")}), []string{"WRONG_PASSWORD currentPassword"}},
		{"no password", update(contacttest.Overwrite, nil, &contact.PasswordChange{New: new("new")}), []string{"REQUIRED currentPassword"}},
		{"an update of another contact in the same call", batch(mine, contact.Update{ID: another.ID, Lock: contacttest.Overwrite}), []string{"NOT_APPLIED"}},
		{"the same contact twice in a call", batch(mine, mine), []string{"NOT_APPLIED"}},
		{"a call with a stale version", batch(contact.Update{ID: me.ID, Lock: stale}), []string{"VERSION_CONFLICT"}},
		{"details with a stale version", details(stale, contact.Details{}), []string{"VERSION_CONFLICT"}},
		{"an unknown property", details(contacttest.Overwrite, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(999, "x")}}), []string{"PROPERTY_NOT_FOUND properties.999"}},
		{"a read-only property", details(contacttest.Overwrite, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(locked, "x")}}), []string{fmt.Sprint("READ_ONLY properties.", locked)}},
		{"other segments", details(contacttest.Overwrite, contact.Details{Membership: &a.SegmentIDs}), []string{"FORBIDDEN membership"}},
		{"a login twice", details(contacttest.Overwrite, contact.Details{}, field.Login{Name: "x", Kind: login.KindBlank}, field.Login{Name: "X", Kind: login.KindBlank}), []string{"DUPLICATE logins"}},
	}
}

// TestCustomerLearnsNothingFromAWriteThatIsNotApplied compares the errors for values that are taken
// with those for values that are free.
func TestCustomerLearnsNothingFromAWriteThatIsNotApplied(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	another := a.NewContact(field.Patch{field.Email: "anna@example.com", field.Phone: "+46701740605"},
		contact.Details{Logins: &[]field.Login{{Name: "anna", Kind: login.KindBlank}}})
	locked := a.NewProperty(catalog.NewProperty{Name: "Locked", ReadOnly: true})
	me := a.NewContact(nil)
	me = contacttest.Must(f.OverwriteFields(a.Agent, me.ID, field.Patch{field.Email: "eva@example.com", field.FirstName: "Eva"})).Contact
	for _, q := range questions(f, me, another, locked) {
		taken := f.WantErrors(q.name, func() error { return q.ask("anna@example.com", "+46701740605", "anna") }, q.want...)
		free := f.WantErrors(q.name, func() error { return q.ask("free@example.com", "+46701740606", "free") }, q.want...)
		if taken.Error() != free.Error() {
			t.Errorf("%s: %q for keys that are taken, %q for free ones", q.name, taken, free)
		}
	}
	if logged := f.Logged(); logged != "" {
		t.Errorf("logged %s", logged)
	}
	// Staff still get all errors at once, also as the same write.
	f.WantErrors("an agent", func() error {
		return contacttest.ErrOf(f.Update(a.Agent, contact.Update{
			ID: me.ID, Lock: contacttest.ExpectVersion(me.Version - 1), Set: field.Patch{field.Email: "anna@example.com", field.Phone: "+46701740605"},
		}))
	}, "VERSION_CONFLICT", "EMAIL_TAKEN email", "PHONE_TAKEN phone")
}

// TestRejectionsOfACustomerAreLimited uses all kinds of writes that would be applied if the key
// were free. After ten of them, keys are not checked any more.
func TestRejectionsOfACustomerAreLimited(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	clock := contacttest.Start
	f.SetThrottleClock(func() time.Time { return clock })
	a := f.Demo
	me := a.NewContact(field.Patch{field.Email: "old@example.com"})
	other := a.NewContact(nil)
	as := a.AsCustomer(me)
	moved := contacttest.Must(f.OverwriteFields(as, me.ID, field.Patch{field.Email: "me@example.com"}))
	a.NewContact(field.Patch{field.Email: "old@example.com", field.Phone: "+46701740605"},
		contact.Details{Logins: &[]field.Login{{Name: "anna", Kind: login.KindBlank}, {Name: "anni", Kind: login.KindBlank}}})
	set := func(s *contact.Service, p field.Patch) func() error {
		return func() error {
			return contacttest.ErrOf(s.Update(as, contact.Update{ID: me.ID, Lock: contacttest.Overwrite, Set: p}))
		}
	}
	logins := func(names ...string) func() error {
		all := []field.Login{}
		for _, n := range names {
			all = append(all, field.Login{Name: n, Kind: login.KindBlank})
		}
		return func() error {
			return contacttest.ErrOf(f.OverwriteDetails(as, me.ID, contact.Details{Logins: &all}))
		}
	}
	batch := func(run func(*contact.Service) ([]contact.Outcome, error)) func() error {
		return func() error {
			outcomes, err := run(f.Commands)
			return errors.Join(err, outcomes[0].Err())
		}
	}
	one := []contact.Update{{ID: me.ID, Lock: contacttest.Overwrite, Set: field.Patch{field.Email: "old@example.com"}}}
	email := set(f.Commands, field.Patch{field.Email: "OLD@example.com"})
	tests := []struct {
		name string
		do   func() error
		want string
	}{
		{"an email address", email, "EMAIL_TAKEN email"},
		{"a phone number, over another API", set(f.Via(change.SourceREST), field.Patch{field.Phone: "+46701740605"}), "PHONE_TAKEN phone"},
		{"an address and a number", set(f.Commands, field.Patch{field.Email: "old@example.com", field.Phone: "+46701740605"}), "EMAIL_TAKEN email"},
		{"logins", logins("x", "anna", "anni"), "LOGIN_TAKEN logins"},
		{"an undo", func() error {
			return contacttest.ErrOf(f.Undo(as, revision.ChangeID{Contact: me.ID, Version: moved.Change.Version}))
		}, "EMAIL_TAKEN email"},
		{"all of a call", batch(func(s *contact.Service) ([]contact.Outcome, error) { return s.RunAll(as, contacttest.CommandsOf(one)) }), "EMAIL_TAKEN email"},
		{"each of a call", batch(func(s *contact.Service) ([]contact.Outcome, error) { return s.RunEach(as, contacttest.CommandsOf(one)) }), "EMAIL_TAKEN email"},
		{"a merge", func() error {
			return contacttest.ErrOf(f.Update(as, contact.Update{ID: me.ID, Lock: contacttest.MergeFrom(moved.Change.Version), Set: field.Patch{field.Email: "old@example.com"}}))
		}, "EMAIL_TAKEN email"},
		{"an address again", email, "EMAIL_TAKEN email"},
		{"the tenth", email, "EMAIL_TAKEN email"},
	}
	contacttest.Must(f.OverwriteFields(a.Agent, me.ID, field.Patch{field.FirstName: "Eva"})) // what is merged with
	for _, tt := range tests {
		f.WantErrors(tt.name, tt.do, tt.want)
	}
	limited := f.WantErrors("after ten", email, "RATE_LIMITED")
	if limited[0].RetryAfter != 5*time.Minute {
		t.Errorf("retry after %s", limited[0].RetryAfter)
	}
	for _, tt := range tests {
		f.WantErrors(tt.name+", after ten", tt.do, "RATE_LIMITED")
	}
	f.WantErrors("a free address, after ten", set(f.Commands, field.Patch{field.Email: "free@example.com"}), "RATE_LIMITED")
	for name, do := range map[string]func() error{
		"a write of other values": set(f.Commands, field.Patch{field.FirstName: "Ida", field.Email: nil}),
		"another customer": func() error {
			return contacttest.ErrOf(f.OverwriteFields(a.AsCustomer(other), other.ID, field.Patch{field.Email: "o@example.com"}))
		},
		"an agent": func() error {
			return contacttest.ErrOf(f.OverwriteFields(a.Agent, me.ID, field.Patch{field.Email: "me@example.com"}))
		},
		"the customer's own contact as before": logins(),
	} {
		if err := do(); err != nil {
			t.Errorf("%s, after ten: %v", name, err)
		}
	}
	clock = clock.Add(5 * time.Minute)
	f.WantErrors("five minutes later", email, "EMAIL_TAKEN email")
	f.WantErrors("and again", email, "RATE_LIMITED")
	checkRejectionLog(t, f, me, len(tests)+1)
}

// TestABatchAsksForOneKey: an API key of a segment that writes several contacts in one transaction
// learns of one key that is taken, not of all.
func TestABatchAsksForOneKey(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	f.Demo.NewContact(field.Patch{field.Email: "anna@example.com", field.Phone: "+46701740605"})
	f.Demo.NewContact(field.Patch{field.Email: "eva@example.com"})
	inSegment := contact.Details{Membership: new(a.SegmentIDs[:1])}
	create := func(email, phone string) contact.Command {
		return contact.Create{Set: field.Patch{field.Email: email, field.Phone: phone}, Details: inSegment}
	}
	upsert := func(email string) contact.Command {
		return contact.Upsert{Match: contact.Match{Email: &email}, Create: contact.Create{Details: inSegment}}
	}
	for name, commands := range map[string][]contact.Command{
		"creates": {create("free@example.com", "+46701740606"), create("anna@example.com", "+46701740605"), create("eva@example.com", "+46701740607")},
		"upserts": {upsert("free@example.com"), upsert("anna@example.com"), upsert("eva@example.com")},
	} {
		outcomes, err := f.RunAll(a.AsSegmentKey(9), commands)
		if diff := cmp.Diff([][]string{{"NOT_APPLIED"}, {"EMAIL_TAKEN email"}, {"NOT_APPLIED"}}, outcomeCodes(t, outcomes, err)); diff != "" {
			t.Errorf("%s\n%s", name, diff)
		}
	}
}

// checkRejectionLog checks that each rejection is logged, with the contact and without the key.
func checkRejectionLog(t *testing.T, f *contacttest.Fixture, me *ent.Contact, want int) {
	t.Helper()
	logged := f.Logged()
	who := fmt.Sprintf("account_id=%d contact_id=%d", f.Demo.Account, me.ID)
	got := map[string]int{}
	for line := range strings.Lines(logged) {
		if !strings.Contains(line, who) {
			t.Errorf("logged %s", line)
		}
		_, kind, ok := strings.Cut(strings.TrimSpace(line), "key=")
		if !ok && strings.Contains(line, "level=WARN") {
			kind = "limited"
		}
		got[kind]++
	}
	if diff := cmp.Diff(map[string]int{"email": want - 2, "phone": 1, "login": 1, "limited": want + 2}, got); diff != "" {
		t.Errorf("the rejections in the log (-want +got)\n%s", diff)
	}
	for _, secret := range []string{"example.com", "701740605", "anna"} {
		if strings.Contains(strings.ToLower(logged), secret) {
			t.Errorf("the log contains %s", secret)
		}
	}
}

// TestConcurrentRejectionsAreLimited sends many questions at once, which share transactions.
func TestConcurrentRejectionsAreLimited(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	me := a.NewContact(nil)
	a.NewContact(field.Patch{field.Email: "anna@example.com"})
	errs := make([]error, 60)
	done, queued := make(chan int), make(chan struct{})
	for i := range errs {
		go func() {
			<-queued
			_, errs[i] = f.OverwriteFields(a.AsCustomer(me), me.ID, field.Patch{field.Email: "anna@example.com"})
			done <- i
		}()
	}
	err := f.DB.Write(a.Agent, me.ID, func(context.Context, *database.Tx) error {
		close(queued)
		time.Sleep(200 * time.Millisecond) // so that most of them wait, and share the next transaction
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[usererror.Code]int{}
	for range errs {
		var list usererror.Errors
		if err := errs[<-done]; !errors.As(err, &list) || len(list) != 1 {
			t.Fatalf("got %v", err)
		} else {
			got[list[0].Code]++
		}
	}
	if got[usererror.EmailTaken] != 10 || got[usererror.RateLimited] != 50 {
		t.Errorf("got %v", got)
	}
}
