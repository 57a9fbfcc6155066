package contact

import (
	"context"
	"errors"
	"maps"
	"slices"

	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/database"
	"contactgraph/internal/safego"
	"contactgraph/internal/usererror"
)

// MaxUpdates is the largest number of updates in one UpdateEach or UpdateAll.
const MaxUpdates = 100

// Outcome is the outcome of one of several commands: a result, or Errors.
type Outcome struct {
	Result *Result
	Errors usererror.Errors
}

// Err returns Errors, nil if there are none.
func (o Outcome) Err() error { return o.Errors.OrNil() }

// UpdateEach runs each update by itself, as Update does: some may succeed and others fail. Outcomes
// are in the order of the updates; updates of the same contact are applied in their order. It fails
// with TooMany. After any other error, a fault of the server, it is unknown how many updates were
// applied.
func (s *Service) UpdateEach(ctx context.Context, updates []Update) ([]Outcome, error) {
	if err := checkBatch(updates); err != nil {
		return nil, err
	}
	outcomes, faults := make([]Outcome, len(updates)), make([]error, len(updates))
	byContact := map[int][]int{}
	for i, u := range updates {
		byContact[u.ID] = append(byContact[u.ID], i)
	}
	groups := slices.Collect(maps.Values(byContact))
	safego.Each(len(groups), func(g int) { // concurrent writes share a group commit
		for _, i := range groups[g] {
			outcomes[i].Result, faults[i] = s.WithKey(s.key.WithItem(i)).Update(ctx, updates[i])
			if errors.As(faults[i], &outcomes[i].Errors) {
				faults[i] = nil
			}
		}
	})
	return outcomes, errors.Join(faults...)
}

// UpdateAll applies all updates in one transaction, or none: if one fails, those without errors of
// their own get the error NotApplied. Contacts can pass email addresses and phone numbers to each
// other. Outcomes are in the order of the updates; a contact that is listed again gets the error
// Duplicate. It fails with TooMany.
func (s *Service) UpdateAll(ctx context.Context, updates []Update) ([]Outcome, error) {
	if err := checkBatch(updates); err != nil {
		return nil, err
	}
	b := &updateBatch{Service: s, updates: make([]prepared, len(updates)), outcomes: make([]Outcome, len(updates))}
	for i, u := range updates {
		if u.ID != 0 && slices.ContainsFunc(updates[:i], func(earlier Update) bool { return earlier.ID == u.ID }) {
			b.outcomes[i].Errors.Add(usererror.Duplicate, "", "Contact %d is listed twice.", u.ID)
			continue
		}
		var err error
		if b.updates[i], err = s.prepare(ctx, u); err != nil && !errors.As(err, &b.outcomes[i].Errors) {
			return nil, err
		}
	}
	if len(updates) == 0 || b.failed() {
		b.markNotApplied()
		return b.outcomes, nil
	}
	b.keys = s.throttle.newKeyCheck(b.updates[0].viewer)
	results, err := s.writeAll(ctx, b.updates[0].viewer, s.transactionForAll(b.ids()), b.run)
	for _, o := range b.outcomes {
		hideFields(b.updates[0].viewer, o.Errors)
		b.keys.report(ctx, o.Err())
	}
	b.keys.report(ctx, err)
	switch {
	case errors.Is(err, errNotApplied):
		b.markNotApplied()
	case err != nil:
		return nil, err
	}
	for i, r := range results {
		b.outcomes[i].Result = r
	}
	return b.outcomes, nil
}

func checkBatch(updates []Update) error {
	if len(updates) > MaxUpdates {
		var errs usererror.Errors
		errs.Add(usererror.TooMany, "", "At most %d updates can be sent in one call.", MaxUpdates)
		return errs
	}
	return nil
}

// updateBatch is the state of one UpdateAll.
type updateBatch struct {
	*Service

	updates  []prepared
	outcomes []Outcome
	keys     *keyCheck // nil for staff
}

func (b *updateBatch) ids() []int {
	ids := make([]int, len(b.updates))
	for i, u := range b.updates {
		ids[i] = u.ID
	}
	return ids
}

func (b *updateBatch) failed() bool {
	return slices.ContainsFunc(b.outcomes, func(o Outcome) bool { return len(o.Errors) > 0 })
}

// markNotApplied adds the error NotApplied to the outcomes that have no error.
func (b *updateBatch) markNotApplied() {
	for i := range b.outcomes {
		o := &b.outcomes[i]
		if len(o.Errors) == 0 {
			o.Errors.Add(usererror.NotApplied, "", "This update was not applied because another update of the call failed.")
		}
		o.Errors.Sort()
	}
}

// run applies the updates inside the transaction.
func (b *updateBatch) run(ctx context.Context, tx *database.Tx) ([]*Result, error) {
	var writes []*unitOfWork
	b.outcomes = make([]Outcome, len(b.updates))
	for i, u := range b.updates {
		w, err := b.load(ctx, tx, u.viewer, u.ID, u.errs)
		switch {
		case errors.As(err, &b.outcomes[i].Errors):
			continue
		case err != nil:
			return nil, err
		}
		w.keys = b.keys
		if err := w.apply(ctx, u.Lock, u.edit); err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	if err := checkKeys(ctx, tx, b.updates[0].viewer.Account, writes); err != nil {
		return nil, err
	}
	for _, w := range writes {
		o := &b.outcomes[slices.IndexFunc(b.updates, func(u prepared) bool { return u.ID == w.old.ID })]
		o.Errors = w.errs
	}
	if b.failed() {
		return nil, errNotApplied
	}
	return b.save(ctx, tx, writes)
}

// save stores the writes, none of which has errors.
func (*updateBatch) save(ctx context.Context, tx *database.Tx, writes []*unitOfWork) ([]*Result, error) {
	for _, column := range []string{entcontact.FieldEmailKey, entcontact.FieldPhoneKey} {
		if err := releaseKeys(ctx, tx, writes, column); err != nil {
			return nil, err
		}
	}
	results := make([]*Result, len(writes))
	for i, w := range writes {
		var err error
		if results[i], err = w.save(ctx, change.KindUPDATE); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// errNotApplied makes the database roll the batch back. The outcomes have the errors.
var errNotApplied = errors.New("not applied")

// releaseKeys clears a key column of the contacts whose key another write of the batch takes,
// because the database checks uniqueness row by row. The compare-and-set that follows sets their
// new keys.
func releaseKeys(ctx context.Context, tx *database.Tx, writes []*unitOfWork, column string) error {
	var ids []int
	for _, w := range writes {
		if slices.Contains(w.releases, column) {
			ids = append(ids, w.old.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	update := tx.Ent.Contact.Update().Where(entcontact.AccountID(writes[0].viewer.Account), entcontact.IDIn(ids...))
	if err := update.Mutation().ClearField(column); err != nil {
		return err
	}
	return update.Exec(ctx)
}
