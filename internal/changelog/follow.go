package changelog

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/revision"
	"contactgraph/internal/safego"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// catchUpBatch is how many changes a follower reads from the database at once.
const catchUpBatch = 25

// Feed delivers the changes after a cursor.
type Feed struct {
	service *Service
	args    PageArgs
	viewer  viewer.Viewer
	contact int // whose changes it delivers; 0 for all
}

// Feed returns the changes after a cursor, and those to come. It fails as Page does.
func (s *Service) Feed(ctx context.Context, a PageArgs) (*Feed, error) {
	v, contact, err := s.authorize(ctx, a.Contact)
	if err != nil {
		return nil, err
	}
	// The cache does not know whether a cursor before its start has expired, or whether one after
	// its end is one that it has not read yet.
	if _, err := s.readDetached(ctx, a, 0); err != nil {
		return nil, err
	}
	return &Feed{s, a, v, contact}, nil
}

// Follow calls send for every change of the feed, in the order of the writes, and continues with
// new changes. Every Hub.Recheck it calls recheck, which fails if the viewer may no longer follow.
// Follow ends with the error of recheck or send, with the cause of ctx, with ErrClosed when the
// server stops, or as Page does.
func (feed *Feed) Follow(ctx context.Context, recheck func(context.Context) error, send func(*ent.Change) error) error {
	err := feed.follow(ctx, recheck, send)
	if o := feed.service.hub.Observer; o != nil {
		o.Left(err)
	}
	return err
}

// follow is Follow without the observer.
func (feed *Feed) follow(ctx context.Context, recheck func(context.Context) error, send func(*ent.Change) error) error {
	s, a := feed.service, feed.args
	f := s.hub.Follow(feed.viewer.Account, feed.contact)
	defer f.Close()
	for checked := time.Now(); ; {
		if time.Since(checked) >= s.hub.Recheck {
			if err := recheck(ctx); err != nil {
				return err
			}
			if _, now, err := s.authorize(ctx, a.Contact); err == nil && now != feed.contact {
				return usererror.Errors{usererror.NewForbidden("", "The contact is no longer in the segment that this API key is limited to.")}
			}
			checked = time.Now()
		}
		next, err := s.sendNext(ctx, f, feed.viewer, a, send)
		if err != nil {
			return err
		}
		a.After = &next.End
		f.sent.Store(int64(next.End))
		pause := s.hub.Recheck
		if next.HasMore {
			pause = 0
		}
		if err := f.Wait(ctx, pause); err != nil {
			return err
		}
	}
}

// sendNext sends the changes after a cursor, from memory or from the database.
func (s *Service) sendNext(ctx context.Context, f *Follower, v viewer.Viewer, a PageArgs, send func(*ent.Change) error) (*Page, error) {
	if a.After != nil {
		if rows, upTo, covered := f.Since(int64(*a.After)); covered {
			page := &Page{Changes: allVisibleTo(v, rows), End: revision.Cursor(upTo)}
			return page, sendAll(page, send)
		}
	}
	end, err := f.slot(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	page, err := s.readDetached(ctx, a, catchUpBatch)
	if err != nil {
		return nil, err
	}
	page.HasMore = true // what is in memory may start where the page ends
	return page, sendAll(page, send)
}

func sendAll(page *Page, send func(*ent.Change) error) error {
	for _, row := range page.Changes {
		if err := send(row); err != nil {
			return err
		}
	}
	return nil
}

// readDetached is Page on another goroutine: the caller then waits for a long time, and must not
// keep the large stack that a database call needs.
func (s *Service) readDetached(ctx context.Context, a PageArgs, first int) (*Page, error) {
	return safego.Run(func() (*Page, error) { return s.Page(ctx, a, first) })
}
