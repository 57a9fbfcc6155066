package contact

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/feed"
	"contactgraph/internal/revision"
	"contactgraph/internal/safego"
	"contactgraph/internal/viewer"
)

// ErrCursorExpired is the error of reading the log from a place that it does not have any more, or not yet.
var ErrCursorExpired = errors.New("the log does not have the place of the cursor")

// MaxFeed is the largest number of changes in one answer.
const MaxFeed = 1000

// Feed is a stretch of the account's log.
type Feed struct {
	Changes []*ent.Change   // in the order of the writes
	End     revision.Cursor // behind them, and behind all that they leave out
	Last    revision.Cursor // where the log ended when it was read
	HasMore bool            // whether there are more behind End by now
}

// EndCursor is End as clients see it.
func (f *Feed) EndCursor() string { return f.End.String() }

// LastCursor is Last as clients see it.
func (f *Feed) LastCursor() string { return f.Last.String() }

// FeedArgs say what to read of the log.
type FeedArgs struct {
	After   *revision.Cursor // nil: from the beginning, as far as it is kept
	Contact *int             // one contact only; nil for all that the viewer may see
}

// Feed reads at most first changes behind a cursor. A customer sees those of its own contact. It fails with ErrPage if first is not
// from 0 to MaxFeed, with ErrCursorExpired, and with Forbidden as Get does.
func (s *Service) Feed(ctx context.Context, a FeedArgs, first int) (*Feed, error) {
	v, contact, err := reachFeed(ctx, a.Contact)
	if err != nil {
		return nil, err
	}
	if first < 0 || first > MaxFeed {
		return nil, fmt.Errorf("%w: first must be from 0 to %d", ErrPage, MaxFeed)
	}
	last, cut, err := s.store.LogEnd(ctx, v.Account)
	if err != nil {
		return nil, err
	}
	after := cut
	if a.After != nil {
		after = int64(*a.After)
	}
	rows, err := s.readFeed(ctx, v, contact, after, first+1)
	if err != nil {
		return nil, err
	}
	// Asked once more: what has been cut off since is not in the rows.
	if _, cut, err = s.store.LogEnd(ctx, v.Account); err != nil {
		return nil, err
	}
	if after < cut || after > last {
		return nil, ErrCursorExpired
	}
	f := &Feed{Changes: seenByAll(v, rows), Last: revision.Cursor(last), End: revision.Cursor(last)}
	if len(rows) > first {
		f.Changes, f.HasMore, f.End = rows[:first], true, revision.Cursor(after)
	}
	if n := len(f.Changes); n > 0 {
		f.End = max(f.End, revision.Cursor(f.Changes[n-1].Seq))
	}
	return f, nil
}

// nobody is the number of no contact, in place of 0, which stands for all.
const nobody = -1

// reachFeed returns the viewer and the contact that it follows, 0 for all.
func reachFeed(ctx context.Context, asked *int) (v viewer.Viewer, contact int, err error) {
	switch v, err = signedIn(ctx); {
	case err != nil:
		return v, 0, err
	case asked != nil:
		v, err = reach(ctx, *asked)
		return v, cmp.Or(*asked, nobody), err
	}
	return v, v.Contact, nil // 0 but for a customer
}

// readFeed reads rows of the log. Those of one contact are found by their versions, whose order is the same.
func (s *Service) readFeed(ctx context.Context, v viewer.Viewer, contact int, after int64, limit int) ([]*ent.Change, error) {
	q := s.client().Change.Query().Where(change.AccountID(v.Account), change.SeqGT(after)).Limit(limit)
	if contact != 0 {
		return q.Where(change.ContactID(contact)).Order(change.ByVersion()).All(ctx)
	}
	return q.Order(change.BySeq()).All(ctx)
}

// Follow calls deliver for every change behind a cursor, in the order of the writes, and goes on with those that come, until ctx
// ends, deliver fails, or still does: it is asked from time to time whether the viewer may still. It fails as Feed does, and with
// feed.ErrClosed.
func (s *Service) Follow(ctx context.Context, h *feed.Hub, a FeedArgs, still func(context.Context) error, deliver func(*ent.Change) error) error {
	v, contact, err := reachFeed(ctx, a.Contact)
	if err != nil {
		return err
	}
	// What is in memory cannot tell where the log begins, nor whether a place behind its end is one that it has not come to yet.
	if _, err := s.read(ctx, a, 0); err != nil {
		return err
	}
	f := h.Follow(v.Account, contact)
	defer f.Leave()
	for asked := time.Now(); ; {
		if time.Since(asked) >= h.Recheck {
			if err := still(ctx); err != nil {
				return err
			}
			asked = time.Now()
		}
		next, err := s.next(ctx, f, v, a)
		if err != nil {
			return err
		}
		for _, row := range next.Changes {
			if err := deliver(row); err != nil {
				return err
			}
		}
		a.After = &next.End
		pause := h.Recheck
		if next.HasMore {
			pause = 0
		}
		if err := f.Wait(ctx, pause); err != nil {
			return err
		}
	}
}

// next is what comes behind a cursor: of what is in memory, or of the database.
func (s *Service) next(ctx context.Context, f *feed.Follower, v viewer.Viewer, a FeedArgs) (*Feed, error) {
	if a.After != nil {
		if rows, upTo, covered := f.Since(int64(*a.After)); covered {
			return &Feed{Changes: seenByAll(v, rows), End: revision.Cursor(upTo)}, nil
		}
	}
	page, err := s.read(ctx, a, MaxPage)
	if err == nil {
		page.HasMore = true // by now, what is in memory may begin where it ends
	}
	return page, err
}

// read is Feed for somebody who then waits, and shall not keep the stack that a database needs.
func (s *Service) read(ctx context.Context, a FeedArgs, first int) (*Feed, error) {
	return safego.Run(func() (*Feed, error) { return s.Feed(ctx, a, first) })
}
