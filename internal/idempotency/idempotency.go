// Package idempotency applies a write once within 24 hours, however often its request is sent with
// the same key.
//
// A client sends a key of its own with a request. The outcome of the write is stored under the key
// in the transaction of the write, so a repeat by the same actor with the same key returns the
// outcome of the first request that was applied. The design follows
// https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header.
//
// Start reading at Run. key.go has the keys, prune.go deletes expired ones.
package idempotency

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/idempotencykey"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Lifetime is how long a repeat returns the outcome of the first request.
const Lifetime = 24 * time.Hour

// Codec encodes the outcome of a write to store it, and decodes it for a repeat. What is stored
// must not contain personal data of a contact: it stays when the contact is erased.
type Codec[T any] struct {
	Encode func(outcome T) any // returns a value to marshal as JSON
	Decode func(ctx context.Context, stored json.RawMessage) (T, error)
}

// JSON returns a codec that stores an outcome as its JSON.
func JSON[T any]() Codec[T] {
	return Codec[T]{
		Encode: func(outcome T) any { return outcome },
		Decode: func(_ context.Context, stored json.RawMessage) (outcome T, err error) {
			return outcome, json.Unmarshal(stored, &outcome)
		},
	}
}

// Request is the request of a write.
type Request struct {
	Key    *Key // nil if the request has none; then it is applied as often as it is sent
	Viewer viewer.Viewer
	Now    func() time.Time
}

// now returns the time to store. Both engines store microseconds.
func (r Request) now() time.Time { return r.Now().UTC().Truncate(time.Microsecond) }

// Transaction is Write or WriteAll of database.DB, for the contacts of the request.
type Transaction func(ctx context.Context, fn func(context.Context, *database.Tx) error) error

// Run runs fn in a transaction and returns its outcome once it is durable. If a request with the
// same key has been applied before, it returns the outcome of that one instead and marks the key as
// replayed. It fails with the user error KeyReused if the key came with another request.
func Run[T any](ctx context.Context, r Request, c Codec[T], transaction Transaction, fn func(context.Context, *database.Tx) (T, error),
) (outcome T, err error) {
	err = transaction(ctx, func(ctx context.Context, tx *database.Tx) error {
		if r.Key != nil {
			if err := r.find(ctx, tx); err != nil {
				return err
			}
		}
		if outcome, err = fn(ctx, tx); err != nil || r.Key == nil {
			return err
		}
		return r.store(ctx, tx, c.Encode(outcome))
	})
	if before, ok := errors.AsType[replayError](err); ok {
		r.Key.replayed.Store(true)
		return c.Decode(ctx, before.outcome)
	}
	if err != nil {
		var none T
		return none, err
	}
	return outcome, nil
}

// replayError ends a transaction whose request has been applied before.
type replayError struct{ outcome json.RawMessage }

// Error implements error.
func (replayError) Error() string { return "the request has been applied before" }

// find fails with replayError if an outcome is stored under the key, and with KeyReused if the key
// is stored for another request, also under another alias.
func (r Request) find(ctx context.Context, tx *database.Tx) error {
	own := tx.Ent.IdempotencyKey.Query().Where(idempotencykey.AccountID(r.Viewer.Account),
		idempotencykey.ActorKind(r.Viewer.Actor.Kind), idempotencykey.ActorID(r.Viewer.Actor.ID), idempotencykey.Key(r.Key.key))
	row, err := own.Clone().Where(idempotencykey.Alias(r.Key.alias)).Only(ctx)
	found := err == nil
	switch {
	case found && r.now().Sub(row.At) >= Lifetime:
		_, err := tx.Ent.IdempotencyKey.Delete().
			Where(idempotencykey.AccountID(r.Viewer.Account), idempotencykey.ID(row.ID)).Exec(ctx)
		return err
	case ent.IsNotFound(err):
		row, err = own.Where(idempotencykey.AtGT(r.now().Add(-Lifetime))).First(ctx)
	}
	switch {
	case ent.IsNotFound(err):
		return nil
	case err != nil:
		return err
	case subtle.ConstantTimeCompare(row.RequestHash, r.Key.hash) == 0:
		return usererror.Errors{{Code: usererror.KeyReused, Message: "The idempotency key was used for a different request. Use a new key."}}
	case !found:
		return nil
	}
	return replayError{row.Outcome}
}

// store stores the outcome under the key.
func (r Request) store(ctx context.Context, tx *database.Tx, outcome any) error {
	text, err := json.Marshal(outcome)
	if err != nil {
		return err
	}
	err = tx.Ent.IdempotencyKey.Create().SetActorKind(r.Viewer.Actor.Kind).SetActorID(r.Viewer.Actor.ID).
		SetKey(r.Key.key).SetAlias(r.Key.alias).SetRequestHash(r.Key.hash).SetAt(r.now()).SetOutcome(text).Exec(ctx)
	if dberr.IsUnique(err) { // another process stored it first; the retry finds its outcome
		err = dberr.Raced(err)
	}
	return err
}
