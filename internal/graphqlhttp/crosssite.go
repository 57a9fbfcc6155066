package graphqlhttp

import "net/http"

// checkOrigin rejects a request that a page of another origin may have sent, whatever its
// credentials, unless the origin is allowed. Such a page cannot use the API anyway: a POST of JSON
// causes a preflight, which only allowed origins pass. But browsers have had faults in preflights.
//
// A GET causes none, unless it has a header that pages cannot send by themselves. Two such headers
// count, which Apollo's clients send: with one of them, no page of an origin that is not allowed
// has sent the request.
func (e Execution) checkOrigin(r *http.Request) *requestError {
	switch {
	case e.Origins.Accepts(r):
		return nil
	case r.Method != http.MethodGet:
		return errCrossSite
	case r.Header.Get("Apollo-Require-Preflight") == "" && r.Header.Get("X-Apollo-Operation-Name") == "":
		return errForged
	}
	return nil
}
