package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/netlimit"
	"contactgraph/internal/viewer"
)

// This file counts what callers who are authenticated guess for others: the passwords that
// customers enter in an application of the caller, the secrets in links, and the addresses that a
// caller looks up. The caller names the address of its own client, and can make one up. So all of
// these also count for the caller.

const (
	// freeGuesses is how many passwords and secrets of a client can be wrong at once, and
	// guessRefill how long it takes until one more can.
	freeGuesses = 20
	guessRefill = 3 * time.Second
	// clientsPerCaller is how many clients have to guess at the same time until their caller has to
	// wait, and with it all of its other clients. If it were 1, a single client could lock all
	// others out.
	clientsPerCaller = 10
	// freeMisses is how many look-ups of a caller can find nothing at once, and missRefill how long
	// it takes until one more can.
	freeMisses = 100
	missRefill = time.Second
)

// bucket returns a target that is a token bucket.
func bucket(free int, refill time.Duration, format string, args ...any) target {
	return target{key: sha256.Sum256(fmt.Appendf(nil, format, args...)), free: free, refill: refill}
}

// newCallerGuess returns an attempt that the viewer makes for its client at an address, which has
// any form. All clients at unknown addresses, "", count as one.
func newCallerGuess(v viewer.Viewer, client string) guess {
	caller := guesserOf(v)
	return guess{
		owner: caller, both: caller, known: true,
		address: bucket(freeGuesses, guessRefill, "client of account %d at %q", v.Account, clientKey(client)),
	}
}

// guesserOf returns the viewer as a caller whose clients guess.
func guesserOf(v viewer.Viewer) target {
	return bucket(freeGuesses*clientsPerCaller, guessRefill/clientsPerCaller, "guesses of %s", actorOwner(v.Account, v.Actor))
}

// newPasswordGuess returns an attempt to guess the password of a contact that the viewer makes for
// its client. The wait of the contact applies from every address: the viewer could make up a new
// one for each attempt.
func newPasswordGuess(v viewer.Viewer, contact int, client string) guess {
	g := newCallerGuess(v, client)
	owner := actorOwner(v.Account, viewer.Actor{Kind: viewer.ActorContact, ID: contact})
	g.more, g.everywhere = []target{g.owner}, true
	g.owner = target{key: sha256.Sum256(fmt.Appendf(nil, "owner %q by callers", owner)), free: freeGuesses, longest: longestSharedWait}
	g.both = target{
		key:  sha256.Sum256(fmt.Appendf(nil, "owner %q by callers from %q", owner, clientKey(client))),
		free: freeFailures, longest: longestWait,
	}
	return g
}

// newMiss returns a look-up of the viewer that finds nothing.
func newMiss(v viewer.Viewer) guess {
	t := bucket(freeMisses, missRefill, "misses of %s", actorOwner(v.Account, v.Actor))
	return guess{owner: t, both: t}
}

// clientKey returns what an address counts as: the network of an IPv6 address.
func clientKey(client string) string {
	address, err := netip.ParseAddr(client)
	if err != nil {
		return client
	}
	return netlimit.Proxies(nil).Key(address).String()
}

// BeginSecret counts an attempt of the viewer to find a contact by its secret for a client at an
// address, "" if that is unknown; undo removes it. It fails with a *limiter.RateError if the
// attempt has to wait: then nothing may be looked up.
func (t *Throttle) BeginSecret(ctx context.Context, v viewer.Viewer, client string) (undo func(context.Context) error, err error) {
	g := newCallerGuess(v, client)
	err = t.begin(ctx, &g)
	return func(ctx context.Context) error { return t.undo(ctx, g) }, err
}

// BeginSecrets fails with a *limiter.RateError if too many secrets were wrong that the viewer has
// sent.
func (t *Throttle) BeginSecrets(ctx context.Context, v viewer.Viewer) error {
	return t.check(ctx, guess{owner: guesserOf(v), both: guesserOf(v)})
}

// WrongSecrets counts n wrong secrets that the viewer has sent in one call.
func (t *Throttle) WrongSecrets(ctx context.Context, v viewer.Viewer, n int) error {
	g := guess{owner: guesserOf(v), both: guesserOf(v), times: n}
	_, err := t.enter(ctx, &g)
	return err
}

// check fails with a *limiter.RateError if the attempt would have to wait.
func (t *Throttle) check(ctx context.Context, g guess) error {
	rows, err := g.find(viewer.NewSystemContext(ctx, 0), t.db.Client(), noLock)
	if err != nil {
		return err
	}
	return rateError(g.wait(rows, t.now()))
}

// BeginLookup fails with a *limiter.RateError if too many look-ups of the viewer have found
// nothing.
func (t *Throttle) BeginLookup(ctx context.Context, v viewer.Viewer) error {
	return t.check(ctx, newMiss(v))
}

// Missed counts a look-up of the viewer that found nothing.
func (t *Throttle) Missed(ctx context.Context, v viewer.Viewer) error {
	g := newMiss(v)
	_, err := t.enter(ctx, &g) // if others have emptied the bucket meanwhile, it need not be counted
	return err
}

// Created removes a look-up that found nothing: the viewer has created a contact, so it is filling
// the account, and does not list who is in it.
func (t *Throttle) Created(ctx context.Context, v viewer.Viewer) error {
	g := newMiss(v)
	rows, err := g.find(viewer.NewSystemContext(ctx, 0), t.db.Client(), noLock)
	if err != nil || rows[g.owner.key] == nil || g.free(rows[g.owner.key].WaitUntil, t.now()) {
		return err
	}
	return t.undo(ctx, g)
}

// free reports whether a bucket is full.
func (g guess) free(until, now time.Time) bool {
	return !until.Add(time.Duration(g.owner.free-1) * g.owner.refill).After(now)
}

// after returns until when a bucket is empty after so many more failures: never before now, unless
// other failures are free.
func (t target) after(row *ent.Attempt, now time.Time, failures int) time.Time {
	most := time.Duration(t.free-1) * t.refill
	full := now // when all failures are free again
	if row != nil && row.WaitUntil.Add(most).After(now) {
		full = row.WaitUntil.Add(most)
	}
	return full.Add(time.Duration(failures)*t.refill - most)
}
