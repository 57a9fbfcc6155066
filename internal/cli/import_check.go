package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"contactgraph/internal/importfile"
	"contactgraph/internal/job"
	"contactgraph/internal/viewer"
)

// ImportFile has the flags that say how to read a file.
type ImportFile struct {
	File      string `arg:"" help:"File to read: CSV, JSON, NDJSON or vCard."`
	Format    string `placeholder:"FORMAT" enum:",csv,json,vcard" default:"" help:"Format of the file: csv, json or vcard. Default: as the file begins."`
	Encoding  string `placeholder:"NAME" help:"Encoding of the file, such as windows-1252. Default: as detected."`
	Delimiter string `placeholder:"CHARACTER" help:"Character between the cells of a CSV file; tab for a tabulator. Default: as detected."`
	NoHeader  bool   `help:"The first line of a CSV file has values; the columns are called Column 1, Column 2 and so on."`
	Map       string `placeholder:"FILE" help:"File with the mapping of the columns, as JSON. Default: as guessed."`
	Preset    string `placeholder:"NAME" help:"Guess as for the files of a program: contacts-api, iservice, google, outlook, hubspot, salesforce, mailchimp, apple, android, vcard. Default: as recognized."`
}

// openFile opens the file with its mapping. The caller closes the file below.
func (i *ImportFile) openFile(c importfile.Catalog) (below *os.File, f *importfile.File, m importfile.Mapping, err error) {
	o, err := i.fileOptions()
	if err != nil {
		return nil, nil, m, err
	}
	if below, err = os.Open(i.File); err != nil {
		return nil, nil, m, err
	}
	if f, err = importfile.Open(below, o); err == nil {
		m, err = i.mapping(f, c)
	}
	if err == nil {
		err = f.SetMapping(m, c)
	}
	if err != nil {
		return nil, nil, m, errors.Join(fmt.Errorf("%s: %w", i.File, err), below.Close())
	}
	return below, f, m, nil
}

// fileOptions returns the options that the flags stand for.
func (i *ImportFile) fileOptions() (o importfile.Options, err error) {
	o = importfile.Options{Format: importfile.Format(i.Format), Encoding: i.Encoding, NoHeader: i.NoHeader}
	if i.Delimiter != "" {
		var size int
		if o.Delimiter, size = utf8.DecodeRuneInString(i.Delimiter); size != len(i.Delimiter) {
			if o.Delimiter = '\t'; i.Delimiter != "tab" {
				return o, errors.New("--delimiter must be one character")
			}
		}
	}
	return o, nil
}

// mapping returns the mapping of --map, or the guess.
func (i *ImportFile) mapping(f *importfile.File, c importfile.Catalog) (m importfile.Mapping, err error) {
	if i.Map == "" {
		return f.Guess(c, i.Preset)
	}
	return i.readMap()
}

// readMap returns the mapping of --map.
func (i *ImportFile) readMap() (m importfile.Mapping, err error) {
	if i.Preset != "" {
		return m, errors.New("--map and --preset exclude each other")
	}
	text, err := os.ReadFile(i.Map)
	if err != nil {
		return m, err
	}
	read, err := job.ParseMapping(text)
	if err != nil {
		return m, fmt.Errorf("%s: %w", i.Map, err)
	}
	return *read, nil
}

// ImportCheck is the command that shows how a file would be read.
type ImportCheck struct {
	Settings   `embed:""`
	Output     `embed:""`
	ImportFile `embed:""`

	Account  string `placeholder:"NAME" help:"Account whose properties the columns can become. Default: none, and no database is opened."`
	WriteMap string `placeholder:"FILE" help:"Write the mapping to a new file, to edit it and use it with --map."`
	Errors   string `placeholder:"FILE" help:"Write the rows that cannot be read to a new file, with the reasons."`
}

// Help explains what is checked.
func (*ImportCheck) Help() string {
	return "The format, the encoding and the columns are shown, and what each column becomes; then the rows that cannot be read, with the reasons, and the columns " +
		"whose values become nothing. Nothing is written to the database, and nothing is compared with its contacts."
}

// checkedFile is what --json prints.
type checkedFile struct {
	importfile.Info

	Columns []importfile.Column `json:"columns"`
	Mapping importfile.Mapping  `json:"mapping"`
	Rows    int                 `json:"rows"`
	Invalid int                 `json:"invalid"`
	Errors  []rowError          `json:"errors"` // of the first invalid rows
	Unused  []importfile.Unused `json:"unused"`
}

// rowError is why a row cannot be read.
type rowError struct {
	Line int `json:"line"`
	importfile.Error
}

