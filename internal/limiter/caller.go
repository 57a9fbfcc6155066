package limiter

import (
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"contactgraph/internal/netlimit"
	"contactgraph/internal/viewer"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"
)

// Class is a group of callers that have the same limits.
type Class int

// The classes. Staff are agents and admins, who may be people or programs.
const (
	Anonymous Class = iota
	Customer
	Staff
	classes
)

// String returns the name of the class, for messages.
func (c Class) String() string { return [...]string{"anonymous callers", "customers", "staff"}[c] }

// Caller is who sends requests: an API key, a user, a contact, or without credentials an address.
// It can be compared, and is computed for each request, so it contains no text that has to be
// built.
type Caller struct {
	Class Class

	account int
	kind    viewer.ActorKind
	id      int        // of the actor in the account
	address netip.Addr // of an anonymous caller
}

// CallerOf returns the caller of a request. v is its viewer, the zero Viewer for an anonymous
// caller, who is identified by its address, as for the limits of connections (see
// netlimit.Proxies.Key). Callers with an invalid address have no limits of their own, only those of
// all anonymous callers.
func CallerOf(v viewer.Viewer, address netip.Addr) Caller {
	if v.Role == viewer.Anonymous {
		return Caller{Class: Anonymous, address: netlimit.Proxies(nil).Key(address)}
	}
	c := Caller{Class: Staff, account: v.Account, kind: v.Actor.Kind, id: v.Actor.ID}
	if v.Role == viewer.Customer {
		c.Class = Customer
	}
	return c
}

// known reports whether the caller can be distinguished from others.
func (c Caller) known() bool { return c.Class != Anonymous || c.address.IsValid() }

// String describes the caller by its credentials or address.
func (c Caller) String() string {
	if c.Class == Anonymous {
		return c.address.String()
	}
	return fmt.Sprintf("%s %d of account %d", c.kind, c.id, c.account)
}

// Address returns the address in r.RemoteAddr, which is that of the client, with or without a port.
// It is invalid if it is unknown, or if no limit by address applies to the client.
func Address(r *http.Request) netip.Addr {
	if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return from.Addr()
	}
	from, _ := netip.ParseAddr(r.RemoteAddr) // the zero Addr if it is malformed
	return from
}

// LogAddress is the attribute of the log for what Address returns.
func LogAddress(a netip.Addr) slog.Attr {
	if !a.IsValid() {
		return slog.String("address", "unknown")
	}
	return slog.String("address", a.String())
}

// caller is what the limiter knows of a caller.
type caller struct {
	capacities []capacity    // its own, that of its class, and that of all
	bucket     *rate.Limiter // nil without a limit
	waiting    atomic.Int64
}

func newCaller(l Limits, capacities []capacity) *caller {
	c := &caller{capacities: capacities}
	if l.Rate > 0 {
		c.bucket = rate.NewLimiter(rate.Limit(l.Rate), max(l.Burst, l.Rate, l.Cost))
	}
	return c
}

// spend takes the cost from the bucket, and returns what is left; -1 without a limit. It takes
// nothing if not enough is left.
func (c *caller) spend(now time.Time, cost int) (remaining int, err error) {
	if c.bucket == nil {
		return -1, nil
	}
	cost = min(cost, c.bucket.Burst())
	if !c.bucket.AllowN(now, cost) {
		left := c.bucket.TokensAt(now)
		seconds := (float64(cost) - left) / float64(c.bucket.Limit())
		return tokens(left), &RateError{RetryAfter: int(math.Ceil(seconds))}
	}
	return tokens(c.bucket.TokensAt(now)), nil
}

// tokens rounds a number of tokens, which is below 0 for a moment if requests run at the same time.
func tokens(left float64) int { return int(math.Max(left, 0)) }

// maxCallers is how many callers are known at the same time. The one that has been away for longest
// is forgotten first, and starts with a full bucket when it returns.
const maxCallers = 10_000

// callers are the known callers.
type callers struct {
	mu    *sync.Mutex
	known *simplelru.LRU[Caller, *caller]
	newOf func(Caller) *caller
}

func newCallers(newOf func(Caller) *caller) callers {
	known, err := simplelru.NewLRU[Caller, *caller](maxCallers, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return callers{&sync.Mutex{}, known, newOf}
}

func (c callers) get(who Caller) *caller {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.known.Get(who); ok {
		return found
	}
	added := c.newOf(who)
	c.known.Add(who, added)
	return added
}
