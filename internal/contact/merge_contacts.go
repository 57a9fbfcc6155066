package contact

import (
	"context"
	"errors"
	"slices"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/settings"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// MaxMerged is the largest number of contacts that one MergeContacts merges into another one.
const MaxMerged = 10

// MergeContacts is the command that merges contacts which are the same person into one of them, the
// survivor.
type MergeContacts struct {
	Into   Member
	From   []Member
	Choose []Choice
	DryRun bool // changes nothing
}

// Member is one of the contacts of a merge.
type Member struct {
	ID   int
	Lock Lock // OnConflict does not count: what has changed must be seen before it is merged
}

// Choice says which contact a field, or a property with one value, is taken from.
type Choice struct {
	Path    string
	Contact int
}

// Merging is the result of a merge of contacts, or of its undo.
type Merging struct {
	Survivor *Result
	Others   []*Result // merged into the survivor, or restored
	// Fields is what the survivor got, or lost again.
	Fields []revision.FieldChange
	// Kept is what the undo has left, because it was changed since the merge: Old is what the merge
	// had made of it, New what it is.
	Kept []revision.FieldChange
}

// MergeContacts merges contacts into the survivor, in one transaction. For each field the choice
// counts; without one, the survivor's value, and if it has none, the only value that the others
// have. Properties with several values, logins, external ids and segments are joined. A restriction
// of marketing email that one of them has stays. The survivor keeps its password; without one, it
// gets that of the first of the others that has one.
//
// The others are deleted, with their sessions. The log has one change of each contact, which names
// the others: see UnmergeContacts. Companies whose primary contact is deleted get the survivor.
//
// It fails with Errors: NotFound, Merged or Forbidden alone, or everything that keeps the contacts
// from being merged: VersionConflict for each that has another version, Required for fields for
// which a choice is missing. A dry run fails with the same errors.
func (s *Service) MergeContacts(ctx context.Context, m MergeContacts) (*Merging, error) {
	v, err := s.mayMerge(ctx, m.ids()...)
	if err != nil {
		return nil, err
	}
	if errs := m.check(); len(errs) > 0 {
		return nil, errs.OrNil()
	}
	if m.DryRun {
		s = s.WithKey(nil)
	}
	var planned *Merging
	results, err := s.writeAll(ctx, v, s.transactionForAll(m.ids()), func(ctx context.Context, tx *database.Tx) ([]*Result, error) {
		t := s.newTransaction(tx, v, nil)
		writes, err := m.begin(ctx, t)
		if err == nil {
			err = t.checkTogether(ctx, writes)
		}
		if err != nil {
			return nil, err
		}
		if m.DryRun {
			planned = plan(writes)
			return nil, errPlanned
		}
		return t.store(ctx, writes)
	})
	switch {
	case errors.Is(err, errPlanned):
		return planned, nil
	case err != nil:
		return nil, err
	}
	last := len(results) - 1
	return &Merging{Survivor: results[last], Others: results[:last], Fields: results[last].Change.Fields}, nil
}

// errPlanned makes the database roll a dry run back.
var errPlanned = errors.New("only planned")

// plan returns what the writes of a merge would do. The last is that of the survivor.
func plan(writes []*unitOfWork) *Merging {
	survivor := writes[len(writes)-1]
	return &Merging{Fields: append(differences(survivor.old, survivor.next), survivor.fields...)}
}

// MayMerge reports whether the viewer may merge contacts in its account, which has these settings.
func MayMerge(v viewer.Viewer, s settings.Account) bool {
	staff := v.Is(viewer.Admin) || v.Is(viewer.Agent) && !s.OnlyAdminsMerge
	return staff && !v.Enrolling && !v.ReadOnly && field.CanWriteAll(v)
}

// mayMerge returns the viewer if it may merge the contacts, and undo that: admins, and agents
// unless the account keeps them from it, who may write all fields.
func (s *Service) mayMerge(ctx context.Context, contacts ...int) (v viewer.Viewer, err error) {
	if v, err = authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Agent)); err != nil {
		return v, err
	}
	if !field.CanWriteAll(v) {
		return v, usererror.Errors{usererror.NewForbidden("", "Your role may not merge contacts, because it may not change all of their fields.")}
	}
	if !v.Is(viewer.Admin) {
		account, err := s.db.Client().Account.Query().Where(entaccount.ID(v.Account)).Only(ctx)
		if err != nil {
			return v, err
		}
		if !MayMerge(v, account.Settings) {
			return v, usererror.Errors{usererror.NewForbidden("", "Only admins may merge contacts in this account.")}
		}
	}
	for _, id := range contacts {
		if _, err := authz.AuthorizeContact(ctx, s.db.Client(), id); err != nil {
			return v, err
		}
	}
	return v, nil
}

