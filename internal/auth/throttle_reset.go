package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"time"

	"contactgraph/internal/netlimit"
)

const (
	// freeResets is how many requests for a new password of one login are free, and firstResetWait
	// the wait after them: each sends a message to its owner.
	freeResets     = 3
	firstResetWait = time.Minute
)

// BeginReset counts a request for a new password of an owner, which is a text of any form, from an
// address. It fails with a *limiter.RateError if the request has to wait. The wait of the owner
// applies wherever the request comes from, so that no one receives many messages; it locks no owner
// out, because each request that does not have to wait sends the owner a link.
func (t *Throttle) BeginReset(ctx context.Context, owner string, address netip.Addr) error {
	from := netlimit.Proxies(nil).Key(address)
	of := target{key: sha256.Sum256(fmt.Appendf(nil, "reset of %q", owner)), free: freeResets, longest: longestWait, first: firstResetWait}
	g := guess{owner: of, both: of, known: from.IsValid(),
		address: target{key: sha256.Sum256([]byte("reset from " + from.String())), free: freeTokens, longest: longestSharedWait}}
	return t.begin(ctx, &g)
}

// BeginToken counts an attempt with a token that was sent by email; undo removes it. It counts for
// the address, as unknown tokens of API keys and sessions do. It fails with a *limiter.RateError if
// the attempt has to wait: then nothing may be checked.
func (t *Throttle) BeginToken(ctx context.Context, address netip.Addr) (undo func(context.Context) error, err error) {
	g := newToken(address)
	err = t.begin(ctx, &g)
	return func(ctx context.Context) error { return t.undo(ctx, g) }, err
}