// maxRowErrors is how many errors are listed.
const maxRowErrors = 100

// Run reads the file. It fails if the file or a row cannot be read.
func (c *ImportCheck) Run(ctx context.Context, p *Process) error {
	if c.Account == "" {
		return c.check(p, importfile.Catalog{})
	}
	return c.withServices(ctx, p, func(s *Services) error {
		account, err := s.Account(ctx, c.Account)
		if err != nil {
			return err
		}
		properties, err := s.Catalog.Properties(viewer.NewSystemContext(ctx, account))
		if err != nil {
			return err
		}
		return c.check(p, importfile.Catalog{Properties: properties})
	})
}

func (c *ImportCheck) check(p *Process, catalog importfile.Catalog) (err error) {
	below, f, m, err := c.openFile(catalog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, below.Close()) }()
	if c.WriteMap != "" {
		text, err := json.MarshalIndent(m, "", "  ")
		if err == nil {
			err = writeNew(c.WriteMap, func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err })
		}
		if err != nil {
			return err
		}
	}
	checked := checkedFile{Info: f.Info(), Columns: f.Columns(), Mapping: m, Errors: []rowError{}, Unused: []importfile.Unused{}}
	if c.Errors == "" {
		err = checked.read(f, nil)
	} else {
		err = writeNew(c.Errors, func(w io.Writer) error {
			to, err := importfile.NewErrorWriter(w, f)
			if err == nil {
				err = errors.Join(checked.read(f, to), to.Close())
			}
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if err := c.print(p.Stdout, checked, checked.describe(c.File)); err != nil {
		return err
	}
	if checked.Invalid > 0 {
		return fmt.Errorf("%s cannot be read", count(checked.Invalid, "row"))
	}
	return nil
}

// read reads all rows, and writes those that are invalid.
func (c *checkedFile) read(f *importfile.File, to *importfile.ErrorWriter) error {
	for {
		row, err := f.Next()
		if errors.Is(err, io.EOF) {
			c.Unused = append(c.Unused, f.Unused()...)
			return nil
		}
		if err != nil {
			return err
		}
		c.Rows++
		if len(row.Errors) == 0 {
			continue
		}
		c.Invalid++
		for _, e := range row.Errors {
			if len(c.Errors) < maxRowErrors {
				c.Errors = append(c.Errors, rowError{row.Line, e})
			}
		}
		if to != nil {
			if err := to.Write(row, row.Errors); err != nil {
				return err
			}
		}
	}
}

// describe returns the same as text.
func (c *checkedFile) describe(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s in %s", name, c.Format, c.Encoding)
	if c.Delimiter != "" {
		fmt.Fprintf(&b, ", cells between %q", c.Delimiter)
	}
	switch {
	case c.Own:
		b.WriteString(", exported by " + program)
	case c.Preset != "":
		b.WriteString(", recognized as " + c.Preset)
	}
	b.WriteString("\n")
	if !c.Own {
		b.WriteString("\n" + c.columnTable() + "\n")
	}
	fmt.Fprintf(&b, "%s can be read, %d cannot\n", count(c.Rows-c.Invalid, "row"), c.Invalid)
	for _, e := range c.Errors {
		fmt.Fprintf(&b, "line %d: %v\n", e.Line, e.Error)
	}
	for _, u := range c.Unused {
		reason := "no rule names it"
		if u.Mapped {
			reason = "an earlier column has a value for the same field"
		}
		fmt.Fprintf(&b, "column %q becomes nothing in %s: %s\n", u.Column, count(u.Rows, "row"), reason)
	}
	return b.String()
}

// columnTable lists the columns, with what they become.
func (c *checkedFile) columnTable() string {
	rows := []string{"COLUMN\tBECOMES\tCONFIDENCE\tFIRST VALUE"}
	for _, column := range c.Columns {
		becomes, confidence := "-", ""
		if i := slices.IndexFunc(c.Mapping.Columns, func(r importfile.Rule) bool { return r.Column == column.Name }); i >= 0 {
			becomes = cmp.Or(c.Mapping.Columns[i].To, "-")
			if n := c.Mapping.Columns[i].Confidence; n > 0 && becomes != "-" {
				confidence = fmt.Sprintf("%.0f %%", n*100)
			}
		}
		first := ""
		if len(column.Samples) > 0 {
			first = strings.Map(printable, column.Samples[0])
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s", strings.Map(printable, column.Name), becomes, confidence, first))
	}
	return table(rows...)
}

// printable replaces characters that would move the cursor of a terminal.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
		return ' '
	}
	return r
}
