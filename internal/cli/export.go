package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"contactgraph/internal/database/transfer"
	"contactgraph/internal/export"
	"contactgraph/internal/interchange"
	"contactgraph/internal/viewer"
)

// ExportContacts is the command that exports the contacts of an account.
type ExportContacts struct {
	Settings `embed:""`

	Account string   `required:"" placeholder:"NAME" help:"Name of the account, in any case."`
	Format  string   `default:"csv" enum:"csv,ndjson,vcard" help:"Format: csv, ndjson or vcard."`
	Output  string   `required:"" placeholder:"FILE" help:"File to write to, which is replaced when the export is complete; - for standard output."`
	Filter  string   `placeholder:"JSON" help:"Only contacts that match this ContactFilter of the GraphQL API, such as {\"segmentId\": 3}."`
	Columns []string `placeholder:"PATHS" help:"Only these columns, such as contactId,email,properties.loyalty. Default: all."`
	BOM     bool     `name:"bom" help:"Begin a CSV file with a byte order mark, by which Excel recognizes UTF-8."`
}

// Help explains what an export is.
func (*ExportContacts) Help() string {
	return "The file has the contacts as they were at one cursor of the change feed, which it names: with the changes after it, it is an exact mirror. " +
		"A server can use the database meanwhile."
}

// Run writes the file, and shows how far it is on a terminal.
func (c *ExportContacts) Run(ctx context.Context, p *Process) error {
	request := export.Request{Format: interchange.Format(c.Format), Columns: c.Columns}
	if c.Filter != "" {
		var err error
		if request.Filter, err = export.ParseFilter([]byte(c.Filter)); err != nil {
			return err
		}
		request.Sent = []byte(c.Filter)
	}
	return c.withServices(ctx, p, func(s *Services) error {
		account, err := s.Account(ctx, c.Account)
		if err != nil {
			return err
		}
		ctx := viewer.NewSystemContext(ctx, account)
		if c.Output == "-" {
			return c.export(ctx, s.Exports, request, p.Stdout, p.Stderr)
		}
		return replaceFile(c.Output, func(w io.Writer) error { return c.export(ctx, s.Exports, request, w, p.Stderr) })
	})
}

func (c *ExportContacts) export(ctx context.Context, s *export.Service, r export.Request, to, stderr io.Writer) error {
	e, err := s.Begin(ctx, r)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(to, 1<<20)
	if c.BOM && r.Format == interchange.CSV {
		if _, err := buffered.WriteString(interchange.BOM); err != nil {
			return err
		}
	}
	file, err := e.NewFile(buffered, r.Format)
	if err != nil {
		return err
	}
	bar := newProgressBar(stderr)
	defer bar.end()
	for more := true; more; {
		if more, err = file.Write(ctx); err != nil {
			return err
		}
		if bar.terminal {
			bar.show(transfer.Progress{Table: "contacts", Rows: int64(e.Taken()), Total: int64(e.Total)})
		}
	}
	return buffered.Flush()
}

// replaceFile writes a file that only its owner can read, and replaces the file of this name when
// it is complete. It leaves that as it was if write fails.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.partial")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
