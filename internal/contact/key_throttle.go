package contact

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/netip"
	"sync"
	"time"

	"contactgraph/internal/limiter"
	"contactgraph/internal/netlimit"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"golang.org/x/time/rate"
)

// A customer whose write is rejected because a unique key is taken learns that another person is a
// customer here, and so does an API key that is limited to a segment, and anyone who registers. So
// each contact, each such key and each network address that registrations come from has a small
// number of such rejections, which suffices for people who mistype their address, and not for a
// list of addresses.
const (
	maxRejections = 10              // at once
	rejectionTime = 5 * time.Minute // until there is one more
)

// keyThrottle counts the rejections of each limited caller. It is shared by the services of all
// APIs, and lasts as long as the process.
type keyThrottle struct {
	now func() time.Time
	log *slog.Logger

	mu       sync.Mutex
	limiters map[limitedCaller]*rate.Limiter // of those that had a rejection recently
}

// limitedCaller is a customer, by its contact, an API key, or a registration, by the address that
// it comes from; the others are zero.
type limitedCaller struct {
	account, contact, apiKey int
	address                  netip.Addr // of an IPv6 address, the network
}

// registers reports whether the caller is a registration.
func (c limitedCaller) registers() bool { return c.contact == 0 && c.apiKey == 0 }

// maxLimiters is how many limiters are kept before those that limit nothing are dropped.
const maxLimiters = 1024

func newKeyThrottle(log *slog.Logger) *keyThrottle {
	return &keyThrottle{now: time.Now, log: log, limiters: map[limitedCaller]*rate.Limiter{}}
}

// wait returns how long the caller has to wait until its keys are checked again, 0 if they are
// checked now.
func (t *keyThrottle) wait(k limitedCaller) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.limiters[k]
	if l == nil {
		return 0
	}
	missing := 1 - l.TokensAt(t.now())
	return time.Duration(max(0, math.Ceil(missing*rejectionTime.Seconds()))) * time.Second
}

// count counts a rejection.
func (t *keyThrottle) count(k limitedCaller) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	l := t.limiters[k]
	if l == nil {
		t.drop(now)
		l = rate.NewLimiter(rate.Every(rejectionTime), maxRejections)
		t.limiters[k] = l
	}
	l.AllowN(now, 1)
}

// drop drops the limiters that limit nothing, if there are many.
func (t *keyThrottle) drop(now time.Time) {
	if len(t.limiters) < maxLimiters {
		return
	}
	for k, l := range t.limiters {
		if l.TokensAt(now) >= maxRejections {
			delete(t.limiters, k)
		}
	}
}

// keyCheck is the check of the unique keys that one command of a limited viewer takes. A nil
// keyCheck is that of a viewer that may know which keys are taken.
type keyCheck struct {
	throttle *keyThrottle
	caller   limitedCaller
	counted  bool // the function of a write may run several times
}

// newKeyCheck returns the check for a command of the viewer.
func (t *keyThrottle) newKeyCheck(v viewer.Viewer) *keyCheck {
	switch {
	case v.Role == viewer.Customer && v.Contact == 0: // a Registration
		return &keyCheck{throttle: t, caller: limitedCaller{account: v.Account, address: netlimit.Proxies(nil).Key(v.Address)}}
	case v.Role == viewer.Customer:
		return &keyCheck{throttle: t, caller: limitedCaller{account: v.Account, contact: v.Contact}}
	case v.Limited():
		return &keyCheck{throttle: t, caller: limitedCaller{account: v.Account, apiKey: v.Actor.ID}}
	}
	return nil
}

// limited adds the error RateLimited if the caller has had too many rejections.
func (c *keyCheck) limited(errs *usererror.Errors) bool {
	wait := c.throttle.wait(c.caller)
	if wait == 0 {
		return false
	}
	what, noun := "changes", "an email address, phone number or login"
	switch {
	case c.caller.registers():
		what, noun = "registrations", "the email address"
	case c.caller.apiKey != 0: // customers do not write external ids
		noun = "an email address, phone number, login or external id"
	}
	errs.Add(usererror.RateLimited, "", "Too many of your %s were rejected because %s cannot be used. Try again in a few minutes.", what, noun)
	errs.Last().RetryAfter = wait
	return true
}

// count counts a rejection, once for the command.
func (c *keyCheck) count() {
	if !c.counted {
		c.counted = true
		c.throttle.count(c.caller)
	}
}

// kindsOfKeys names the unique keys in the log, by the code of the error that one is taken.
var kindsOfKeys = map[usererror.Code]string{
	usererror.EmailTaken: "email", usererror.PhoneTaken: "phone", usererror.LoginTaken: "login", usererror.ExternalIDTaken: "external_id",
}

// report logs the outcome of the command if it was rejected because of a key, never the key.
func (c *keyCheck) report(ctx context.Context, err error) {
	if c == nil || err == nil {
		return
	}
	errs, _ := errors.AsType[usererror.Errors](err)
	who := []any{slog.Int("account_id", c.caller.account), slog.Int("contact_id", c.caller.contact)}
	switch {
	case c.caller.apiKey != 0:
		who[1] = slog.Int("api_key_id", c.caller.apiKey)
	case c.caller.registers():
		who[1] = limiter.LogAddress(c.caller.address)
	}
	for _, e := range errs {
		if kind := kindsOfKeys[e.Code]; kind != "" {
			c.count() // another process took it in the meantime
			c.throttle.log.InfoContext(ctx, "rejected a limited write: the key is taken", append(who, slog.String("key", kind))...)
		}
	}
	if errs.Has(usererror.RateLimited) {
		c.throttle.log.WarnContext(ctx, "rejected a limited write: too many of the caller's writes took keys that are taken", who...)
	}
}
