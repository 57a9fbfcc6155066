package contactgraph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// FeedOptions is what to read from the change log, and from where.
type FeedOptions struct {
	// The cursor after which to begin: that of the last change that was processed, or that of
	// FeedEnd. Empty for the beginning of the retained log.
	After string
	// Only the changes of this contact, by its global id or plain number; empty for all changes
	// that the viewer may read. An API key of a segment must name a contact.
	ContactID string
	// The number of changes that are read at once before the stream, at most 1000; 100 if it is 0.
	// A page costs about 50 for each change: see docs/graphql.md of the server.
	PageSize int
	// Called when all changes up to now have been yielded, with the cursor to store.
	OnCaughtUp func(cursor string)
	// Called by FollowChanges when the stream is open, and with an error, if there is one, when it
	// is lost.
	OnLive func(live bool, err error)
}

// FeedEnd returns the cursor of the end of the change log. Request it before you read contacts that
// you keep up to date: changes after it can be part of what you read, and are applied again. The id
// of a contact is that of FeedOptions.
func (c *Client) FeedEnd(ctx context.Context, contactID string) (cursor string, err error) {
	response, _, err := feedEnd(ctx, c, contactID)
	if err != nil {
		return "", err
	}
	return response.ContactChanges.LastCursor, nil
}

// ReadChanges iterates over the changes in the log, each of which it yields once, in the order of
// the log. It ends at the end of the log, or after yielding an error: see FollowChanges.
func (c *Client) ReadChanges(ctx context.Context, options FeedOptions) iter.Seq2[*Change, error] {
	return func(yield func(*Change, error) bool) {
		f := follower{c, options, yield}
		if err := f.readPages(ctx); err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// FollowChanges iterates over the changes in the log, and then over new ones as they are written.
// Each change is yielded once, in the order of the log: if the connection is lost, the iterator
// connects again and continues after the last change. Store the Cursor of a change together with
// what you derive from it. While the loop processes a change, the next is not read.
//
// The iteration ends only with its loop or an error, which is the last thing that it yields: that
// of the context, or one that cannot be helped by waiting. CodeCursorExpired means that the log
// cannot continue from the cursor, after retention or a restore: request FeedEnd, read all contacts
// again, and follow from there.
func (c *Client) FollowChanges(ctx context.Context, options FeedOptions) iter.Seq2[*Change, error] {
	return func(yield func(*Change, error) bool) {
		f := follower{c, options, yield}
		if err := f.follow(ctx); !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// errStopped means that the loop over an iterator has ended.
var errStopped = errors.New("stopped")

// follower is an iteration over changes. The cursor advances in its options.
type follower struct {
	client  *Client
	options FeedOptions
	yield   func(*Change, error) bool
}

// follow reads pages and streams until an error that cannot be helped by waiting, or errStopped.
func (f *follower) follow(ctx context.Context) error {
	wait := backoff{longest: f.client.delay}
	for {
		err := f.readPages(ctx)
		if err == nil {
			err = f.readStream(ctx, &wait)
		}
		var failed *Error
		switch {
		case errors.Is(err, errStopped):
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && (!errors.As(err, &failed) || !failed.Code.temporary()):
			return err
		}
		f.live(false, err)
		asked := time.Duration(0)
		if failed != nil {
			asked = failed.RetryAfter
		}
		if err := wait.after(ctx, asked); err != nil {
			return err
		}
	}
}

// readPages yields the changes up to the end of the log.
func (f *follower) readPages(ctx context.Context) error {
	size := f.options.PageSize
	if size == 0 {
		size = 100
	}
	for {
		response, _, err := feedPage(ctx, f.client, f.options.After, size, f.options.ContactID)
		if err != nil {
			return err
		}
		page := &response.ContactChanges
		for i := range page.Changes {
			if err := f.yieldChange(&page.Changes[i]); err != nil {
				return err
			}
		}
		f.options.After = page.EndCursor
		if page.HasMore {
			continue
		}
		if f.options.OnCaughtUp != nil {
			f.options.OnCaughtUp(f.options.After)
		}
		return nil
	}
}

// readStream yields changes as they are written, until the stream ends, which is not an error.
func (f *follower) readStream(ctx context.Context, wait *backoff) error {
	body, err := json.Marshal(graphql.Request{
		OpName: "followFeed", Query: followFeed_Operation,
		Variables: __followFeedInput{After: f.options.After, ContactId: f.options.ContactID},
	})
	if err != nil {
		return err
	}
	s, failed := f.client.open(ctx, body)
	if failed != nil {
		return failed
	}
	defer s.close()
	wait.longest = f.client.delay
	f.live(true, nil)
	for {
		var event followFeedResponse
		err := s.next(&graphql.Response{Data: &event})
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.yieldChange(&event.ContactChanges); err != nil {
			return err
		}
	}
}

func (f *follower) yieldChange(change *Change) error {
	f.options.After = change.Cursor
	if !f.yield(change, nil) {
		return errStopped
	}
	return nil
}

func (f *follower) live(live bool, err error) {
	if f.options.OnLive != nil {
		f.options.OnLive(live, err)
	}
}
