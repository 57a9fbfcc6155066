package contactgraph

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	longestDelay = 15 * time.Second
	// longestAsked is the longest wait that a server may ask for: after a longer one, the caller
	// decides.
	longestAsked = time.Minute
)

// retry sends a request until its outcome is known, at most as often as the client's attempts. A
// write has a key.
func (c *Client) retry(ctx context.Context, key string, send func() *Error) error {
	wait := backoff{longest: c.delay}
	outcomeUnknown := false
	for attempt := 1; ; attempt++ {
		failed := send()
		if failed == nil {
			return nil
		}
		outcomeUnknown = outcomeUnknown || key != "" && failed.Code.outcomeUnknown()
		failed.IdempotencyKey, failed.OutcomeUnknown = key, outcomeUnknown
		if !failed.Code.temporary() || attempt >= c.attempts || ctx.Err() != nil || !wait.allowed(ctx, failed.RetryAfter) {
			return failed
		}
		if err := wait.after(ctx, failed.RetryAfter); err != nil {
			failed.Err = errors.Join(failed.Err, err)
			return failed
		}
	}
}

// backoff has waits that become longer, with a random part, so that many clients do not return at
// once.
type backoff struct{ longest time.Duration }

// allowed reports whether a wait that the server asks for is short enough for the context.
func (*backoff) allowed(ctx context.Context, asked time.Duration) bool {
	end, ok := ctx.Deadline()
	return asked <= longestAsked && (!ok || asked < time.Until(end))
}

// after waits, for at least as long as the server asks for. It returns the error of a context that
// ends before.
func (b *backoff) after(ctx context.Context, asked time.Duration) error {
	wait := b.longest/2 + rand.N(b.longest/2+1)
	b.longest = min(2*b.longest, longestDelay)
	timer := time.NewTimer(max(wait, asked))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
