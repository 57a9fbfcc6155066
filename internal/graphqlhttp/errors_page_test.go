package graphqlhttp

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// TestErrorsPageHasTheStatuses compares the statuses of docs/errors.md with those of responses.
func TestErrorsPageHasTheStatuses(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| (\\d+) \\| (\\d+) \\|").FindAllStringSubmatch(string(text), -1)
	if len(rows) < 15 {
		t.Errorf("the page has only %d codes", len(rows))
	}
	ofFields := map[string]bool{"NO_SUCH_VERSION": true, "MERGED": true}
	for _, row := range rows {
		code := row[1]
		resp := &graphql.Response{Errors: gqlerror.List{{Extensions: map[string]any{"code": code}}}}
		if ofFields[code] {
			resp.Data = []byte("{}")
		}
		for i, mediaType := range []string{responseType, jsonType} {
			o := responseWriter{mediaType: mediaType}
			status := o.status(resp)
			if code == errBatch.code { // the request is malformed
				status = o.requestStatus(errBatch)
			}
			if got := row[i+2]; got != fmt.Sprint(status) {
				t.Errorf("%s has the status %d in %s, but %s on the page", code, status, mediaType, got)
			}
		}
	}
}
