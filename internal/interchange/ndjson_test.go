package interchange_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// same compares contacts. A list without elements is nil or empty.
var same = cmp.Options{
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().Type().Kind() == reflect.Slice }, cmpopts.EquateEmpty()),
	cmp.Transformer("Set", func(p field.Patch) (byPath map[string]any) {
		for f, v := range p {
			if byPath == nil {
				byPath = map[string]any{}
			}
			byPath[f.Path] = v
		}
		return byPath
	}),
}

// testingT is a test of either package.
type testingT interface{ Fatal(args ...any) }

// writeLines returns contacts as an NDJSON file.
func writeLines(t testingT, h *interchange.Header, records ...*interchange.Record) []byte {
	var b bytes.Buffer
	w, err := interchange.NewLinesWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readLines reads a file to its end, and returns what ends it.
func readLines(r io.Reader) (h *interchange.Header, records []*interchange.Record, err error) {
	l, err := interchange.NewLinesReader(r)
	if err != nil {
		return nil, nil, err
	}
	for {
		one, err := l.Next()
		if errors.Is(err, io.EOF) {
			return l.Header, records, nil
		}
		if err != nil {
			return l.Header, records, err
		}
		records = append(records, one)
	}
}

// header is one with everything.
func header() *interchange.Header {
	return &interchange.Header{
		Cursor: "TG9nOjE", At: time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC), Columns: columns(), Hidden: []string{"properties.7"},
		Filter: []byte(`{"search":"x"}`),
		Definitions: interchange.Definitions{
			Properties: []interchange.PropertyDefinition{
				{ID: 1, Key: "loyalty", Name: "Loyalty", APIName: new("loyalty"), Kind: "CHOICE", Multiple: true, Choices: []string{"a\nb"}},
				{ID: 2, Key: "First Name", Name: "First Name", Label: new("Given"), Kind: "TEXT", Bound: new("FIRST_NAME"), Required: true, ReadOnly: true},
			},
			Stores:    []interchange.StoreDefinition{{ID: 1, Name: "S", Number: new("007"), JSONString: new(`{"a":1}`)}},
			Companies: []interchange.CompanyDefinition{{ID: 1, Name: "C", ParentID: new(2), PrimaryContactID: new(3)}},
			Segments:  []interchange.SegmentDefinition{{ID: 1, Name: "News"}},
		},
	}
}

func TestLinesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(partial(), 0, 3).Draw(t, "contacts")
		file := writeLines(t, header(), want...)
		if n := bytes.Count(file, []byte("\n")); n != len(want)+2 {
			t.Fatalf("the file has %d lines:\n%s", n, file)
		}
		h, got, err := readLines(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Fatalf("the contacts (-written +read)\n%s", diff)
		}
		if diff := cmp.Diff(header(), h); diff != "" {
			t.Fatalf("the header (-written +read)\n%s", diff)
		}
	})
}

// TestLinesCutOff checks that no part of a file looks complete.
func TestLinesCutOff(t *testing.T) {
	t.Parallel()
	file := writeLines(t, header(), &interchange.Record{ContactID: 1}, &interchange.Record{ContactID: 2})
	first := bytes.IndexByte(file, '\n') + 1
	for n := first; n < len(file)-1; n++ {
		_, records, err := readLines(bytes.NewReader(file[:n]))
		var invalid interchange.ValueErrors
		if !errors.Is(err, interchange.ErrIncomplete) && !errors.As(err, &invalid) {
			t.Errorf("the first %d of %d bytes: %d contacts, %v", n, len(file), len(records), err)
		}
	}
	lines := bytes.SplitAfter(file, []byte("\n"))
	without := bytes.Join([][]byte{lines[0], lines[1], lines[3]}, nil)
	if _, _, err := readLines(bytes.NewReader(without)); !errors.Is(err, interchange.ErrIncomplete) {
		t.Errorf("a file without one of its contacts: %v", err)
	}
}

func TestLinesWithoutAHeader(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		"{\"contactId\":1}\n{\"contactId\":2}", "\ufeff{\"contactId\":1}\r\n\r\n{\"contactId\":2}\r\n", " {\"contactId\": 1 , \"__typename\":\"Contact\"}\n{\"id\":\"x\",\"contactId\":2}\n",
	} {
		h, got, err := readLines(strings.NewReader(file))
		want := []*interchange.Record{{ContactID: 1}, {ContactID: 2}}
		if diff := cmp.Diff(want, got); h != nil || err != nil || diff != "" {
			t.Errorf("%q: header %v, %v (-want +got)\n%s", file, h, err, diff)
		}
	}
	if h, got, err := readLines(strings.NewReader("\n")); h != nil || got != nil || err != nil {
		t.Errorf("an empty file: %v, %v, %v", h, got, err)
	}
}

func TestLinesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, _, err := readLines(strings.NewReader(`{"format":"contactgraph.contacts","formatVersion":2}`)); !errors.Is(err, interchange.ErrNewerFormat) {
		t.Errorf("a newer format: %v", err)
	}
	endless := io.MultiReader(strings.NewReader("{}\n"), io.LimitReader(letters{}, interchange.MaxLine+1<<20))
	if _, _, err := readLines(endless); !errors.Is(err, interchange.ErrLineTooLong) {
		t.Errorf("a line without an end: %v", err)
	}
}

// letters is a text without an end.
type letters struct{}

func (letters) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

func TestErrorsOfALine(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, want string }{
		{`[]`, ": This must be a JSON object."},
		{`{"contactId":1} {}`, ": This must be a JSON object."},
		{`{"contactId":0}`, "contactId: This must be a positive whole number of at most 32 bits."},
		{`{"contactId":"1"}`, "contactId: This must be a positive whole number of at most 32 bits."},
		{`{"contactId":2147483648}`, "contactId: This must be a positive whole number of at most 32 bits."},
		{`{"version":"AAAAAAAAAAA="}`, "version: This must be a version."},
		{`{"nickname":"x"}`, "nickname: Contacts have no such member."},
		{`{"email":"a","email":"b"}`, "email: This is listed twice."},
		{`{"email":1}`, "email: This must be a text."},
		{`{"email":"a\u0000b"}`, "email: The text must be valid UTF-8 without NUL characters."},
		{`{"secret":null}`, "secret: This must not be null."},
		{`{"limitMailsPermanently":null}`, "limitMailsPermanently: This must not be null."},
		{`{"limitMailsPermanently":1}`, "limitMailsPermanently: This must be true or false."},
		{`{"lastModified":"yesterday"}`, "lastModified: This must be an RFC 3339 time such as 2024-11-21T06:40:14Z, in the years 1 to 9999."},
		{`{"lastModified":"0000-01-01T00:00:00Z"}`, "lastModified: This must be an RFC 3339 time such as 2024-11-21T06:40:14Z, in the years 1 to 9999."},
		{`{"company":{}}`, "company: This must have an id, a name, or both."},
		{`{"company":{"id":-1}}`, "company: This must have an id, a name, or both."},
		{`{"company":{"number":"1"}}`, "company: This must have an id, a name, or both."},
		{`{"segments":{"id":1}}`, "segments: This must be a list in which each element has an id, a name, or both."},
		{`{"segments":null}`, "segments: This must not be null."},
		{`{"logins":[{"name":"a","type":"X"}]}`, "logins: This must be a list of logins, each with a name and a type: BLANK, EMAIL, BOUNCED or GOOGLE."},
		{`{"externalIds":[{"system":"a"},1]}`, "externalIds: This must be a list of external ids, each with a system and a value."},
		{`{"properties":[]}`, "properties: This must be a JSON object."},
		{`{"properties":{"a":{}}}`, "properties.a: This must be a list of values, each a text or an object with a value and a description."},
		{`{"properties":{"a":[["x"]]}}`, "properties.a: This must be a list of values, each a text or an object with a value and a description."},
		{`{"properties":{"a":"x","a":"y"}}`, "properties.a: This is listed twice."},
		{`{"email":1,"phone":2}`, "email: This must be a text. phone: This must be a text."},
	}
	for _, tt := range tests {
		_, err := interchange.ParseLine([]byte(tt.line))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s\ngot  %v\nwant %s", tt.line, err, tt.want)
		}
	}
	r, err := interchange.ParseLine([]byte(`{"email":1,"firstName":"Nora","properties":{"a":7,"b":["x",{"value":"y","description":null}],"c":null}}`))
	want := &interchange.Record{Set: field.Patch{field.FirstName: "Nora"}, Properties: []interchange.Property{
		{Name: "a", Values: []field.Value{{Value: "7"}}}, {Name: "b", Values: []field.Value{{Value: "x"}, {Value: "y"}}}, {Name: "c"},
	}}
	if diff := cmp.Diff(want, r, same); err == nil || diff != "" {
		t.Errorf("the other values: %v (-want +got)\n%s", err, diff)
	}
}

// FuzzParseLine checks that what was read is written and read again as the same.
func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"contactId":1,"email":"a@example.com","properties":{"a":[{"value":"x","description":"y"}]},"company":{"id":1,"name":"C"}}`))
	f.Add([]byte(`{"logins":[{"name":"a","type":"EMAIL"}],"externalIds":[],"segments":[{"name":"News"}],"company":null}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := interchange.ParseLine(line)
		if err != nil {
			return
		}
		r.PasswordHash = "" // which is only read
		again, err := interchange.ParseLine(interchange.AppendLine(nil, r))
		if err != nil {
			t.Fatalf("%s was read, and written as %s: %v", line, interchange.AppendLine(nil, r), err)
		}
		if diff := cmp.Diff(r, again, same); diff != "" {
			t.Errorf("%s (-first +second)\n%s", line, diff)
		}
	})
}
