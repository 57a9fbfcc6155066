package contact

import (
	"context"
	"errors"
	"slices"

	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Attempt is what one of several commands has written, or why it has not; in a rehearsal, what it
// would write.
type Attempt struct {
	Outcome

	Contact int                    // that it writes; 0 if it creates one that is not stored
	Seen    revision.Version       // of the contact before; 0 if it is created
	Kind    change.Kind            // of the write
	Changes []revision.FieldChange // as the change log shows them; empty for one that changes nothing
}

// Shared is how several commands share one transaction.
type Shared struct {
	// Rehearsal checks the commands completely and writes no contact.
	Rehearsal bool
	// Record runs last, with what each command has done.
	Record func(ctx context.Context, tx *database.Tx, attempts []Attempt) error
}

// RunShared runs the commands in one transaction, in which each succeeds or fails by itself, and
// stores what the caller records of them with what they write: either all of this is stored or
// nothing. Contacts can pass unique keys to each other. A command that writes the same contact as
// an earlier one fails with Duplicate. RunShared fails with Forbidden for a viewer that may see
// only some of the contacts, because it would learn who has a unique key, and with the errors of
// Record.
func (s *Service) RunShared(ctx context.Context, commands []Command, in Shared) error {
	v, err := authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Agent))
	if err == nil && v.Limited() {
		err = usererror.Errors{usererror.NewForbidden("", "This API key is limited to a segment, so it may not write many contacts at once.")}
	}
	if err != nil {
		return err
	}
	prepared, failed, err := s.prepareEach(ctx, commands)
	if err != nil {
		return err
	}
	var contacts []int
	for _, p := range prepared {
		if p != nil && p.contact != 0 {
			contacts = append(contacts, p.contact)
		}
	}
	return translate(s.db.WriteAll(ctx, contacts, func(ctx context.Context, tx *database.Tx) error {
		attempts := slices.Clone(failed)
		if err := s.newTransaction(tx, v, nil).runEach(ctx, prepared, attempts, in.Rehearsal); err != nil {
			return err
		}
		for i := range attempts {
			hideFields(v, attempts[i].Errors)
		}
		return in.Record(ctx, tx, attempts)
	}))
}

// prepareEach prepares the commands. Those that fail are nil, and have their errors in the
// attempts.
func (s *Service) prepareEach(ctx context.Context, commands []Command) ([]*prepared, []Attempt, error) {
	all, attempts := make([]*prepared, len(commands)), make([]Attempt, len(commands))
	for i, c := range commands {
		p, err := c.prepare(ctx, s)
		switch {
		case err == nil:
			all[i] = p
		case !errors.As(err, &attempts[i].Errors):
			return nil, nil, err
		}
	}
	return all, attempts, nil
}

// runEach runs the commands, each of which succeeds or fails by itself.
func (t *transaction) runEach(ctx context.Context, commands []*prepared, attempts []Attempt, rehearsal bool) error {
	if err := t.readChosen(ctx, commands); err != nil {
		return err
	}
	var begun []*unitOfWork
	index := map[*unitOfWork]int{}
	written := map[int]bool{}
	for i, p := range commands {
		if p == nil {
			continue
		}
		w, err := p.begin(ctx, t)
		switch {
		case errors.As(err, &attempts[i].Errors):
			continue
		case err != nil:
			return err
		case !w.isNew() && written[w.old.ID]:
			w.errs = nil
			w.errs.Add(usererror.Duplicate, "", "This contact is written twice.")
		}
		attempts[i].Contact, attempts[i].Seen, attempts[i].Kind = w.old.ID, w.old.Version, w.kind
		if w.failed() {
			attempts[i].Errors = w.errs
			continue
		}
		written[w.old.ID] = true
		begun, index[w] = append(begun, w), i
	}
	passed, err := t.checkEach(ctx, begun)
	if err != nil {
		return err
	}
	for _, w := range begun {
		attempts[index[w]].Errors = w.errs
	}
	for _, w := range passed {
		if w.kind != change.KindDELETE {
			attempts[index[w]].Changes = append(differences(w.old, w.next), w.fields...)
		}
	}
	if rehearsal {
		return nil
	}
	results, err := t.store(ctx, passed)
	for i, r := range results {
		a := &attempts[index[passed[i]]]
		a.Result, a.Contact = r, r.Contact.ID
	}
	return err
}

// checkEach is checkKeys for writes that succeed or fail by themselves: it returns those that can
// be stored together. A key that a write asks for which fails is free for the others, and one that
// it releases is not.
func (t *transaction) checkEach(ctx context.Context, writes []*unitOfWork) (passed []*unitOfWork, err error) {
	together := map[int]bool{}
	for _, w := range writes {
		together[w.old.ID] = true
	}
	for {
		for _, w := range writes {
			w.errs, w.releases = nil, nil
		}
		if err := t.findTaken(ctx, writes); err != nil {
			return nil, err
		}
		first := slices.IndexFunc(writes, (*unitOfWork).failed)
		if first < 0 {
			return writes, nil
		}
		// The key of the first that fails is not that of another one that fails, nor are those that
		// belong to contacts which are not written here.
		lost := writes[first]
		writes = slices.DeleteFunc(slices.Clone(writes), func(w *unitOfWork) bool {
			return w == lost || w.failed() && !slices.ContainsFunc(w.errs, func(e *usererror.Error) bool {
				return e.Existing == nil || together[e.Existing.ID]
			})
		})
	}
}
