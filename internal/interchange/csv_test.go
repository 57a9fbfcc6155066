package interchange_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// writeTable returns contacts as a CSV file.
func writeTable(t testingT, h *interchange.Header, records ...*interchange.Record) []byte {
	var b bytes.Buffer
	w, err := interchange.NewTableWriter(&b, h)
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

func TestTableRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(record(), 0, 3).Draw(t, "contacts")
		file := writeTable(t, header(), want...)
		rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		table, unknown := interchange.ParseTable(rows[0])
		if len(unknown) > 0 {
			t.Fatalf("unknown columns %q", unknown)
		}
		var got []*interchange.Record
		for _, row := range rows[1:] {
			for _, cell := range row {
				if strings.IndexAny(cell, "=+-@\t\r\n") == 0 {
					t.Fatalf("a spreadsheet would run the cell %q", cell)
				}
			}
			r, err := table.Record(row)
			if err != nil {
				t.Fatalf("%v\n%s", err, file)
			}
			got = append(got, r)
		}
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Fatalf("the contacts (-written +read)\n%s", diff)
		}
	})
}

func TestNoteOfATable(t *testing.T) {
	t.Parallel()
	h := header()
	file := writeTable(t, h)
	names, err := csv.NewReader(bytes.NewReader(file)).Read()
	if err != nil {
		t.Fatal(err)
	}
	if last := names[len(names)-1]; last != "contactgraph export 1: cursor TG9nOjE at 2026-03-01T12:00:00.000001Z" {
		t.Errorf("the last column is %q", last)
	}
	if cursor, at, ok := interchange.ParseNote(names); cursor != h.Cursor || !at.Equal(h.At) || !ok {
		t.Errorf("got %q, %s, %v", cursor, at, ok)
	}
	for _, names := range [][]string{nil, {"email"}, {"contactgraph export 2: cursor x at 2026-03-01T12:00:00Z"}, {"contactgraph export"}} {
		if _, _, ok := interchange.ParseNote(names); ok {
			t.Errorf("%q has a cursor", names)
		}
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, cell string }{
		{"Nora", "Nora"}, {"", "'"}, {"+46 70", "'+46 70"}, {"=1", "'=1"}, {"-1", "'-1"}, {"@x", "'@x"}, {"\tx", "'\tx"}, {"＋1", "'＋1"},
		{"'", "''"}, {"'x", "''x"}, {`'"x"`, `''"x"`}, {`"x"`, `"x"`}, {"a\nb", "a\nb"}, {"\nb", "'\nb"}, {"a\r\nb", `'"a\r\nb"`}, {"a+b", "a+b"},
	}
	for _, tt := range tests {
		if got := interchange.EscapeCell(tt.text); got != tt.cell {
			t.Errorf("%q is written as %q, want %q", tt.text, got, tt.cell)
		}
		if got := interchange.UnescapeCell(tt.cell); got != tt.text {
			t.Errorf("%q is read as %q, want %q", tt.cell, got, tt.text)
		}
	}
	for _, cell := range []string{"'s-Hertogenbosch", `'"x`, "+46 70", "x'"} {
		if got := interchange.UnescapeCell(cell); got != cell {
			t.Errorf("%q of another program is read as %q", cell, got)
		}
	}
}

