package importfile_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"contactgraph/internal/importfile"
)

// fuzz checks that any text ends in rows and an error or the end of the file, that columns and
// samples are texts, and that the file of all rows as errors can be read with as many rows.
func fuzz(f *testing.F, format importfile.Format, suffix string) {
	f.Helper()
	files, err := filepath.Glob("testdata/presets/*" + suffix)
	if err != nil || len(files) == 0 {
		f.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, rows := readAny(t, text, format)
		if file == nil {
			return
		}
		for _, c := range file.Columns() {
			if !utf8.ValidString(c.Name) {
				t.Errorf("the column %q is not in UTF-8", c.Name)
			}
		}
		for i := 1; i < len(rows); i++ {
			if rows[i].Line < rows[i-1].Line {
				t.Errorf("line %d comes after line %d", rows[i].Line, rows[i-1].Line)
			}
		}
		if len(rows) == 0 {
			return
		}
		var b bytes.Buffer
		w, err := importfile.NewErrorWriter(&b, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if err := w.Write(row, []importfile.Error{{Reason: "x"}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, again := readAny(t, b.Bytes(), format); len(again) != len(rows) {
			t.Errorf("the file of errors has %d rows of %d:\n%q", len(again), len(rows), b.String())
		}
	})
}

// readAny reads what can be read of a file. The file is nil if it cannot be opened.
func readAny(t *testing.T, text []byte, format importfile.Format) (file *importfile.File, rows []importfile.Row) {
	t.Helper()
	file, err := importfile.Open(bytes.NewReader(text), importfile.Options{Format: format, Encoding: "utf-8"})
	if err == nil {
		var m importfile.Mapping
		if m, err = file.Guess(catalog, ""); err == nil {
			err = file.SetMapping(m, catalog)
		}
		if err != nil {
			t.Fatalf("the guess cannot be followed: %v", err)
		}
	}
	for err == nil {
		var row importfile.Row
		if row, err = file.Next(); err == nil {
			rows = append(rows, row)
		}
	}
	if _, ok := errors.AsType[*importfile.FileError](err); !ok && !errors.Is(err, io.EOF) {
		t.Fatalf("got %v, want a FileError or the end", err)
	}
	return file, rows
}

func FuzzCSV(f *testing.F)   { fuzz(f, importfile.CSV, ".csv") }
func FuzzJSON(f *testing.F)  { fuzz(f, importfile.JSON, ".json") }
func FuzzVCard(f *testing.F) { fuzz(f, importfile.VCard, ".vcf") }

// FuzzOpen checks that Open ends with a result for any bytes, whatever it detects.
func FuzzOpen(f *testing.F) {
	for _, text := range []string{"a;b\n1;2", "[{}]", "BEGIN:VCARD\nFN:x\nEND:VCARD", "\xff\xfea\x00;\x00", "sep=;", "\x00\x00\xfe\xff"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(_ *testing.T, text []byte) {
		file, err := importfile.Open(bytes.NewReader(text), importfile.Options{})
		for err == nil {
			_, err = file.Next()
		}
	})
}
