package people

import (
	"slices"

	"contactgraph/internal/usererror"
	"contactgraph/internal/weborigin"
)

const (
	pathOrigins = "origins"
	maxOrigins  = 100
)

// checkOrigins returns the web origins whose pages may use a key, in the form in which browsers
// send them, each once. It adds an error for each text that is not such an origin.
func checkOrigins(errs *usererror.Errors, texts []string) (origins []string) {
	if len(texts) > maxOrigins {
		errs.Add(usererror.TooMany, pathOrigins, "A key can have at most %d origins.", maxOrigins)
		return nil
	}
	for _, text := range texts {
		origin, err := weborigin.Parse(text)
		switch {
		case err != nil:
			errs.Add(usererror.Invalid, pathOrigins, "%q %v.", truncated(text), err)
		case !slices.Contains(origins, origin):
			origins = append(origins, origin)
		}
	}
	return origins
}