func TestTableOfAnotherOrder(t *testing.T) {
	t.Parallel()
	table, unknown := interchange.ParseTable([]string{"company.name", "Nickname", "email", "email", "properties.tags", "company.id", "preferredStore.name"})
	if diff := cmp.Diff([]string{"Nickname", "email"}, unknown); diff != "" {
		t.Errorf("unknown columns (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"company", "email", "properties.tags", "preferredStore"}, table.Paths()); diff != "" {
		t.Errorf("columns (-want +got)\n%s", diff)
	}
	got, err := table.Record([]string{"Acme", "x", "a@example.com", "y", "[not a list", "7"})
	want := &interchange.Record{
		Company: &interchange.Reference{ID: 7, Name: "Acme"}, PreferredStore: &interchange.Reference{}, Set: field.Patch{field.Email: "a@example.com"},
		Properties: []interchange.Property{{Name: "tags", Values: []field.Value{{Value: "[not a list"}}}},
	}
	if diff := cmp.Diff(want, got, same); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if row := table.Row(want); !slices.Equal(row, []string{"Acme", "", "a@example.com", "", `["[not a list"]`, "7", ""}) {
		t.Errorf("the row is %q", row)
	}
}

func TestErrorsOfARow(t *testing.T) {
	t.Parallel()
	tests := []struct{ column, cell, want string }{
		{"contactId", "x", "contactId: This must be a positive whole number of at most 32 bits."},
		{"lastModified", "2026", "lastModified: This must be an RFC 3339 time such as 2024-11-21T06:40:14Z, in the years 1 to 9999."},
		{"limitMailsPermanently", "yes", "limitMailsPermanently: This must be true or false."},
		{"company.id", "x", "company: This must be a positive whole number of at most 32 bits."},
		{"logins", "a@example.com", "logins: This must be a list of logins, each with a name and a type: BLANK, EMAIL, BOUNCED or GOOGLE."},
		{"email", "a\xff", "email: The text must be valid UTF-8 without NUL characters."},
		{"properties.a", "a\x00", "properties.a: The text must be valid UTF-8 without NUL characters."},
	}
	for _, tt := range tests {
		table, _ := interchange.ParseTable([]string{tt.column})
		if _, err := table.Record([]string{tt.cell}); err == nil || err.Error() != tt.want {
			t.Errorf("%s %q\ngot  %v\nwant %s", tt.column, tt.cell, err, tt.want)
		}
	}
	table, _ := interchange.ParseTable([]string{"email", "limitMailsPermanently", "secret"})
	r, err := table.Record([]string{"TRUE", "TRUE", "", "x"})
	if err == nil || err.Error() != ": The row has more cells than the header." || r.Set[field.LimitPermanently] != true {
		t.Errorf("a row that is too long: %v, %v", r, err)
	}
	if _, err := interchange.NewTable([]string{"email", "nickname"}); err == nil {
		t.Error("a table with an unknown column")
	}
	if _, err := interchange.NewTable([]string{"passwordHash"}); err == nil {
		t.Error("a table with password hashes")
	}
}

// TestHashesAreNotWritten checks that password hashes are read and not written.
func TestHashesAreNotWritten(t *testing.T) {
	t.Parallel()
	r, err := interchange.ParseLine([]byte(`{"contactId":1,"passwordHash":"$argon2id$x"}`))
	if err != nil || r.PasswordHash != "$argon2id$x" {
		t.Errorf("%v, %v", r, err)
	}
	if line := interchange.AppendLine(nil, r); string(line) != `{"contactId":1}` {
		t.Errorf("written as %s", line)
	}
	table, _ := interchange.ParseTable([]string{"passwordHash", "lastModified"})
	r, err = table.Record([]string{"$2a$x", "2026-03-01T12:00:00+01:00"})
	want := &interchange.Record{PasswordHash: "$2a$x", LastModified: time.Date(2026, 3, 1, 11, 0, 0, 0, time.UTC)}
	if diff := cmp.Diff(want, r); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

// FuzzTable checks that what was read is written and read again as the same.
func FuzzTable(f *testing.F) {
	f.Add("email,company.id,company.name,properties.a\na@example.com,1,C,\"[\"\"x\"\",{\"\"value\"\":\"\"y\"\"}]\"\n")
	f.Add("logins,externalIds,segments\n\"[{\"\"name\"\":\"\"a\"\",\"\"type\"\":\"\"EMAIL\"\"}]\",[],\n")
	f.Add("phone,firstName\n'+46,\"'\"\"a\\r\"\"\"\n")
	f.Fuzz(func(t *testing.T, file string) {
		rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil || len(rows) == 0 {
			return
		}
		table, _ := interchange.ParseTable(rows[0])
		for _, row := range rows[1:] {
			r, err := table.Record(row)
			if err != nil {
				continue
			}
			r.PasswordHash = "" // which is only read
			again, err := table.Record(table.Row(r))
			if err != nil {
				t.Fatalf("%q was read, and written as %q: %v", row, table.Row(r), err)
			}
			if diff := cmp.Diff(r, again, same); diff != "" {
				t.Errorf("%q (-first +second)\n%s", row, diff)
			}
		}
	})
}

// TestPropertyKeys checks that no two properties have the same key.
func TestPropertyKeys(t *testing.T) {
	t.Parallel()
	got := interchange.PropertyKeys([]*ent.Property{{ID: 1, Name: "Tags", APIName: new("Size")}, {ID: 2, Name: "size"}, {ID: 3, Name: "Notes"}})
	if diff := cmp.Diff(map[int]string{1: "Size", 2: "size #2", 3: "Notes"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestColumnsHaveFieldPaths(t *testing.T) {
	t.Parallel()
	for _, column := range interchange.Columns {
		if got := interchange.Column(interchange.FieldPath(column)); got != column {
			t.Errorf("the path of %s leads to %s", column, got)
		}
	}
}
