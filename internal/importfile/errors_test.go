package importfile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/importfile"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode/utf32"
)

func TestEncodings(t *testing.T) {
	t.Parallel()
	western := "Name;E-Mail\n" + strings.Repeat("Max Power;max@example.com\n", 40) + "Jürgen Müller;j@example.com\n"
	cyrillic := "Имя;Фамилия;Email\nИван;Петров;ivan@example.com\nМария;Сидорова;maria@example.com\nАлексей;Кузнецов;a@example.com\n"
	wide := func(s string, little, mark bool) string {
		var b strings.Builder
		if mark {
			s = "\uFEFF" + s
		}
		for _, u := range utf16.Encode([]rune(s)) {
			if little {
				u = u<<8 | u>>8
			}
			b.Write([]byte{byte(u >> 8), byte(u)})
		}
		return b.String()
	}
	encode := func(e encoding.Encoding, s string) string {
		text, err := e.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, tt := range []struct{ text, choose, want, last string }{
		{western, "", "utf-8", "Jürgen Müller"},
		{"\uFEFF" + western, "", "utf-8", "Jürgen Müller"},
		{encode(charmap.Windows1252, western), "", "windows-1252", "Jürgen Müller"},
		{encode(charmap.Windows1251, cyrillic), "", "windows-1251", "Алексей"},
		{encode(charmap.KOI8R, cyrillic), "", "koi8-r", "Алексей"},
		{encode(japanese.ShiftJIS, "名前;Email\n山田太郎;taro@example.com\n佐藤花子;h@example.com\n"), "", "shift_jis", "佐藤花子"},
		{encode(charmap.Macintosh, western), "macintosh", "macintosh", "Jürgen Müller"},
		{encode(charmap.ISO8859_15, western), "iso-8859-15", "iso-8859-15", "Jürgen Müller"},
		{wide(western, true, true), "", "utf-16le", "Jürgen Müller"},
		{wide(western, false, true), "", "utf-16be", "Jürgen Müller"},
		{wide(western, true, false), "", "utf-16le", "Jürgen Müller"},
		{wide(western, false, false), "", "utf-16be", "Jürgen Müller"},
		{encode(utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), western), "", "utf-32le", "Jürgen Müller"},
	} {
		f, rows := read(t, tt.text, importfile.Options{Encoding: tt.choose})
		if got := f.Info().Encoding; got != tt.want {
			t.Errorf("%.20q: got %s, want %s", tt.text, got, tt.want)
		}
		last := rows[len(rows)-1]
		if len(last.Errors) > 0 || last.Cells[0].Value != tt.last {
			t.Errorf("%s: got %q, %v, want %q", tt.want, last.Cells[0].Value, last.Errors, tt.last)
		}
	}
}

