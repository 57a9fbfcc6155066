package persisted_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/graph/persisted"
	"contactgraph/internal/graphqlhttp"
)

// load loads files with these contents, as a.json, b.json and so on.
func load(t *testing.T, check func(string) error, contents ...string) (*persisted.Trusted, error) {
	t.Helper()
	var files []string
	directory := t.TempDir()
	for i, content := range contents {
		file := filepath.Join(directory, string(rune('a'+i))+".json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return persisted.Load(files, check)
}

func accept(string) error { return nil }

// TestFormats: a document is found by its id in every format of manifests, and by its hash, however
// the request sends them.
func TestFormats(t *testing.T) {
	t.Parallel()
	for format, content := range map[string]string{
		"Apollo": `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
			{"id": "one", "body": "{a}", "name": "A", "type": "query"}, {"id": "two", "body": "{b}", "name": "B", "type": "query"}]}`,
		"Relay and GraphQL Code Generator": `{"one": "{a}", "two": "{b}"}`,
		"an id that is a word of Apollo's": `{"one": "{a}", "operations": "{c}"}`,
	} {
		trusted, err := load(t, accept, content)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		documents := persisted.New(trusted)
		for _, id := range []string{"one", persisted.HashOf("{a}"), "sha256:" + persisted.HashOf("{a}")} {
			byID, byHash := graphqlhttp.Request{DocumentID: id}, graphqlhttp.Request{PersistedQuery: &graphqlhttp.PersistedQuery{Version: "1", SHA256: id}}
			for _, r := range []*graphqlhttp.Request{&byID, &byHash} {
				if err := documents.Resolve(persisted.Group{}, r); err != nil || r.Query != "{a}" {
					t.Errorf("%s, %s: got %q, %v", format, id, r.Query, err)
				}
			}
		}
		if documents.Trusts("{ a }") || !documents.Trusts("{a}") {
			t.Errorf("%s: a text is compared wrongly", format)
		}
	}
}

// TestSeveralFiles: files can share documents, and an id takes precedence over the hash of another
// document.
func TestSeveralFiles(t *testing.T) {
	t.Parallel()
	trusted, err := load(t, accept, `{"one": "{a}", "`+persisted.HashOf("{a}")+`": "{b}"}`, `{"one": "{a}", "three": "{c}"}`)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"one": "{a}", "three": "{c}", persisted.HashOf("{a}"): "{b}", "sha256:" + persisted.HashOf("{a}"): "{a}"} {
		r := graphqlhttp.Request{DocumentID: id}
		if err := persisted.New(trusted).Resolve(persisted.Group{}, &r); err != nil || r.Query != want {
			t.Errorf("%s: got %q, %v, want %q", id, r.Query, err, want)
		}
	}
}

func TestMalformedFilesAreRejected(t *testing.T) {
	t.Parallel()
	reject := func(string) error { return errors.New("no field b") }
	const apollo = `"format": "apollo-persisted-query-manifest", "version": 1, "operations": `
	for name, c := range map[string]struct {
		check    func(string) error
		contents []string
		want     string
	}{
		"not JSON":                 {accept, []string{`{"one": "{a}"`}, "a.json: it must be a manifest"},
		"a list":                   {accept, []string{`["{a}"]`}, "a.json: it must be a manifest"},
		"an object for a document": {accept, []string{`{"one": {"text": "{a}"}}`}, "a.json: it must be a manifest"},
		"empty":                    {accept, []string{`{}`}, "a.json: it has no documents"},
		"empty, of Apollo":         {accept, []string{`{` + apollo + `[]}`}, "a.json: it has no documents"},
		"another version":          {accept, []string{strings.Replace(`{`+apollo+`[{"id": "one", "body": "{a}"}]}`, "1", "2", 1)}, "a.json: it must have the format"},
		"another format":           {accept, []string{strings.Replace(`{`+apollo+`[{"id": "one", "body": "{a}"}]}`, "apollo-", "", 1)}, "a.json: it must have the format"},
		"no id":                    {accept, []string{`{` + apollo + `[{"body": "{a}"}]}`}, "a.json: it has a document without an id"},
		"an id twice":              {accept, []string{`{"one": "{a}", "one": "{a}"}`}, `duplicate object member name "one"`},
		"an id twice, of Apollo":   {accept, []string{`{` + apollo + `[{"id": "one", "body": "{a}"}, {"id": "one", "body": "{b}"}]}`}, `two documents with the id "one"`},
		"an id in two files":       {accept, []string{`{"one": "{a}"}`, `{"one": "{b}"}`}, `b.json: the document "one" differs from the one in`},
		"an invalid document":      {reject, []string{`{"one": "{b}"}`}, `a.json: the document "one": no field b`},
	} {
		if trusted, err := load(t, c.check, c.contents...); err == nil || trusted != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if _, err := persisted.Load([]string{"missing.json"}, accept); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}
