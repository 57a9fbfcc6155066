// Package rekey computes again what is derived from the normal forms of package normalize: the
// unique keys of contacts, logins, users, roles, properties and accounts, the order of contacts,
// and the words by which they are found. It does so when a new version of the program has other
// normal forms, and when the default country of an account changes.
//
// The row of an account in the table derivations says which forms and which country its contacts
// have, and how far they are being computed again. A run goes through the contacts in batches, each
// in a short transaction, while other processes read and write. It can be stopped at any time: the
// next one continues. Writes of this program always use the current forms and the current country,
// so only what was stored before needs to be computed.
//
// Derived values are not contents: versions, times and the change log stay as they are.
//
// Where several contacts now have the same key, the oldest of them gets it, and the others keep
// their text without a key, until it is written again or a later run finds the key free. See
// claims.go, and logins.go for logins, which cannot be without a key.
//
// Start reading at Run in this file. state.go has the row of the table, pass.go the ways through
// the contacts, batch.go what is written in one transaction, names.go all that does not belong to
// contacts, and collisions.go lists who has no key.
package rekey

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

// DB is the part of database.DB that this package needs.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
	// WriteAll is Write for several contacts, which it locks against all other writes.
	WriteAll(ctx context.Context, contacts []int, fn func(context.Context, *database.Tx) error) error
}

// Service computes derived values again. It is safe for concurrent use, also by several processes
// on one database: they share the work.
type Service struct {
	db   DB
	now  func() time.Time
	log  *slog.Logger
	wake chan struct{}
}

// New returns a service on the database that takes the time from now, and reports to log.
func New(db DB, now func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, now: now, log: log, wake: make(chan struct{}, 1)}
}

// Scope says what a run looks at.
type Scope int

const (
	// Outdated are the accounts whose contacts have older forms or another country.
	Outdated Scope = iota
	// Modified is Outdated, and all contacts that were modified since the last run began, perhaps
	// by an older version of the program.
	Modified
	// Always is Modified, and all contacts without a key, which get theirs if it is free. If a
	// newer version of the program has computed the forms, it computes those of this version.
	Always
)

// Run computes again what is within the scope, and reports in the log which contacts have no key.
// If ctx ends, it fails, and the next run continues. It returns how many contacts have changed.
func (s *Service) Run(ctx context.Context, scope Scope) (changed int, err error) {
	all := viewer.NewSystemContext(ctx, 0)
	accounts, err := s.db.Client().Account.Query().Order(entaccount.ByID()).IDs(all)
	if err != nil {
		return 0, fmt.Errorf("listing the accounts: %w", err)
	}
	renames := scope > Outdated
	for _, id := range accounts {
		r := &run{Service: s, account: id, scope: scope}
		if err := r.run(viewer.NewSystemContext(ctx, id)); err != nil {
			return changed + r.changed, fmt.Errorf("computing the keys of account %d: %w", id, err)
		}
		changed += r.changed
		renames = renames || r.outdated
	}
	if renames {
		if err := s.renameAccounts(all); err != nil {
			return changed, fmt.Errorf("computing the keys of the accounts: %w", err)
		}
	}
	return changed, nil
}

// interval is how often Serve looks for runs that a process did not finish before it died.
const interval = time.Minute

// Serve computes keys again whenever the country of an account has changed, until ctx ends.
func (s *Service) Serve(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-s.wake:
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if _, err := s.Run(ctx, Outdated); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "computing keys again failed and will be retried", slog.Duration("after", interval), slog.Any("error", err))
		}
	}
}

// Wake makes Serve look for work.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it is awake
	}
}

// run is a run in one account. Its contexts are those of the server in the account.
type run struct {
	*Service

	account  int
	scope    Scope
	outdated bool // the forms were those of another version
	full     bool // all contacts are computed, so each key goes to the oldest of them
	changed  int
	seen     int
	logged   time.Time
}

// margin is how far the clocks of servers may differ, and how long a write may take from reading
// the time to its commit.
const margin = 10 * time.Minute

func (r *run) run(ctx context.Context) error {
	began := r.now().UTC().Add(-margin).Truncate(time.Microsecond)
	st, due, err := r.begin(ctx, began)
	if err != nil || !due {
		return err
	}
	r.logged = time.Now()
	attrs := []any{slog.Int("account_id", r.account), slog.Int("forms", st.Forms), slog.String("country", st.Country)}
	if st.Done != nil {
		r.log.InfoContext(ctx, "computing the keys and search terms of all contacts again", append(attrs, slog.Int("after_contact_id", *st.Done))...)
	}
	if err := r.rename(ctx); err != nil {
		return err
	}
	r.full = st.Done != nil
	for st.Done != nil {
		if st, err = r.all(ctx, st); err != nil {
			return err
		}
	}
	passes := []func(context.Context, *ent.Derivation) error{r.modified(st.Since, began.Add(2*margin))}
	if r.full || r.scope == Always {
		passes = append(passes, r.keyless, r.hidden)
	}
	for _, pass := range passes {
		if err := pass(ctx, st); err != nil {
			return err
		}
	}
	if err := r.finish(ctx, st, began); err != nil {
		return err
	}
	if r.full || r.changed > 0 {
		r.log.InfoContext(ctx, "computed keys and search terms again", append(attrs, slog.Int("contacts", r.seen), slog.Int("changed", r.changed))...)
	}
	if len(passes) == 1 {
		return nil
	}
	return r.report(ctx)
}

// progress counts a batch, and logs how far the run is, every few seconds.
func (r *run) progress(ctx context.Context, seen, changed int) {
	r.seen, r.changed = r.seen+seen, r.changed+changed
	if time.Since(r.logged) < 5*time.Second {
		return
	}
	r.logged = time.Now()
	r.log.InfoContext(ctx, "computing keys and search terms again", slog.Int("account_id", r.account),
		slog.Int("contacts", r.seen), slog.Int("changed", r.changed))
}