// endless repeats a text.
type endless struct {
	text string
	n    int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[e.n%len(e.text)]
		e.n++
	}
	return len(p), nil
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	text := func(s string) io.Reader { return strings.NewReader(s) }
	const header = "Name,Email\n"
	for name, tt := range map[string]struct {
		file io.Reader
		want string
	}{
		"nothing":                {text(""), "the file is empty"},
		"blanks":                 {text(" \r\n \n"), "the file is empty"},
		"a workbook":             {text("PK\x03\x04xl/workbook.xml"), "the file is a workbook or an archive: save it as CSV, JSON or vCard"},
		"a million columns":      {text(strings.Repeat("a,", 1_000_000)), "line 1: there are 1000001 columns, which is more than 2000"},
		"endless columns":        {&endless{text: "a,"}, "line 1: the row that starts here is longer than 4194304 bytes: is a quotation mark missing, or the delimiter another one?"},
		"endless quotes":         {io.MultiReader(text(header+`x,"`), &endless{text: `""`}), "line 2: the row that starts here is longer than 4194304 bytes: is a quotation mark missing, or the delimiter another one?"},
		"an endless cell":        {io.MultiReader(text(header+"a,a@example.com\n\"x\n"), &endless{text: "y\n"}), "line 3: the row that starts here is longer than 4194304 bytes: is a quotation mark missing, or the delimiter another one?"},
		"an endless line":        {io.MultiReader(text(`{"Id":1}`+"\n"), &endless{text: "["}), "line 2: the line is longer than 4194304 bytes"},
		"an endless object":      {io.MultiReader(text(`[{"Id":1},`+"\n"), &endless{text: `{"a":`}), "line 2: the text is not valid JSON"},
		"an endless string":      {io.MultiReader(text(`[{"Id":1},`+"\n"+`{"a":"`), &endless{text: `b`}), "line 1: the object that starts here is longer than 4194304 bytes"},
		"an endless card":        {io.MultiReader(text("BEGIN:VCARD\nFN:Nora\n"), &endless{text: "NOTE:x\n"}), "line 1: the card that starts here is longer than 4194304 bytes"},
		"an endless property":    {io.MultiReader(text("BEGIN:VCARD\nFN:Nora\nNOTE:"), &endless{text: "x\n "}), "line 3: the property that starts here is longer than 4194304 bytes"},
		"a cut array":            {text(`[{"Id":1},` + "\n" + `{"Id":2`), "line 1: the file ends within this object or array"},
		"an array without end":   {text(`[{"Id":1}`), "line 1: the file ends within this object or array"},
		"text after an array":    {text("[{\"Id\":1}]\n{}"), "line 1: there is more after the end of the array"},
		"an array with a fault":  {text("[{\"Id\":1},\n{\"Id\":x}]"), "line 2: the text is not valid JSON"},
		"text between cards":     {text("BEGIN:VCARD\nFN:Nora\nEND:VCARD\nhello\n"), "line 4: a card must begin with BEGIN:VCARD here"},
		"an unknown encoding":    {nil, `the encoding "utf-9" is unknown`},
		"an impossible column":   {nil, `'"' cannot be between cells`},
		"a newer export":         {text(`{"format":"contactgraph.contacts","formatVersion":99}`), "line 1: the file has a newer format than this program can read"},
		"an export that was cut": {text("{\"format\":\"contactgraph.contacts\",\"formatVersion\":1}\n{\"contactId\":1}\n"), "line 2: the file is incomplete: its last line is missing, or has another number of contacts"},
	} {
		o := importfile.Options{}
		switch name {
		case "an unknown encoding":
			tt.file, o.Encoding = text(header), "utf-9"
		case "an impossible column":
			tt.file, o.Delimiter = text(header), '"'
		}
		err := readAll(tt.file, o)
		if _, ok := errors.AsType[*importfile.FileError](err); !ok || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

// readAll reads a file to its end, and returns why it cannot.
func readAll(r io.Reader, o importfile.Options) error {
	f, err := importfile.Open(r, o)
	for err == nil {
		_, err = f.Next()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// TestErrorsOfRows checks that a wrong row is reported with its line, and that the row after it is
// read.
func TestErrorsOfRows(t *testing.T) {
	t.Parallel()
	const header = "contactId,Name,Email,Phone,Registered,Birthday,Gender,Unsubscribed,passwordHash\n"
	for _, tt := range []struct{ row, column, value, reason string }{
		{`1,Nora,nora@example.com,4.917E+11,,,,,`, "Phone", "4.917E+11", "A spreadsheet has written the number in scientific notation, which has lost digits: format the column as text."},
		{`1E5,Nora,,,,,,,`, "contactId", "1E5", "A spreadsheet has written the number in scientific notation, which has lost digits: format the column as text."},
		{`0,Nora,,,,,,,`, "contactId", "0", "The id is not a number from 1 to 2147483647."},
		{`1,Nora,,,yesterday,,,,`, "Registered", "yesterday", "The text is not a date."},
		{`1,Nora,,,02/03/2024,,,,`, "Registered", "02/03/2024", "02/03/2024 can be two dates: choose the order of day and month."},
		{`1,Nora,,,,31.02.2024,,,`, "Birthday", "31.02.2024", "There is no such day or time."},
		{`1,Nora,,,,,,perhaps,`, "Unsubscribed", "perhaps", "The text is neither yes nor no."},
		{`1,No` + "\x00" + `ra,,,,,,,`, "Name", "No\x00ra", "The text has a NUL character."},
		{`1,No` + "\xff" + `ra,,,,,,,`, "Name", "No�ra", "The text is not in UTF-8: choose the encoding of the file, such as windows-1252."},
		{`1,Nora,,,,,,,,,x`, "", "x", "The row has 11 cells, but there are only 9 columns."},
		{`1,"Nora"a,,,,,,,`, "", "", "A quotation mark within a cell is not doubled."},
	} {
		_, rows := read(t, header+tt.row+"\n2,Max,max@example.com,,,,,,\n", importfile.Options{Encoding: "utf-8"})
		if len(rows) != 2 || len(rows[0].Errors) != 1 || rows[0].Line != 2 || rows[1].Line != 3 || rows[1].Record.ContactID != 2 {
			t.Errorf("%s: got %+v", tt.row, rows)
			continue
		}
		if got, want := rows[0].Errors[0], (importfile.Error{Column: tt.column, Value: tt.value, Reason: tt.reason}); got != want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", tt.row, got, want)
		}
	}
}

func TestCutFiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Name,Email,Phone\nNora,nora@example.com,1\nMax,max@exa":        "The file ends within this row.",
		"Name,Email,Phone\nNora,nora@example.com,1\nMax,\"max@exa":      "The file ends within a cell in quotation marks.",
		"{\"Id\":1,\"Email\":\"a\"}\n{\"Id\":2,\"Em":                    "The line is not valid JSON.",
		"BEGIN:VCARD\nFN:Nora\nEND:VCARD\nBEGIN:VCARD\nFN:Max\nTEL:+49": "The file ends within this card.",
	} {
		_, rows := read(t, text, importfile.Options{})
		if len(rows) != 2 || len(rows[0].Errors) != 0 || len(rows[1].Errors) != 1 || rows[1].Errors[0].Reason != want {
			t.Errorf("%q: got %+v, want %s", text, rows, want)
		}
	}
}

