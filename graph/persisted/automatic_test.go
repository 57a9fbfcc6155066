package persisted_test

import (
	"slices"
	"strings"
	"testing"

	"contactgraph/graph/persisted"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/limiter"

	"pgregory.net/rapid"
)

// known reports whether a group can identify a query by its hash.
func known(t rapid.TB, d *persisted.Documents, g persisted.Group, query string) bool {
	r := graphqlhttp.Request{PersistedQuery: &graphqlhttp.PersistedQuery{Version: "1", SHA256: persisted.HashOf(query)}}
	err := d.Resolve(g, &r)
	if err == nil && r.Query != query {
		t.Fatalf("the hash of %q finds %q", query, r.Query)
	}
	return err == nil
}

// groups are callers of two accounts.
var groups = []persisted.Group{
	{}, {Account: 1, Class: limiter.Customer}, {Account: 1, Class: limiter.Staff}, {Account: 2, Class: limiter.Customer}, {Account: 2, Class: limiter.Staff},
}

// TestGroupsAreApart: whatever the other groups send, a group can identify those that it sent last,
// and no others, and the memory is bounded.
func TestGroupsAreApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const share = 1000
		d := persisted.Small(len(groups)*share, share) // what groups need, all together
		sent := map[persisted.Group][]string{}
		for range rapid.IntRange(1, 60).Draw(t, "requests") {
			g := rapid.SampledFrom(groups).Draw(t, "group")
			query := strings.Repeat("x", rapid.IntRange(1, 150).Draw(t, "size")) // two fit into a share
			d.Keep(g, query)
			sent[g] = append(slices.DeleteFunc(sent[g], func(s string) bool { return s == query }), query)
			if d.Bytes() > len(groups)*share {
				t.Fatalf("%d bytes are kept", d.Bytes())
			}
		}
		for _, g := range groups {
			for i, query := range sent[g] {
				if i >= len(sent[g])-2 && !known(t, d, g, query) {
					t.Errorf("%v does not know a query of %d bytes that it sent recently", g, len(query))
				}
			}
			for _, other := range groups {
				for _, query := range sent[other] {
					if !slices.Contains(sent[g], query) && known(t, d, g, query) {
						t.Errorf("%v knows a query of %v", g, other)
					}
				}
			}
		}
	})
}

// TestMemoryIsBounded: if all groups together use too much memory, the one that has not sent any
// document for longest loses its own.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	d := persisted.Small(1000, 1000)
	for i, query := range []string{"{a}", "{b}", "{c}", "{d}"} { // three fit
		d.Keep(groups[i], query)
	}
	for i, query := range []string{"{a}", "{b}", "{c}", "{d}"} {
		if got := known(t, d, groups[i], query); got != (i > 0) {
			t.Errorf("group %d knows its document: %v", i, got)
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	d := persisted.New(nil)
	hash := persisted.HashOf("{a}")
	for name, c := range map[string]struct {
		query, version, hash string
		code, message        string
	}{
		"an unknown hash":         {"", "1", hash, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"},
		"no hash":                 {"", "1", "", "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"},
		"the hash of the query":   {"{a}", "1", hash, "", ""},
		"the hash of another one": {"{b}", "1", hash, "BAD_USER_INPUT", ""},
		"a hash in upper case":    {"{a}", "1", strings.ToUpper(hash), "BAD_USER_INPUT", ""},
		"a query without a hash":  {"{a}", "1", "", "BAD_USER_INPUT", ""},
		"version 2":               {"", "2", hash, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"},
		"version 2 with a query":  {"{a}", "2", hash, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"},
		"no version":              {"", "", hash, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"},
	} {
		r := graphqlhttp.Request{PersistedQuery: &graphqlhttp.PersistedQuery{Version: c.version, SHA256: c.hash}}
		r.Query = c.query
		err := d.Resolve(persisted.Group{}, &r)
		switch {
		case err == nil && (c.code != "" || r.Query != c.query):
			t.Errorf("%s: got %q, want %s", name, r.Query, c.code)
		case err != nil && (err.Extensions["code"] != c.code || c.message != "" && err.Message != c.message):
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
}
