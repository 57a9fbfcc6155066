package verify

import (
	"context"
	"math"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/derivation"
	"contactgraph/ent/externalid"
	"contactgraph/ent/feed"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/predicate"
	"contactgraph/ent/propertyvalue"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/rekey"
	"contactgraph/internal/revision"

	"entgo.io/ent/dialect/sql"
)

const (
	// batchSize is how many contacts are verified in one snapshot.
	batchSize = 500
	// pageSize is how many changes are read at once. Together they have at most 4 MiB.
	pageSize = 500
	// sequencePage is how many sequence numbers are read at once.
	sequencePage = 10_000
)

// verifier verifies one account. Its contexts are those of the server in the account.
type verifier struct {
	db      DB
	found   func(Difference)
	summary Summary
}

func (v *verifier) report(d Difference) {
	d.Account = v.summary.ID
	v.summary.Differences++
	if v.found != nil {
		v.found(d)
	}
}

// account verifies the account.
func (v *verifier) account(ctx context.Context) error {
	if err := v.sequence(ctx); err != nil {
		return err
	}
	for after := 0; after < math.MaxInt; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := v.db.Snapshot(ctx, func(ctx context.Context, c *ent.Client) (err error) {
			after, err = v.batch(ctx, c, after)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sequence checks that the changes of the account are numbered without gaps, apart from those of
// restores, from the one after those that retention has deleted to the last number that was
// assigned.
func (v *verifier) sequence(ctx context.Context) error {
	for last, more := int64(0), true; more; {
		err := v.db.Snapshot(ctx, func(ctx context.Context, c *ent.Client) error {
			f, err := c.Feed.Query().Where(feed.AccountID(v.summary.ID)).Only(ctx)
			if ent.IsNotFound(err) {
				v.report(Difference{Path: PathSequence, Expected: "a counter", Stored: nil})
				more = false
				return nil
			}
			if err != nil {
				return err
			}
			var rows []int64
			err = c.Change.Query().Where(change.AccountID(v.summary.ID), change.SeqGT(last)).Order(change.BySeq()).
				Limit(sequencePage).Select(change.FieldSeq).Scan(ctx, &rows)
			if err != nil {
				return err
			}
			last = v.numbers(last, f, rows)
			if more = len(rows) == sequencePage; !more && last != f.Seq && !revision.Leaps(last, f.Seq) {
				v.report(Difference{Path: PathSequence, Expected: f.Seq, Stored: last, Note: "the last number"})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// numbers checks the next sequence numbers after last, and returns the last of them.
func (v *verifier) numbers(last int64, f *ent.Feed, rows []int64) int64 {
	last = max(last, f.Start, f.Cut) // retention may have gone on since the page before
	for _, n := range rows {
		switch {
		case n <= f.Cut:
			v.report(Difference{Path: PathSequence, Expected: nil, Stored: n, Note: "retention has deleted the changes up to here"})
		case n != last+1 && !revision.Leaps(last, n):
			v.report(Difference{Path: PathSequence, Expected: last + 1, Stored: n})
		}
		last = max(last, n)
	}
	return last
}

// batch verifies the next contacts after an id, and returns the last id that it has covered.
func (v *verifier) batch(ctx context.Context, c *ent.Client, after int) (last int, err error) {
	if last, err = v.bound(ctx, c, after); err != nil {
		return 0, err
	}
	contacts, err := changelog.AddRelations(c.Contact.Query().
		Where(entcontact.AccountID(v.summary.ID), entcontact.IDGT(after), entcontact.IDLTE(last)).Order(entcontact.ByID())).All(ctx)
	if err != nil {
		return 0, err
	}
	cut, err := v.cut(ctx, c)
	if err != nil {
		return 0, err
	}
	stored := map[int]*ent.Contact{}
	for _, o := range contacts {
		stored[o.ID] = o
	}
	if err := v.log(ctx, c, after, last, &comparison{verifier: v, cut: cut, stored: stored}); err != nil {
		return 0, err
	}
	v.summary.Contacts += len(contacts)
	if err := v.orphans(ctx, c, after, last, stored); err != nil {
		return 0, err
	}
	return last, v.derived(ctx, c, contacts)
}

// bound returns the last id of a batch: there are at most batchSize contacts, and as many contacts
// in the log.
func (v *verifier) bound(ctx context.Context, c *ent.Client, after int) (int, error) {
	last := math.MaxInt
	ids, err := c.Contact.Query().Where(entcontact.AccountID(v.summary.ID), entcontact.IDGT(after)).Order(entcontact.ByID()).Limit(batchSize).IDs(ctx)
	if err != nil {
		return 0, err
	}
	if len(ids) == batchSize {
		last = ids[batchSize-1]
	}
	var logged []int
	err = c.Change.Query().Where(change.AccountID(v.summary.ID), change.ContactIDGT(after)).Order(change.ByContactID()).
		Limit(batchSize).Unique(true).Select(change.FieldContactID).Scan(ctx, &logged)
	if len(logged) == batchSize {
		last = min(last, logged[batchSize-1])
	}
	return last, err
}

// cut returns the sequence number up to which retention has deleted the log.
func (v *verifier) cut(ctx context.Context, c *ent.Client) (int64, error) {
	f, err := c.Feed.Query().Where(feed.AccountID(v.summary.ID)).Only(ctx)
	if ent.IsNotFound(err) {
		return 0, nil // sequence has reported it
	}
	if err != nil {
		return 0, err
	}
	return f.Cut, nil
}

// log applies the log of the contacts between two ids, and compares.
func (v *verifier) log(ctx context.Context, c *ent.Client, after, last int, to *comparison) error {
	var current *folded
	next := []predicate.Change{change.ContactIDGT(after)}
	for {
		rows, more, err := database.ReadFitting(ctx, c.Change.Query().
			Where(change.AccountID(v.summary.ID), change.ContactIDLTE(last)).Where(next...).
			Order(change.ByContactID(), change.ByVersion()), pageSize)
		if err != nil {
			return err
		}
		for _, row := range rows {
			v.summary.Changes++
			if current != nil && current.contact != row.ContactID {
				to.compare(current)
				current = nil
			}
			if current == nil {
				current = newFolded(v, row, to.cut)
			}
			if err := current.add(row); err != nil {
				return err
			}
		}
		if len(rows) < pageSize && !more {
			break
		}
		end := rows[len(rows)-1]
		next = []predicate.Change{
			change.ContactIDGTE(end.ContactID), change.Or(change.ContactIDGT(end.ContactID), change.VersionGT(end.Version)),
		}
	}
	if current != nil {
		to.compare(current)
	}
	to.withoutLog()
	return nil
}

// derived compares the keys and search terms of contacts.
func (v *verifier) derived(ctx context.Context, c *ent.Client, contacts []*ent.Contact) error {
	st, err := c.Derivation.Query().Where(derivation.AccountID(v.summary.ID)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return err
	}
	switch {
	case st == nil || st.Forms < normalize.FormsVersion:
		v.summary.Keys = KeysPending
	case st.Forms > normalize.FormsVersion:
		v.summary.Keys = KeysNewer
	case st.Done != nil:
		v.summary.Keys = KeysRunning
	case v.summary.Keys == "":
		v.summary.Keys = KeysCompared
	}
	stale, err := rekey.Compare(ctx, c, v.summary.ID, st, contacts)
	for _, s := range stale {
		v.report(Difference{Contact: s.Contact, Path: s.Path, Expected: s.Expected, Stored: s.Stored})
	}
	return err
}

// orphans reports rows of contacts between two ids that do not exist.
func (v *verifier) orphans(ctx context.Context, c *ent.Client, after, last int, stored map[int]*ent.Contact) error {
	id, gt, lte := v.summary.ID, sql.FieldGT(login.FieldContactID, after), sql.FieldLTE(login.FieldContactID, last)
	for _, table := range []struct {
		path string
		ids  func(context.Context) ([]int, error)
	}{
		{field.PathProperties, c.PropertyValue.Query().Where(propertyvalue.AccountID(id), gt, lte).Unique(true).Select(propertyvalue.FieldContactID).Ints},
		{field.PathLogins, c.Login.Query().Where(login.AccountID(id), gt, lte).Unique(true).Select(login.FieldContactID).Ints},
		{field.PathExternalIDs, c.ExternalID.Query().Where(externalid.AccountID(id), gt, lte).Unique(true).Select(externalid.FieldContactID).Ints},
		{field.PathMembership, c.Membership.Query().Where(membership.AccountID(id), gt, lte).Unique(true).Select(membership.FieldContactID).Ints},
		{PathSearchTerms, c.SearchTerm.Query().Where(searchterm.AccountID(id), gt, lte).Unique(true).Select(searchterm.FieldContactID).Ints},
	} {
		ids, err := table.ids(ctx)
		if err != nil {
			return err
		}
		for _, contact := range ids {
			if stored[contact] == nil {
				v.report(Difference{Contact: contact, Path: table.path, Expected: nil, Stored: "rows", Note: "the contact does not exist"})
			}
		}
	}
	return nil
}
