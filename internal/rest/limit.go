package rest

import (
	"net/http"
	"strconv"

	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
)

// The cost of each operation, in the unit of the GraphQL API: about 5 µs of CPU time.
const (
	costRead      = 30
	costWrite     = 60
	costDetails   = 150
	costSignIn    = 3000
	costPage      = 20
	costPerChange = 15
)

// begin authenticates a request and waits until it can run. The caller releases the permit.
func (a *API) begin(r *http.Request, cost int) (*http.Request, *limiter.Permit, error) {
	r, err := a.authenticate(r)
	if err != nil {
		return r, &limiter.Permit{}, err
	}
	v, _ := viewer.FromContext(r.Context())
	permit, err := a.Limiter.Acquire(r.Context(), limiter.CallerOf(v, limiter.Address(r)), cost)
	return r, permit, err
}

// beginAnonymous waits until a request without credentials can run. The caller releases the permit.
func (a *API) beginAnonymous(r *http.Request, cost int) (*limiter.Permit, error) {
	return a.Limiter.Acquire(r.Context(), limiter.CallerOf(viewer.Viewer{}, limiter.Address(r)), cost)
}

// rateLimited reports that the caller has sent too many requests.
func rateLimited(err *limiter.RateError) response {
	return messageResponse(http.StatusTooManyRequests, "Too many requests. Try again later.").
		with("Retry-After", strconv.Itoa(err.RetryAfter))
}
