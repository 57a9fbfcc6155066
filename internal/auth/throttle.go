package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/attempt"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/limiter"
	"contactgraph/internal/netlimit"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// Throttle makes those who guess credentials wait. It counts failed attempts in the database, so
// that all processes share the counts and a restart keeps them.
//
// An attempt counts for three targets: the owner of the credentials, the address it comes from, and
// the two together. After freeFailures failures a target has to wait before each further attempt,
// twice as long each time. Attempts that are rejected because of the wait do not prolong it.
//
// The wait of the owner alone applies only from addresses that have failed for this owner before:
// otherwise, strangers could lock people out. For the same reason, attempts from other addresses do
// not prolong it. So a guesser with many addresses has one quick attempt from each of them.
type Throttle struct {
	db   DB
	now  func() time.Time
	most int // targets that are counted
}

// NewThrottle returns a throttle that counts in db and takes the time from now.
func NewThrottle(db DB, now func() time.Time) *Throttle {
	return &Throttle{db: db, now: now, most: maxTargets}
}

const (
	// freeFailures is how many passwords can be wrong before the next attempt has to wait, and
	// freeTokens how many tokens: programs repeat their requests, and a token cannot be guessed.
	freeFailures = 5
	freeTokens   = 20
	// firstWait is the first wait. It doubles with each failure.
	firstWait = time.Second
	// longestWait is the longest wait of an owner at one address, and longestSharedWait that of an
	// owner at all addresses or of an address, which people who guess nothing may share.
	longestWait       = 15 * time.Minute
	longestSharedWait = time.Minute
	// forgottenAfter is the time without a failure after which a target starts again.
	forgottenAfter = time.Hour
	// codesForgottenAfter is that time for codes of the second factor: after it, five more are
	// free.
	codesForgottenAfter = 24 * time.Hour
	// maxTargets is about how many targets are counted. Those whose first failure is the oldest are
	// forgotten first.
	maxTargets = 100_000
)

// target is what failures count for.
type target struct {
	key     digest
	free    int // how many attempts can fail before the next one has to wait
	longest time.Duration
	memory  time.Duration // without a failure, after which it starts again; forgottenAfter if it is 0
	first   time.Duration // the first wait; firstWait if it is 0
	// refill makes the target a token bucket instead: of free failures, one is free again after
	// each refill. Nothing else applies to it.
	refill time.Duration
}

// guess is one attempt. It is counted as a failure before it is checked; undo removes the failure.
type guess struct {
	owner, both, address target
	more                 []target  // what it counts for besides
	everywhere           bool      // the wait of the owner applies wherever the attempt comes from
	known                bool      // whether the address is known
	at                   time.Time // when it was counted
	times                int       // how many failures it counts as in a bucket; 1 if it is 0
}

// newGuess returns an attempt to guess the credentials of the owner, which is a text of any form,
// from an address. The invalid address stands for an unknown one.
func newGuess(owner string, address netip.Addr) guess {
	from := netlimit.Proxies(nil).Key(address) // the network of an IPv6 address
	return guess{
		owner:   target{sha256.Sum256(fmt.Appendf(nil, "owner %q", owner)), freeFailures, longestSharedWait, 0, 0, 0},
		both:    target{sha256.Sum256(fmt.Appendf(nil, "owner %q from %s", owner, from)), freeFailures, longestWait, 0, 0, 0},
		address: target{sha256.Sum256([]byte("from " + from.String())), freeFailures, longestSharedWait, 0, 0, 0},
		known:   from.IsValid(),
	}
}

// newToken returns an attempt to guess a token from an address that is known. It counts only for
// the address.
func newToken(address netip.Addr) guess {
	from := netlimit.Proxies(nil).Key(address)
	t := target{sha256.Sum256([]byte("token from " + from.String())), freeTokens, longestSharedWait, 0, 0, 0}
	return guess{owner: t, both: t, address: t}
}

// newCode returns an attempt to guess the second factor of an owner whose password is known. It
// counts for the owner wherever it comes from, because a code has only six digits: a guesser with
// many addresses must not have a guess from each. Strangers cannot lock the owner out by this,
// because they do not know the password.
func newCode(owner string) guess {
	t := target{sha256.Sum256(fmt.Appendf(nil, "code of owner %q", owner)), freeFailures, longestWait, codesForgottenAfter, 0, 0}
	return guess{owner: t, both: t}
}

// newProviderAttempt returns a sign-in by the provider from an address that is known. Nothing can
// be guessed in it, so it counts only for the address.
func newProviderAttempt(address netip.Addr) guess {
	from := netlimit.Proxies(nil).Key(address)
	t := target{sha256.Sum256([]byte("provider from " + from.String())), freeTokens, longestSharedWait, 0, 0, 0}
	return guess{owner: t, both: t, address: t}
}

// targets returns what the attempt counts for, each once.
func (g guess) targets() []target {
	all := []target{g.owner}
	if g.both != g.owner {
		all = append(all, g.both)
	}
	if g.known {
		all = append(all, g.address)
	}
	return append(all, g.more...)
}

