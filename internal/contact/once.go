package contact

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/idempotencykey"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
	"contactgraph/internal/viewer"
)

const (
	// RequestKeyHeader is the HTTP header that has an idempotency key.
	RequestKeyHeader = "Idempotency-Key"
	// MaxRequestKey bounds an idempotency key, in UTF-16 units.
	MaxRequestKey = 255
	// keyLife is how long a repeat finds the first outcome.
	keyLife = 24 * time.Hour
)

// ErrRequestKey is the error of an idempotency key that is none.
var ErrRequestKey = fmt.Errorf("an idempotency key has 1 to %d characters", MaxRequestKey)

// RequestKey makes a write happen once, however often its request comes: a repeat with the same key, by the same actor, finds the
// outcome of the first that was applied. It is stored in the write's own transaction. Its design follows
// https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header.
type RequestKey struct {
	key      string
	alias    string // tells several writes of one request apart
	hash     []byte // of the request
	replayed *atomic.Bool
}

// NewRequestKey returns the key for the write that request asks for, which must have JSON and no password. given are the values of
// the header: it fails with ErrRequestKey unless there is one, and that a key.
func NewRequestKey(given []string, request any) (*RequestKey, error) {
	if len(given) != 1 {
		return nil, ErrRequestKey
	}
	key := given[0]
	if n := storable.Length(key); n == 0 || n > MaxRequestKey || !storable.Text(key) {
		return nil, ErrRequestKey
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(text)
	return &RequestKey{key: key, hash: hash[:], replayed: &atomic.Bool{}}, nil
}

// As is the key for one of several writes of the request.
func (k *RequestKey) As(alias string) *RequestKey {
	return &RequestKey{key: k.key, alias: alias, hash: k.hash, replayed: &atomic.Bool{}}
}

// Replayed reports whether a write found the outcome of an earlier one.
func (k *RequestKey) Replayed() bool { return k.replayed.Load() }

type requestKeyKey struct{}

// WithRequestKey returns a context whose one write has the key.
func WithRequestKey(ctx context.Context, k *RequestKey) context.Context {
	return context.WithValue(ctx, requestKeyKey{}, k)
}

// forItem gives the item of a batch, each of which is a write of its own, its own key.
func forItem(ctx context.Context, i int) context.Context {
	k, ok := ctx.Value(requestKeyKey{}).(*RequestKey)
	if !ok {
		return ctx
	}
	item := *k
	item.alias += "#" + strconv.Itoa(i)
	return WithRequestKey(ctx, &item)
}

// memory is how the outcome of a command is kept: as JSON that has no personal data but what an admin has named.
type memory[T any] struct {
	keep   func(T) any
	recall func(ctx context.Context, s *Service, kept json.RawMessage) (T, error)
}

// replayError ends a write that has happened before.
type replayError struct{ kept json.RawMessage }

// Error says so.
func (replayError) Error() string { return "this has happened before" }

// transact runs fn by run, which is the store's Write; or finds what came of it, if that has happened before under the context's
// key.
func transact[T any](ctx context.Context, s *Service, v viewer.Viewer, m memory[T],
	run func(func(context.Context, *database.Tx) error) error, fn func(context.Context, *database.Tx) (T, error),
) (result T, err error) {
	err = run(func(ctx context.Context, tx *database.Tx) error {
		result, err = once(ctx, s, v, m, tx, fn)
		return err
	})
	if before, ok := errors.AsType[replayError](err); ok {
		ctx.Value(requestKeyKey{}).(*RequestKey).replayed.Store(true) //nolint:forcetypeassert // only a key makes this error
		return m.recall(ctx, s, before.kept)
	}
	if err != nil {
		var none T
		return none, translate(err)
	}
	return result, nil
}

// once runs fn and keeps its outcome under the context's key, if there is one. It fails with replayError if there is an outcome.
func once[T any](ctx context.Context, s *Service, v viewer.Viewer, m memory[T], tx *database.Tx,
	fn func(context.Context, *database.Tx) (T, error),
) (result T, err error) {
	k, ok := ctx.Value(requestKeyKey{}).(*RequestKey)
	if !ok {
		return fn(ctx, tx)
	}
	if err := k.lookUp(ctx, s, v, tx); err != nil {
		return result, err
	}
	if result, err = fn(ctx, tx); err != nil {
		return result, err
	}
	kept, err := json.Marshal(m.keep(result))
	if err != nil {
		return result, err
	}
	err = tx.Ent.IdempotencyKey.Create().SetActorKind(v.Actor.Kind).SetActorID(v.Actor.ID).SetKey(k.key).SetAlias(k.alias).
		SetRequestHash(k.hash).SetAt(s.clock()).SetOutcome(kept).Exec(ctx)
	if dberr.IsUnique(err) { // another process was faster
		err = dberr.Raced(err)
	}
	return result, err
}

// lookUp fails with replayError if there is an outcome under the key, and with KeyReused if the key is of another request, be it
// under another alias.
func (k *RequestKey) lookUp(ctx context.Context, s *Service, v viewer.Viewer, tx *database.Tx) error {
	mine := tx.Ent.IdempotencyKey.Query().Where(idempotencykey.AccountID(v.Account), idempotencykey.ActorKind(v.Actor.Kind),
		idempotencykey.ActorID(v.Actor.ID), idempotencykey.Key(k.key))
	row, err := mine.Clone().Where(idempotencykey.Alias(k.alias)).Only(ctx)
	found := err == nil
	switch {
	case found && s.clock().Sub(row.At) >= keyLife:
		_, err := tx.Ent.IdempotencyKey.Delete().Where(idempotencykey.AccountID(v.Account), idempotencykey.ID(row.ID)).Exec(ctx)
		return err
	case ent.IsNotFound(err):
		row, err = mine.Where(idempotencykey.AtGT(s.clock().Add(-keyLife))).First(ctx)
	}
	switch {
	case ent.IsNotFound(err):
		return nil
	case err != nil:
		return err
	case subtle.ConstantTimeCompare(row.RequestHash, k.hash) == 0:
		return Errors{{Code: KeyReused, Message: "The idempotency key was used for another request."}}
	case !found:
		return nil
	}
	return replayError{row.Outcome}
}

// Things of the catalogue are kept as they are.
func asItIs[T any]() memory[T] {
	return memory[T]{
		keep: func(thing T) any { return thing },
		recall: func(_ context.Context, _ *Service, kept json.RawMessage) (thing T, err error) {
			return thing, json.Unmarshal(kept, &thing)
		},
	}
}

// ofChange keeps the name of the change: the log knows the rest.
var ofChange = memory[*Result]{
	keep: func(r *Result) any { return keptChange{r.Change.ContactID, r.Change.Version} },
	recall: func(ctx context.Context, s *Service, kept json.RawMessage) (*Result, error) {
		var of keptChange
		if err := json.Unmarshal(kept, &of); err != nil {
			return nil, err
		}
		return s.resultOf(ctx, revision.ChangeID{Contact: of.Contact, Version: of.Version})
	},
}

// ofChanges keeps the names of several.
var ofChanges = memory[[]*Result]{
	keep: func(rs []*Result) any {
		kept := make([]any, len(rs))
		for i, r := range rs {
			kept[i] = ofChange.keep(r)
		}
		return kept
	},
	recall: func(ctx context.Context, s *Service, kept json.RawMessage) ([]*Result, error) {
		var all []json.RawMessage
		if err := json.Unmarshal(kept, &all); err != nil {
			return nil, err
		}
		rs := make([]*Result, len(all))
		for i, one := range all {
			var err error
			if rs[i], err = ofChange.recall(ctx, s, one); err != nil {
				return nil, err
			}
		}
		return rs, nil
	},
}

type keptChange struct {
	Contact int              `json:"contact"`
	Version revision.Version `json:"version"`
}

// keptNames reports whether a kept outcome is of changes, one of which is the contact's.
func keptNames(kept json.RawMessage, contact int) bool {
	var one keptChange
	var all []keptChange
	if json.Unmarshal(kept, &one) == nil && one.Contact == contact && one.Version != 0 {
		return true
	}
	return json.Unmarshal(kept, &all) == nil && slices.ContainsFunc(all, func(c keptChange) bool { return c.Contact == contact })
}