// ids returns the contacts of the merge, the survivor first.
func (m MergeContacts) ids() []int {
	ids := []int{m.Into.ID}
	for _, from := range m.From {
		ids = append(ids, from.ID)
	}
	return ids
}

// check returns what is wrong with the command itself.
func (m MergeContacts) check() (errs usererror.Errors) {
	m.Into.Lock.check(&errs)
	switch n := len(m.From); {
	case n == 0:
		errs.Add(usererror.Required, "from", "from must name the contacts to merge into the other one.")
	case n > MaxMerged:
		errs.Add(usererror.TooMany, "from", "At most %d contacts can be merged into another one in one call.", MaxMerged)
	}
	ids := m.ids()
	for i, from := range m.From {
		from.Lock.check(&errs)
		if slices.Contains(ids[:i+1], from.ID) {
			errs.Add(usererror.Duplicate, "from", "The call names contact %d twice.", from.ID)
		}
	}
	seen := map[string]bool{}
	for _, c := range m.Choose {
		path := choicePath(c.Path)
		switch {
		case field.ByPath(path) == nil && field.PropertyID(path) == 0:
			errs.Add(usererror.Invalid, "choose", "%q is not a field that can be chosen: logins, external ids and segments are joined.", c.Path)
		case seen[path]:
			errs.Add(usererror.Duplicate, "choose", "The call chooses %s twice.", c.Path)
		case !slices.Contains(ids, c.Contact):
			errs.Add(usererror.Invalid, "choose", "Contact %d is not one of those that are merged.", c.Contact)
		}
		seen[path] = true
	}
	return errs
}

// choicePath returns the path by which the choice of a field is known: a phone number and its
// country code are chosen together.
func choicePath(path string) string {
	if path == field.PhoneCountryCode.Path {
		return field.Phone.Path
	}
	return path
}

// begin applies the merge in memory. It returns the writes of the others, then that of the
// survivor.
func (m MergeContacts) begin(ctx context.Context, t *transaction) ([]*unitOfWork, error) {
	j := &joining{MergeContacts: m}
	for i, member := range append([]Member{m.Into}, m.From...) {
		w, err := t.load(ctx, member.ID, nil)
		if err != nil {
			return nil, err
		}
		lock := member.Lock
		lock.OnConflict = Reject
		if err := w.reconcileRemoval(ctx, lock); err != nil {
			return nil, err
		}
		c, err := changelog.WithRelations(ctx, t.tx.Ent, t.viewer.Account, member.ID)
		if err != nil {
			return nil, err
		}
		j.states = append(j.states, changelog.NewSnapshot(c))
		if i > 0 {
			w.kind = change.KindMERGED
			w.releaseAll(c)
		}
		j.writes = append(j.writes, w)
	}
	survivor := j.writes[0]
	survivor.kind = change.KindMERGE
	if err := j.join(ctx, survivor); err != nil {
		return nil, err
	}
	j.name(t.tx)
	return append(slices.Clone(j.writes[1:]), survivor), nil
}

// releaseAll records that the contact gives up all of its unique keys.
func (w *unitOfWork) releaseAll(c *ent.Contact) {
	w.changeColumnKey(emailKeys, c.EmailKey, nil)
	w.changeColumnKey(phoneKeys, c.PhoneKey, nil)
	_, own := hiddenLogins(c.Edges.Logins)
	w.changeKeys(loginKeys, loginKeyChange(nil, nil, own))
	w.changeKeys(externalIDKeys, keyChange{released: externalKeys(field.ExternalIDsOf(c.Edges.ExternalIds))})
}

// name makes the changes of the merge name each other.
func (j *joining) name(tx *database.Tx) {
	survivor := j.writes[0]
	if survivor.merged == nil {
		survivor.merged = &revision.Merged{}
	}
	into := revision.ChangeID{Contact: survivor.old.ID, Version: tx.NextVersion(survivor.old.Version)}
	for _, w := range j.writes[1:] {
		w.merged = &revision.Merged{Into: &into}
		survivor.merged.From = append(survivor.merged.From, revision.ChangeID{Contact: w.old.ID, Version: tx.NextVersion(w.old.Version)})
	}
}

// checkTogether checks the unique keys of writes that are one command, and fails with the errors of
// all of them.
func (t *transaction) checkTogether(ctx context.Context, writes []*unitOfWork) error {
	if err := t.checkKeys(ctx, writes); err != nil {
		return err
	}
	var errs usererror.Errors
	for _, w := range writes {
		errs = append(errs, w.errs...)
	}
	return errs.OrNil()
}