// ownerOf describes an owner that is known, or a login that no one has.
func ownerOf(account int, who identity, loginKey string, from Origin) string {
	switch {
	case account == 0:
		return fmt.Sprintf("login of %q: %q", normalize.Name(from.Account), loginKey)
	case who == (identity{}):
		return fmt.Sprintf("login %d %q", account, loginKey)
	}
	return actorOwner(account, who.viewer.Actor)
}

func actorOwner(account int, a viewer.Actor) string {
	return fmt.Sprintf("%s %d %d", a.Kind, account, a.ID)
}

// Begin counts an attempt to guess the password of the viewer, who is signed in; undo removes the
// failure. It fails with a *limiter.RateError if the attempt has to wait: then nothing may be
// checked.
func (t *Throttle) Begin(ctx context.Context, v viewer.Viewer) (undo func(context.Context) error, err error) {
	g := newGuess(actorOwner(v.Account, v.Actor), v.Address)
	err = t.begin(ctx, &g)
	return func(ctx context.Context) error { return t.undo(ctx, g) }, err
}

// BeginCode is Begin for the second factor of the viewer, whose password was right.
func (t *Throttle) BeginCode(ctx context.Context, v viewer.Viewer) (undo func(context.Context) error, err error) {
	g := newCode(actorOwner(v.Account, v.Actor))
	err = t.begin(ctx, &g)
	return func(ctx context.Context) error { return t.undo(ctx, g) }, err
}

// Owner returns how the audit log and logs name a contact in failed sign-ins.
func (*Throttle) Owner(account, contact int) string {
	return newGuess(actorOwner(account, viewer.Actor{Kind: viewer.ActorContact, ID: contact}), netip.Addr{}).String()
}

// begin counts an attempt as failed before it is checked: attempts at the same time must not all be
// free. It fails with a *limiter.RateError if the attempt has to wait: nothing was checked.
func (t *Throttle) begin(ctx context.Context, g *guess) error {
	rows, err := g.find(viewer.NewSystemContext(ctx, 0), t.db.Client(), noLock)
	if err != nil {
		return err
	}
	wait := g.wait(rows, t.now())
	if wait <= 0 { // otherwise without a write: guessers must not keep the others from writing
		wait, err = t.enter(ctx, g)
	}
	if err != nil {
		return err
	}
	return rateError(wait)
}

// rateError returns the error of an attempt that has to wait, nil if it has not.
func rateError(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	return &limiter.RateError{RetryAfter: int(math.Ceil(wait.Seconds()))}
}

