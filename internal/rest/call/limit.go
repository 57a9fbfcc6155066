package call

import (
	"net/http"

	"contactgraph/internal/authz"
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
	permit, err := c.acquire(r, cost)
	return r, permit, err
}

// acquire waits until a request can run.
func (c *Calls) acquire(r *http.Request, cost int) (*limiter.Permit, error) {
	v, _ := viewer.FromContext(r.Context())
	return c.Limiter.Acquire(r.Context(), limiter.CallerOf(v, limiter.Address(r)), cost)
}

// BeginAs is Begin for an operation that the viewer needs a role for. Without it, the request fails
// with Forbidden and costs nothing.
func (c *Calls) BeginAs(r *http.Request, least viewer.Role, cost int) (*http.Request, *limiter.Permit, error) {
	r, err := c.Authenticate(r)
	if err == nil {
		_, err = authz.RequireRole(r.Context(), least)
	}
	if err != nil {
		return r, &limiter.Permit{}, err
	}
	permit, err := c.acquire(r, cost)
	return r, permit, err
}

// BeginAnonymous waits until a request without credentials can run. The caller releases the permit.
func (c *Calls) BeginAnonymous(r *http.Request, cost int) (*limiter.Permit, error) {
	return c.Limiter.Acquire(r.Context(), limiter.CallerOf(viewer.Viewer{}, limiter.Address(r)), cost)
}
