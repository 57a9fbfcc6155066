package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// jsonSeeds are valid and invalid texts for each rule.
var jsonSeeds = []string{
	`{"query":"{__typename}"}`,
	`{"query":"query($v: Any) {any(value: $v)}","variables":{"v":[1,-0,1.5e+10,true,false,null,"x",{}]}}`,
	`{"query":"{any}","operationName":null,"variables":null,"extensions":{"a":{"b":[]}}}`,
	`{"query":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00\ufffd\u0000"}`,
	`{"query":"\ud800"}`, `{"query":"\ud800\u0041"}`, `{"query":"\udc00\ud800"}`, `{"query":"\ud800x"}`,
	`{"query":"\ud800\u00g0"}`, `{"query":"\n`, `{"query":"\u00g0"}`, `{"query":"\u00`, `{"query":"\`, `{"query":"\x"}`, "{\"query\":\"a\tb\"}", "{\"query\":\"\\n\t\"}",
	`{"query":"a","query":"b"}`, `{"a":{"b":1,"\u0062":2}}`, `{"QUERY":"x"}`,
	`{"query":"x"}{}`, `{"query":"x"},`, "{\"query\":\"x\"}\x00", "{}\x00", "\ufeff{}", "{\"query\":\"\xff\"}",
	`[{"query":"x"}]`, `null`, `nul`, `nullx`, `true`, `tru`, `"x"`, `"x`, `1`, ``, ` `, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{,}`, `{"a":1,}`, `{1:2}`, `{"a" 1}`,
	`[`, `[1`, `[1,`, `[1,]`, `[,]`, `[1 2]`, `]`, `:`,
	`01`, `-`, `-01`, `1.`, `.5`, `1.e5`, `1e`, `1e+`, `+1`, `1E400`, `0x1`, `NaN`, `-a`, `12345678901234567890.10`,
	strings.Repeat("[", MaxNesting) + strings.Repeat("]", MaxNesting),
	strings.Repeat("[", MaxNesting+1) + strings.Repeat("]", MaxNesting+1),
	strings.Repeat(`{"a":`, MaxNesting+1),
}

func TestParseJSON(t *testing.T) {
	t.Parallel()
	for _, text := range jsonSeeds {
		compareWithStandard(t, []byte(text))
	}
}

// stricter are the errors of texts that encoding/json accepts.
var stricter = []*requestError{errUTF8, errNesting, errDuplicate, errSurrogate}

// compareWithStandard fails unless parseJSON returns what encoding/json returns, or rejects the
// text for a reason that encoding/json does not check.
func compareWithStandard(t *testing.T, text []byte) {
	t.Helper()
	got, reqErr := parseJSON(text)
	want, err := standardJSON(text)
	if reqErr == nil && err != nil {
		t.Errorf("%q: accepted, but encoding/json returns %v", text, err)
	}
	// The time of go-cmp would be exponential in the nesting.
	if reqErr == nil && !reflect.DeepEqual(got, want) {
		t.Errorf("%q: %v, want %v", text, got, want)
	}
	if reqErr != nil && err == nil && !slices.Contains(stricter, reqErr) {
		t.Errorf("%q: rejected with %q, but encoding/json accepts it", text, reqErr.message)
	}
}

func standardJSON(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err = decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err = decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("trailing data")
	}
	return value, nil
}

// FuzzRequestBody: every body gets a response without a panic. An accepted body has the meaning
// that encoding/json gives it, and an error message is a constant, so that it cannot repeat the
// body.
func FuzzRequestBody(f *testing.F) {
	for _, text := range jsonSeeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		compareWithStandard(t, body)
		params, reqErr := parseBody(body)
		a := newServer().do(t, post(string(body)))
		if reqErr != nil {
			expectError(t, a, reqErr)
			return
		}
		if len(params.Query) <= MaxQuery && a.status != 200 {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		var members map[string]any
		value, _ := standardJSON(body)
		members, _ = value.(map[string]any)
		if params.Query != members["query"] {
			t.Errorf("query %q, want %q", params.Query, members["query"])
		}
		variables, _ := members["variables"].(map[string]any)
		if !reflect.DeepEqual(params.Variables, variables) {
			t.Errorf("variables %v, want %v", params.Variables, variables)
		}
	})
}