// enter counts an attempt, unless it has to wait after all.
func (t *Throttle) enter(ctx context.Context, g *guess) (wait time.Duration, err error) {
	err = t.write(ctx, func(ctx context.Context, tx *database.Tx, now time.Time) error {
		g.at = now
		rows, err := g.find(ctx, tx.Ent, tx.ForUpdate)
		if err != nil {
			return err
		}
		if wait = g.wait(rows, now); wait > 0 {
			return nil
		}
		fresh := !g.everywhere && !g.both.counts(rows[g.both.key], now)
		for _, target := range g.targets() {
			if err := t.count(ctx, tx, target, rows[target.key], now, cmp.Or(g.times, 1), fresh && target == g.owner && g.both != g.owner); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("counting an attempt: %w", err)
	}
	return wait, nil
}

// waits reports whether there is a wait after the last attempt. If there is none, the time of the
// wait says nothing: for attempts at the same time, or at servers whose clocks differ, it may be in
// the future.
func waits(row *ent.Attempt) bool { return row.WaitUntil.After(row.LastAt) }

// wait returns how long the attempt has to wait.
func (g guess) wait(rows map[digest]*ent.Attempt, now time.Time) time.Duration {
	var wait time.Duration
	for _, target := range g.targets() {
		row := rows[target.key]
		anywhere := g.everywhere || g.both.refill > 0
		if row == nil || !waits(row) || target == g.owner && !anywhere && !g.both.counts(rows[g.both.key], now) {
			continue
		}
		wait = max(wait, row.WaitUntil.Sub(now))
	}
	return wait
}

// counts reports whether the row has failures that are not forgotten.
func (t target) counts(row *ent.Attempt, now time.Time) bool {
	return row != nil && row.Failures > 0 && now.Sub(row.LastAt) < cmp.Or(t.memory, forgottenAfter)
}

// find returns the rows of the targets that have one. lock is a predicate that keeps other
// transactions from changing them, or noLock.
func (g guess) find(ctx context.Context, c *ent.Client, lock func(*sql.Selector)) (map[digest]*ent.Attempt, error) {
	var keys [][]byte
	for _, target := range g.targets() {
		keys = append(keys, target.key[:])
	}
	// In the order of their targets, so that two writes do not wait for each other. A transaction
	// of several writes may still deadlock with another one; it is run again then.
	found, err := c.Attempt.Query().Where(attempt.TargetIn(keys...), lock).Order(ent.Asc(attempt.FieldTarget)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading attempts: %w", err)
	}
	rows := map[digest]*ent.Attempt{}
	for _, row := range found {
		rows[digest(row.Target)] = row
	}
	return rows, nil
}

// count adds a failure to a target, or several to a bucket. row is nil if the target has none. The
// wait stays as it is if free is true: an attempt from an address that has not failed for the owner
// does not make the owner wait elsewhere.
func (th *Throttle) count(ctx context.Context, tx *database.Tx, t target, row *ent.Attempt, now time.Time, times int, free bool) error {
	failures := 1
	if t.counts(row, now) {
		failures += row.Failures
	}
	until := now.Add(t.waitAfter(failures))
	switch {
	case t.refill > 0:
		until = t.after(row, now, times)
	case free && row != nil && waits(row):
		until = row.WaitUntil
	case free:
		until = now
	}
	if row != nil {
		return tx.Ent.Attempt.Update().Where(attempt.ID(row.ID)).SetFailures(failures).SetLastAt(now).SetWaitUntil(until).Exec(ctx)
	}
	added, err := tx.Ent.Attempt.Create().SetTarget(t.key[:]).SetFailures(failures).SetSinceSuccess(0).SetLastAt(now).SetWaitUntil(until).Save(ctx)
	if dberr.IsUnique(err) {
		return dberr.Raced(err) // another process has counted the first failure
	}
	if err != nil {
		return err
	}
	_, err = tx.Ent.Attempt.Delete().Where(attempt.IDLTE(added.ID - th.most)).Exec(ctx)
	return err
}

// waitAfter returns the wait after a number of failures.
func (t target) waitAfter(failures int) time.Duration {
	if failures < t.free {
		return 0
	}
	return min(cmp.Or(t.first, firstWait)<<min(failures-t.free, 20), t.longest)
}

// fail records that the attempt was wrong, in the transaction of what is stored about it. It
// returns how many failures the owner has had since the last success.
func (g guess) fail(ctx context.Context, tx *database.Tx) (failures int, err error) {
	ctx = viewer.NewSystemContext(ctx, 0)
	rows, err := g.find(ctx, tx.Ent, tx.ForUpdate)
	if err != nil {
		return 0, err
	}
	row := rows[g.owner.key]
	if row == nil { // it was forgotten
		return 1, nil
	}
	failures = row.SinceSuccess + 1
	return failures, tx.Ent.Attempt.Update().Where(attempt.ID(row.ID)).SetSinceSuccess(failures).Exec(ctx)
}

// succeed undoes the attempt in the transaction of what it was for, and forgets the failures of
// the owner. It returns how many there were since the last success.
func (g guess) succeed(ctx context.Context, tx *database.Tx) (failures int, err error) {
	ctx = viewer.NewSystemContext(ctx, 0)
	rows, err := g.find(ctx, tx.Ent, tx.ForUpdate)
	if err != nil {
		return 0, err
	}
	for _, target := range []target{g.owner, g.both} {
		row := rows[target.key]
		if row == nil {
			continue
		}
		failures += row.SinceSuccess // 0 for both together
		if err := tx.Ent.Attempt.Update().Where(attempt.ID(row.ID)).SetFailures(0).SetSinceSuccess(0).SetWaitUntil(row.LastAt).Exec(ctx); err != nil {
			return 0, err
		}
	}
	for _, target := range append([]target{g.address}, g.more...) {
		if err := g.undoOne(ctx, tx, target, rows); err != nil {
			return 0, err
		}
	}
	return failures, nil
}

// undoOne removes one failure of a target. The attempt did not have to wait, so no other one has to
// because of it. If another attempt was counted in the meantime, the wait after that one stays:
// otherwise, those who know the password and guess the second factor could end their waits.
func (g guess) undoOne(ctx context.Context, tx *database.Tx, t target, rows map[digest]*ent.Attempt) error {
	row := rows[t.key]
	if row == nil || row.Failures == 0 {
		return nil
	}
	update := tx.Ent.Attempt.Update().Where(attempt.ID(row.ID)).SetFailures(row.Failures - 1)
	switch {
	case t.refill > 0:
		update.SetWaitUntil(row.WaitUntil.Add(-t.refill))
	case row.LastAt.Equal(g.at):
		update.SetWaitUntil(row.LastAt)
	}
	return update.Exec(ctx)
}

// undo removes the failure of an attempt that could not be checked, or one that was not wrong.
func (t *Throttle) undo(ctx context.Context, g guess) error {
	err := t.write(context.WithoutCancel(ctx), func(ctx context.Context, tx *database.Tx, _ time.Time) error {
		rows, err := g.find(ctx, tx.Ent, tx.ForUpdate)
		if err != nil {
			return err
		}
		for _, target := range g.targets() {
			if err := g.undoOne(ctx, tx, target, rows); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("undoing an attempt: %w", err)
	}
	return nil
}

// String identifies the owner in logs and in the audit log, without the login: it may be a password
// that was typed into the wrong field.
func (g guess) String() string { return hex.EncodeToString(g.owner.key[:6]) }

func (t *Throttle) write(ctx context.Context, fn func(context.Context, *database.Tx, time.Time) error) error {
	now := t.now().UTC().Truncate(time.Microsecond)
	return t.db.Write(viewer.NewSystemContext(ctx, 0), 0, func(ctx context.Context, tx *database.Tx) error { return fn(ctx, tx, now) })
}
