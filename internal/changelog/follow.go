package changelog

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/revision"
	"contactgraph/internal/safego"
	"contactgraph/internal/viewer"
)

// Follow calls deliver for every change behind a cursor, in the order of the writes, and goes on with those that come, until ctx
// ends, deliver fails, or still does: it is asked from time to time whether the viewer may still. It fails as Feed does, and with
// feed.ErrClosed.
func (s *Service) Follow(ctx context.Context, a PageArgs, still func(context.Context) error, deliver func(*ent.Change) error) error {
	v, contact, err := authorize(ctx, a.Contact)
	if err != nil {
		return err
	}
	// What is in memory cannot tell where the log begins, nor whether a place behind its end is one that it has not come to yet.
	if _, err := s.readDetached(ctx, a, 0); err != nil {
		return err
	}
	f := s.hub.Follow(v.Account, contact)
	defer f.Close()
	for asked := time.Now(); ; {
		if time.Since(asked) >= s.hub.Recheck {
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
		pause := s.hub.Recheck
		if next.HasMore {
			pause = 0
		}
		if err := f.Wait(ctx, pause); err != nil {
			return err
		}
	}
}

// next is what comes behind a cursor: of what is in memory, or of the database.
func (s *Service) next(ctx context.Context, f *Follower, v viewer.Viewer, a PageArgs) (*Page, error) {
	if a.After != nil {
		if rows, upTo, covered := f.Since(int64(*a.After)); covered {
			return &Page{Changes: allVisibleTo(v, rows), End: revision.Cursor(upTo)}, nil
		}
	}
	page, err := s.readDetached(ctx, a, MaxHistory)
	if err == nil {
		page.HasMore = true // by now, what is in memory may begin where it ends
	}
	return page, err
}

// read is Feed for somebody who then waits, and shall not keep the stack that a database needs.
func (s *Service) readDetached(ctx context.Context, a PageArgs, first int) (*Page, error) {
	return safego.Run(func() (*Page, error) { return s.Page(ctx, a, first) })
}
