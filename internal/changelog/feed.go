package changelog

import (
	"cmp"
	"context"
	"errors"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// ErrCursorExpired is the error for a cursor that the log cannot continue from: changes after it
// have been deleted, or it lies after the end.
var ErrCursorExpired = errors.New("the change log cannot continue from this cursor")

// MaxPage is the largest number of changes in one page.
const MaxPage = 1000

// Page is a part of the account's change log.
type Page struct {
	Changes []*ent.Change   // in the order of the writes
	End     revision.Cursor // after them, and after the changes that PageArgs.Contact leaves out
	Last    revision.Cursor // the end of the log when it was read
	HasMore bool            // whether there are more after End
}

// EndCursor returns End as clients see it.
func (f *Page) EndCursor() string { return f.End.String() }

// LastCursor returns Last as clients see it.
func (f *Page) LastCursor() string { return f.Last.String() }

// PageArgs say which changes to read.
type PageArgs struct {
	After   *revision.Cursor // nil to start at the oldest change that is kept
	Contact *int             // read one contact only; nil for all that the viewer may see
}

// Page reads at most first changes after a cursor, and fewer if they are too large together. A
// customer sees those of its own contact. It fails with usererror.ErrArguments if first is not from
// 0 to MaxPage, with ErrCursorExpired, and with Forbidden as query.Service.Get does.
func (s *Service) Page(ctx context.Context, a PageArgs, first int) (*Page, error) {
	v, contact, err := s.authorize(ctx, a.Contact)
	if err != nil {
		return nil, err
	}
	if first < 0 || first > MaxPage {
		return nil, usererror.NewInvalidArguments("first must be from 0 to %d.", MaxPage)
	}
	last, cut, err := s.db.LogEnd(ctx, v.Account)
	if err != nil {
		return nil, err
	}
	after := cut
	if a.After != nil {
		after = int64(*a.After)
	}
	rows, more, err := s.readRows(ctx, v, contact, after, first+1)
	if err != nil {
		return nil, err
	}
	// Read again: rows that have been pruned since the first read may be missing.
	if _, cut, err = s.db.LogEnd(ctx, v.Account); err != nil {
		return nil, err
	}
	if known, err := s.knows(ctx, v.Account, after, last, cut); err != nil || !known {
		return nil, cmp.Or(err, ErrCursorExpired)
	}
	f := &Page{Changes: allVisibleTo(v, rows), Last: revision.Cursor(last), End: revision.Cursor(last)}
	if more || len(rows) > first {
		f.Changes, f.HasMore, f.End = rows[:min(first, len(rows))], true, revision.Cursor(after)
	}
	if n := len(f.Changes); n > 0 {
		f.End = max(f.End, revision.Cursor(f.Changes[n-1].Seq))
	}
	return f, nil
}

// knows reports whether the log can be continued after a number: it was assigned, or it is the one
// before one that was. After a restore, numbers of changes that were lost are not (see
// database.DB.Restored).
func (s *Service) knows(ctx context.Context, account int, after, last, cut int64) (bool, error) {
	switch {
	case after < cut || after > last:
		return false, nil
	case after == cut || after == last:
		return true, nil
	}
	return s.db.Client().Change.Query().Where(change.AccountID(account), change.SeqIn(after, after+1)).Exist(viewer.NewSystemContext(ctx, account))
}

// noContact is an id that no contact has, to replace 0, which stands for all contacts.
const noContact = -1

// authorize returns the viewer and the contact that it reads, 0 for all contacts of the account. A
// contact that is hidden from the viewer has no changes, as one that does not exist.
func (s *Service) authorize(ctx context.Context, contactID *int) (v viewer.Viewer, contact int, err error) {
	if contactID != nil {
		v, err = authz.AuthorizeContact(ctx, s.db.Client(), *contactID)
		if errs, ok := errors.AsType[usererror.Errors](err); ok && errs.Has(usererror.NotFound) {
			return v, noContact, nil
		}
		return v, cmp.Or(*contactID, noContact), err
	}
	v, err = authz.RequireViewer(ctx)
	if err == nil && v.Segment != 0 { // a follower would not learn that a contact leaves the segment
		err = usererror.Errors{usererror.NewForbidden("", "This API key is limited to the contacts of a segment: it may read the changes of one contact at a time.")}
	}
	return v, v.Contact, err // 0 except for a customer
}

// readRows reads rows of the log. Those of one contact are found by version, whose order is the
// same.
func (s *Service) readRows(ctx context.Context, v viewer.Viewer, contact int, after int64, limit int) (rows []*ent.Change, more bool, err error) {
	q := s.db.Client().Change.Query().Where(change.AccountID(v.Account), change.SeqGT(after))
	if contact != 0 {
		return database.ReadFitting(ctx, q.Where(change.ContactID(contact)).Order(change.ByVersion()), limit)
	}
	return database.ReadFitting(ctx, q.Order(change.BySeq()), limit)
}
