package persisted

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Trusted are the documents that the operator trusts. A nil Trusted has none.
type Trusted struct {
	byID  map[string]string // also by the hash of the text, with and without prefix
	texts map[string]bool
}

// hashPrefix is the prefix of a documentId that is the SHA-256 of the document.
const hashPrefix = "sha256:"

// Load reads the documents in files, whose formats Manifest lists. It fails if a file is malformed,
// if two documents have the same id, or if check fails for a document.
func Load(files []string, check func(query string) error) (*Trusted, error) {
	t := &Trusted{byID: map[string]string{}, texts: map[string]bool{}}
	from := map[string]string{} // the file of each id
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // the operator chooses the file
		if err != nil {
			return nil, err
		}
		documents, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, id := range slices.Sorted(maps.Keys(documents)) { // so that the same file fails with the same error
			query := documents[id]
			if other, ok := from[id]; ok && t.byID[id] != query {
				return nil, fmt.Errorf("%s: the document %q differs from the one in %s", file, id, other)
			}
			if err := check(query); err != nil {
				return nil, fmt.Errorf("%s: the document %q: %w", file, id, err)
			}
			from[id], t.byID[id], t.texts[query] = file, query, true
		}
	}
	t.addHashes()
	return t, nil
}

// addHashes lets the documents be found by the hashes of their texts. An id takes precedence.
func (t *Trusted) addHashes() {
	for query := range t.texts {
		hash := hashOf(query)
		for _, id := range []string{hash, hashPrefix + hash} {
			if _, known := t.byID[id]; !known {
				t.byID[id] = query
			}
		}
	}
}

// find returns the document with the id, or whose text has this hash.
func (t *Trusted) find(id string) (query string, known bool) {
	if t == nil {
		return "", false
	}
	query, known = t.byID[id]
	return query, known
}

// has reports whether the query is the text of a document.
func (t *Trusted) has(query string) bool { return t != nil && t.texts[query] }

// manifest is the format of Apollo's generate-persisted-query-manifest. The other format, of
// Relay's compiler and of the client preset of GraphQL Code Generator, is an object of texts by id.
type manifest struct {
	Format     string `json:"format"`
	Version    int    `json:"version"`
	Operations []struct {
		ID   string `json:"id"`
		Body string `json:"body"`
	} `json:"operations"`
}

// The format of a manifest.
const (
	apolloFormat  = "apollo-persisted-query-manifest"
	apolloVersion = 1
)

var (
	errFormat = errors.New("it must be a manifest of Apollo, or a JSON object of documents by id, as Relay and GraphQL Code Generator write it")
	errEmpty  = errors.New("it has no documents")
)

// parse reads the documents of a file by id.
func parse(text []byte) (map[string]string, error) {
	var members map[string]jsontext.Value
	if err := jsonv2.Unmarshal(text, &members); err != nil { // also if a member is there twice
		return nil, fmt.Errorf("%w: %w", errFormat, err)
	}
	documents := map[string]string{}
	if operations, ok := members["operations"]; ok && operations.Kind() == '[' {
		var m manifest
		if err := jsonv2.Unmarshal(text, &m); err != nil {
			return nil, fmt.Errorf("%w: %w", errFormat, err)
		}
		if m.Format != apolloFormat || m.Version != apolloVersion {
			return nil, fmt.Errorf("it must have the format %q and the version %d", apolloFormat, apolloVersion)
		}
		for _, o := range m.Operations {
			if other, known := documents[o.ID]; known && other != o.Body {
				return nil, fmt.Errorf("it has two documents with the id %q", o.ID)
			}
			documents[o.ID] = o.Body
		}
	} else if err := jsonv2.Unmarshal(text, &documents); err != nil {
		return nil, fmt.Errorf("%w: %w", errFormat, err)
	}
	if len(documents) == 0 {
		return nil, errEmpty
	}
	if _, blank := documents[""]; blank {
		return nil, errors.New("it has a document without an id")
	}
	return documents, nil
}
