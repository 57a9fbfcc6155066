package rest_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"contactgraph/internal/revision"
)

// feed is a page of the change log.
type feed struct {
	Changes []struct {
		ID, Cursor, Version, Kind, Source string
		ContactID                         int
		Actor                             *struct{ Type, Name string }
		Fields                            []struct {
			Path     string
			Old, New any
		}
	}
	EndCursor, LastCursor string
	HasMore               bool
}

func (f *fixture) changes(query string, h headers) (feed, response) {
	f.t.Helper()
	got := f.do(http.MethodGet, "/api/v1/Changes?"+query, "", h)
	var page feed
	if err := json.Unmarshal([]byte(got.body), &page); err != nil {
		f.t.Fatalf("%s: %v", got.body, err)
	}
	return page, got
}

func TestChangesAreReadPageByPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agent := headers{"X-ApiKey": agentKey}
	whole, _ := f.changes("first=1000", agent)
	if len(whole.Changes) < 3 || whole.HasMore || whole.EndCursor != whole.LastCursor {
		t.Fatalf("%d changes, more %v, from %s to %s", len(whole.Changes), whole.HasMore, whole.EndCursor, whole.LastCursor)
	}
	start, err := revision.ParseCursor(whole.Changes[0].Cursor)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for query := "first=2"; ; {
		page, _ := f.changes(query, agent)
		for _, c := range page.Changes {
			if c.ID != whole.Changes[seen].ID || c.Cursor != (start+revision.Cursor(seen)).String() {
				t.Errorf("change %d is %v", seen+1, c)
			}
			seen++
		}
		if !page.HasMore {
			break
		}
		query = "first=2&after=" + page.EndCursor
	}
	if seen != len(whole.Changes) {
		t.Errorf("%d of %d changes are on the pages", seen, len(whole.Changes))
	}
	f.put(466, `{"Version":"`+f.version(466)+`","FirstName":"Eva \u2028"}`)
	news, got := f.changes("after="+whole.LastCursor, agent)
	if len(news.Changes) != 1 || news.Changes[0].Kind != "UPDATE" || news.Changes[0].Source != "REST" || news.Changes[0].Actor.Type != "API_KEY" {
		t.Errorf("got %s", got.body)
	}
	if field := news.Changes[0].Fields[0]; field.Path != "firstName" || field.New != "Eva \u2028" {
		t.Errorf("got %s", got.body)
	}
	if own, got := f.changes("contactId=466&after="+whole.LastCursor, f.cookie()); len(own.Changes) != 1 || own.Changes[0].Actor != nil {
		t.Errorf("the customer sees %s", got.body)
	}
}

func TestChangesParametersInAnyLetterCase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agent := headers{"X-ApiKey": agentKey}
	all, _ := f.changes("first=1000", agent)
	page, got := f.changes("FIRST=1&After="+all.Changes[0].Cursor+"&contactid="+strconv.Itoa(all.Changes[1].ContactID), agent)
	if len(page.Changes) != 1 || page.Changes[0].ID != all.Changes[1].ID {
		t.Errorf("got %s, want change %s", got.body, all.Changes[1].ID)
	}
}

func TestChangesRejectsRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	invalid := func(key, text string) string {
		return `{"Message":"The request is invalid.","ModelState":{"` + key + `":["` + text + `"]}}`
	}
	agent := headers{"X-ApiKey": agentKey}
	tests := []struct {
		name, query string
		as          headers
		status      int
		body        string
	}{
		{"without credentials", "", nil, http.StatusUnauthorized, `{"Message":"Authorization has been denied for this request."}`},
		{"a customer reads another contact", "contactId=1", f.cookie(), http.StatusForbidden, `{"Message":"Authorization has been denied for this request."}`},
		{"a malformed cursor", "after=7", headers{"X-ApiKey": agentKey}, http.StatusBadRequest, invalid("after", "The value is not a valid cursor.")},
		{"a cursor beyond the log", "after=" + revision.Cursor(1<<40).String(), headers{"X-ApiKey": agentKey}, http.StatusGone,
			`{"Message":"This cursor is no longer valid: changes after it were deleted, or it belongs to another change log. Read all contacts again, then continue from LastCursor."}`},
		{"a malformed number", "first=x", headers{"X-ApiKey": agentKey}, http.StatusBadRequest, invalid("first", "The value 'x' is not valid for Int32.")},
		{"too many", "first=" + strconv.Itoa(1001), headers{"X-ApiKey": agentKey}, http.StatusBadRequest, invalid("first", "The value must be from 0 to 1000.")},
		{"too many, in another letter case", "FIRST=1001", agent, http.StatusBadRequest, invalid("first", "The value must be from 0 to 1000.")},
		{"an unknown parameter", "limit=5", agent, http.StatusBadRequest, invalid("limit", "There is no such parameter.")},
		{"an unknown parameter of another letter case", "Limit=5&first=1", agent, http.StatusBadRequest, invalid("Limit", "There is no such parameter.")},
		{"a parameter without a name", "=5", agent, http.StatusBadRequest, invalid("", "There is no such parameter.")},
		{"a parameter given twice", "first=1&first=1", agent, http.StatusBadRequest, invalid("first", "The parameter is given more than once.")},
		{"given twice in two letter cases", "contactId=1&ContactID=1", agent, http.StatusBadRequest, invalid("contactId", "The parameter is given more than once.")},
		{"given twice, once without a value", "After=&after=", agent, http.StatusBadRequest, invalid("after", "The parameter is given more than once.")},
		{"a malformed query", "first=%zz", agent, http.StatusBadRequest, invalid("", "The query of the URL is malformed.")},
		{"all at once", "b=1&a=1&first=1&FIRST=2&contactid=x", agent, http.StatusBadRequest, `{"Message":"The request is invalid.","ModelState":{` +
			`"a":["There is no such parameter."],"b":["There is no such parameter."],"first":["The parameter is given more than once."],` +
			`"contactId":["The value 'x' is not valid for Int32."]}}`},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			expect(t, f.do(http.MethodGet, "/api/v1/Changes?"+tt.query, "", tt.as), tt.status, tt.body)
		})
	}
}
