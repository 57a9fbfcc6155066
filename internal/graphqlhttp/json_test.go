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

// jsonSeeds are texts on either side of each rule.
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

// stricter is what only parseJSON refuses.
var stricter = []*refusal{errUTF8, errNesting, errDuplicate, errSurrogate}

// compareWithStandard fails unless parseJSON reads what encoding/json reads, or
// refuses it for a reason that encoding/json does not know.
func compareWithStandard(t *testing.T, text []byte) {
	t.Helper()
	got, refused := parseJSON(text)
	want, err := standardJSON(text)
	if refused == nil && err != nil {
		t.Errorf("%q: accepted, but encoding/json says %v", text, err)
	}
	// go-cmp would take time exponential in the nesting.
	if refused == nil && !reflect.DeepEqual(got, want) {
		t.Errorf("%q: %v, want %v", text, got, want)
	}
	if refused != nil && err == nil && !slices.Contains(stricter, refused) {
		t.Errorf("%q: refused with %q, but encoding/json reads it", text, refused.message)
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

// FuzzRequestBody: whatever the body, there is an answer without a panic; what
// is accepted means what encoding/json says it does; and a refusal is one of the
// constant texts, so that it cannot repeat the body.
func FuzzRequestBody(f *testing.F) {
	for _, text := range jsonSeeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		compareWithStandard(t, body)
		params, refused := parseBody(body)
		a := newServer().do(t, post(string(body)))
		if refused != nil {
			expectRefusal(t, a, refused)
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
