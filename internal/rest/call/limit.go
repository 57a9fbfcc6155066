package call

import (
	"net/http"

	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
)

// CostRead is the cost of reading one contact, in the unit of the GraphQL API: about 5 µs of CPU
// time. The other costs are in the same unit.
const CostRead = 30

// Begin authenticates a request and waits until it can run. The caller releases the permit.
func (c *Calls) Begin(r *http.Request, cost int) (*http.Request, *limiter.Permit, error) {
	r, err := c.Authenticate(r)
	if err != nil {
		return r, &limiter.Permit{}, err
	}
	v, _ := viewer.FromContext(r.Context())
	permit, err := c.Limiter.Acquire(r.Context(), limiter.CallerOf(v, limiter.Address(r)), cost)
	return r, permit, err
}

// BeginAnonymous waits until a request without credentials can run. The caller releases the permit.
func (c *Calls) BeginAnonymous(r *http.Request, cost int) (*limiter.Permit, error) {
	return c.Limiter.Acquire(r.Context(), limiter.CallerOf(viewer.Viewer{}, limiter.Address(r)), cost)
}
