package contact

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// writeOne runs fn, which writes one contact, in a transaction, and returns its result as the
// viewer may see it once it is durable. If the service has an idempotency key, a repeat returns the
// result of the first request.
func (s *Service) writeOne(ctx context.Context, v viewer.Viewer, in idempotency.Transaction, fn func(context.Context, *database.Tx) (*Result, error)) (*Result, error) {
	r, err := inTx(ctx, s, v, s.resultCodec(), in, fn)
	return r.visibleTo(v), err
}

// writeAll is writeOne for several contacts.
func (s *Service) writeAll(ctx context.Context, v viewer.Viewer, in idempotency.Transaction, fn func(context.Context, *database.Tx) ([]*Result, error)) ([]*Result, error) {
	rs, err := inTx(ctx, s, v, s.resultsCodec(), in, fn)
	for i, r := range rs {
		rs[i] = r.visibleTo(v)
	}
	return rs, err
}

func inTx[T any](ctx context.Context, s *Service, v viewer.Viewer, c idempotency.Codec[T], in idempotency.Transaction,
	fn func(context.Context, *database.Tx) (T, error),
) (T, error) {
	result, err := idempotency.Run(ctx, idempotency.Request{Key: s.key, Viewer: v, Now: s.now}, c, in, fn)
	err = translate(err)
	if errs, ok := errors.AsType[usererror.Errors](err); ok {
		hideFields(v, errs)
	}
	return result, err
}

// transactionFor returns a transaction that writes the contact, 0 for none.
func (s *Service) transactionFor(contact int) idempotency.Transaction {
	return func(ctx context.Context, fn func(context.Context, *database.Tx) error) error {
		return s.db.Write(ctx, contact, fn)
	}
}

// transactionForAll returns a transaction that writes several contacts and locks them against every
// other write.
func (s *Service) transactionForAll(contacts []int) idempotency.Transaction {
	return func(ctx context.Context, fn func(context.Context, *database.Tx) error) error {
		return s.db.WriteAll(ctx, contacts, fn)
	}
}

// storedChange names a change. It is what an idempotency key stores of a result: the change log has
// the rest. The version is 0 if nothing was changed.
type storedChange struct {
	Contact int              `json:"contact"`
	Version revision.Version `json:"version"`
}

func storedChangeOf(r *Result) storedChange {
	if r.Change == nil {
		return storedChange{Contact: r.Contact.ID}
	}
	return storedChange{r.Change.ContactID, r.Change.Version}
}

// resultCodec encodes the result of a command that writes one contact.
func (s *Service) resultCodec() idempotency.Codec[*Result] {
	return idempotency.Codec[*Result]{
		Encode: func(r *Result) any { return storedChangeOf(r) },
		Decode: func(ctx context.Context, stored json.RawMessage) (*Result, error) {
			var c storedChange
			if err := json.Unmarshal(stored, &c); err != nil {
				return nil, err
			}
			return s.resultOf(ctx, c)
		},
	}
}

// resultsCodec encodes the results of a command that writes several contacts.
func (s *Service) resultsCodec() idempotency.Codec[[]*Result] {
	return idempotency.Codec[[]*Result]{
		Encode: func(rs []*Result) any {
			stored := make([]storedChange, len(rs))
			for i, r := range rs {
				stored[i] = storedChangeOf(r)
			}
			return stored
		},
		Decode: func(ctx context.Context, stored json.RawMessage) ([]*Result, error) {
			var all []storedChange
			if err := json.Unmarshal(stored, &all); err != nil {
				return nil, err
			}
			rs := make([]*Result, len(all))
			for i, c := range all {
				var err error
				if rs[i], err = s.resultOf(ctx, c); err != nil {
					return nil, err
				}
			}
			return rs, nil
		},
	}
}

// resultOf restores the result of the write that made a change, as far as the change log still has
// it. What the write was merged with is not stored.
func (s *Service) resultOf(ctx context.Context, c storedChange) (*Result, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), c.Contact)
	if err != nil {
		return nil, err
	}
	if c.Version == 0 {
		current, err := s.db.Client().Contact.Query().Where(entcontact.ID(c.Contact), entcontact.AccountID(v.Account)).Only(ctx)
		if ent.IsNotFound(err) {
			err = usererror.NewNotFound("Contact", c.Contact)
		}
		return &Result{Contact: current}, err
	}
	row, err := s.log.Change(ctx, revision.ChangeID{Contact: c.Contact, Version: c.Version})
	if err == nil && row == nil {
		err = usererror.NewNotFound("Contact", c.Contact)
	}
	if err != nil {
		return nil, err
	}
	r := &Result{Change: row}
	version := c.Version
	switch {
	case row.Kind == change.KindERASE:
		return r, nil
	case changelog.Removes(row.Kind):
		version--
	}
	r.Contact, err = s.log.AsOf(ctx, c.Contact, version)
	if errors.Is(err, changelog.ErrNoVersion) {
		return nil, usererror.NewNotFound("Contact", c.Contact)
	}
	return r, err
}

// concerns returns a function that reports whether a stored outcome has a change of the contact.
func concerns(contact int) func(outcome json.RawMessage) bool {
	return func(outcome json.RawMessage) bool {
		var single storedChange
		if json.Unmarshal(outcome, &single) == nil && single.Contact == contact && single.Version != 0 {
			return true
		}
		var all []storedChange
		return json.Unmarshal(outcome, &all) == nil && slices.ContainsFunc(all, func(c storedChange) bool { return c.Contact == contact })
	}
}