// TestQuotationMarksWithinCells checks that cells that other programs do not quote are read as they
// are meant.
func TestQuotationMarksWithinCells(t *testing.T) {
	t.Parallel()
	_, rows := read(t, "Name,Email\nNora \"Noa\" Vogel,nora@example.com\nMax,max@example.com\n", importfile.Options{})
	if len(rows) != 2 || rows[0].Cells[0].Value != `Nora "Noa" Vogel` || len(rows[0].Errors) > 0 {
		t.Errorf("got %+v", rows)
	}
}

func TestManyRowsNeedLittleMemory(t *testing.T) {
	t.Parallel()
	rows := io.LimitReader(&endless{text: "Nora,Vogel,nora@example.com,+49 170 1234567,\"a note, with a comma\"\n"}, 20<<20)
	f, err := importfile.Open(io.MultiReader(strings.NewReader("First,Last,Email,Phone,Note\n"), rows), importfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; err == nil; n++ {
		_, err = f.Next()
	}
	if !errors.Is(err, io.EOF) || n < 250_000 {
		t.Errorf("read %d rows, then %v", n, err)
	}
	if kept := importfile.Kept(f); kept > 1<<20 {
		t.Errorf("holds %d bytes after the last row", kept)
	}
}

func TestDatesOfPrograms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2024-11-21T06:40:14.7818299+00:00": "2024-11-21 06:40:14.7818299 +0000 UTC",
		"2024-11-21 06:40":                  "2024-11-21 06:40:00 +0000 UTC",
		"2024-11-21 08:40:14 +0200":         "2024-11-21 06:40:14 +0000 UTC",
		"21.11.2024":                        "2024-11-21 00:00:00 +0000 UTC",
		"5.3.24":                            "2024-03-05 00:00:00 +0000 UTC",
		"11/21/2024 6:40 PM":                "2024-11-21 18:40:00 +0000 UTC",
		"21/11/2024, 12:00 am":              "2024-11-21 00:00:00 +0000 UTC",
		"Nov 21, 2024":                      "2024-11-21 00:00:00 +0000 UTC",
		"/Date(1732171214781)/":             "2024-11-21 06:40:14.781 +0000 UTC",
		"45617.25":                          "2024-11-21 06:00:00 +0000 UTC",
		"20241121":                          "2024-11-21 00:00:00 +0000 UTC",
	} {
		_, rows := read(t, "Email,Registered\nnora@example.com,\""+text+"\"\n", importfile.Options{})
		if got := fmt.Sprint(rows[0].Record.RegisteredAt); got != want || len(rows[0].Errors) > 0 {
			t.Errorf("%s: got %s, %v, want %s", text, got, rows[0].Errors, want)
		}
	}
}

func TestOrderOfDaysAndMonths(t *testing.T) {
	t.Parallel()
	_, rows := read(t, "Email,Registered\na@example.com,02/03/2024\nb@example.com,21/03/2024\n", importfile.Options{})
	if got := rows[0].Record.RegisteredAt.Month(); got != 3 {
		t.Errorf("with 21/03 in the column, 02/03 is in %s, want March", got)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"Nora Vogel":                {"Nora", "Vogel"},
		"Vogel, Nora":               {"Nora", "Vogel"},
		"Nora":                      {"Nora", ""},
		"Nora Marie Vogel":          {"Nora Marie", "Vogel"},
		"Ludwig van Beethoven":      {"Ludwig", "van Beethoven"},
		"Ursula von der Leyen":      {"Ursula", "von der Leyen"},
		"van Gogh":                  {"van", "Gogh"},
		"Maria  del Carmen  García": {"Maria del Carmen", "García"},
	} {
		_, rows := read(t, "Name,Email\n\""+name+"\",a@example.com\n", importfile.Options{})
		set := rows[0].Record.Set
		first, _ := set[field.FirstName].(string)
		last, _ := set[field.LastName].(string)
		if got := [2]string{first, last}; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
