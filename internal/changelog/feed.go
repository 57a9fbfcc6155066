package changelog

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// ErrCursorExpired is the error of reading the log from a place that it does not have any more, or not yet.
var ErrCursorExpired = errors.New("the log does not have the place of the cursor")

// MaxFeed is the largest number of changes in one answer.
const MaxPage = 1000

// Feed is a stretch of the account's log.
type Page struct {
	Changes []*ent.Change   // in the order of the writes
	End     revision.Cursor // behind them, and behind all that they leave out
	Last    revision.Cursor // where the log ended when it was read
	HasMore bool            // whether there are more behind End by now
}

// EndCursor is End as clients see it.
func (f *Page) EndCursor() string { return f.End.String() }

// LastCursor is Last as clients see it.
func (f *Page) LastCursor() string { return f.Last.String() }

// FeedArgs say what to read of the log.
type PageArgs struct {
	After   *revision.Cursor // nil: from the beginning, as far as it is kept
	Contact *int             // one contact only; nil for all that the viewer may see
}

// Feed reads at most first changes behind a cursor. A customer sees those of its own contact. It fails with usererror.ErrArguments if first is not
// from 0 to MaxFeed, with ErrCursorExpired, and with Forbidden as Get does.
func (s *Service) Page(ctx context.Context, a PageArgs, first int) (*Page, error) {
	v, contact, err := authorize(ctx, a.Contact)
	if err != nil {
		return nil, err
	}
	if first < 0 || first > MaxPage {
		return nil, fmt.Errorf("%w: first must be from 0 to %d", usererror.ErrArguments, MaxPage)
	}
	last, cut, err := s.db.LogEnd(ctx, v.Account)
	if err != nil {
		return nil, err
	}
	after := cut
	if a.After != nil {
		after = int64(*a.After)
	}
	rows, err := s.readRows(ctx, v, contact, after, first+1)
	if err != nil {
		return nil, err
	}
	// Asked once more: what has been cut off since is not in the rows.
	if _, cut, err = s.db.LogEnd(ctx, v.Account); err != nil {
		return nil, err
	}
	if after < cut || after > last {
		return nil, ErrCursorExpired
	}
	f := &Page{Changes: allVisibleTo(v, rows), Last: revision.Cursor(last), End: revision.Cursor(last)}
	if len(rows) > first {
		f.Changes, f.HasMore, f.End = rows[:first], true, revision.Cursor(after)
	}
	if n := len(f.Changes); n > 0 {
		f.End = max(f.End, revision.Cursor(f.Changes[n-1].Seq))
	}
	return f, nil
}

// nobody is the number of no contact, in place of 0, which stands for all.
const noContact = -1

// reachFeed returns the viewer and the contact that it follows, 0 for all.
func authorize(ctx context.Context, asked *int) (v viewer.Viewer, contact int, err error) {
	switch v, err = authz.RequireViewer(ctx); {
	case err != nil:
		return v, 0, err
	case asked != nil:
		v, err = authz.AuthorizeContact(ctx, *asked)
		return v, cmp.Or(*asked, noContact), err
	}
	return v, v.Contact, nil // 0 but for a customer
}

// readFeed reads rows of the log. Those of one contact are found by their versions, whose order is the same.
func (s *Service) readRows(ctx context.Context, v viewer.Viewer, contact int, after int64, limit int) ([]*ent.Change, error) {
	q := s.db.Client().Change.Query().Where(change.AccountID(v.Account), change.SeqGT(after)).Limit(limit)
	if contact != 0 {
		return q.Where(change.ContactID(contact)).Order(change.ByVersion()).All(ctx)
	}
	return q.Order(change.BySeq()).All(ctx)
}
