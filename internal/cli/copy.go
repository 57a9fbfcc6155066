package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"contactgraph/internal/database"
	"contactgraph/internal/database/transfer"
	"contactgraph/internal/normalize"
)

// Copy is the command that copies a database to another one, such as from SQLite to PostgreSQL.
type Copy struct {
	Output `embed:""`

	From    string `required:"" placeholder:"DB" help:"Database to copy, as in --database. It is only read."`
	To      string `required:"" placeholder:"DB" help:"Database to copy to, as in --database. It must be empty, or have a part of the same copy, which is then continued."`
	Account string `placeholder:"NAME" help:"Copy only this account."`
}

// Run copies, shows how far it is on standard error, and lists the tables when the copy is complete
// and was compared.
func (c *Copy) Run(ctx context.Context, p *Process) error {
	o := transfer.Options{Account: normalize.Name(c.Account)}
	if c.Account != "" && o.Account == "" {
		return errors.New("--account must not be blank")
	}
	var bar *progressBar
	if !c.JSON {
		bar = newProgressBar(p.Stderr)
		o.Progress = bar.show
	}
	r, err := transfer.Copy(ctx, c.From, c.To, o)
	if bar != nil {
		bar.end()
	}
	if errors.Is(err, transfer.ErrChanged) {
		err = fmt.Errorf("%w: delete %s, and begin again while no server uses %s", err, database.Name(c.To), database.Name(c.From))
	}
	if err != nil {
		return err
	}
	if r.Missed > 0 {
		fmt.Fprintf(p.Stderr, "warning: %s written to %s since the copy began, and the copy does not have them\n", //nolint:errcheck // the result has the number
			wereWritten(r.Missed), database.Name(c.From))
	}
	return c.print(p.Stdout, r, c.describe(r))
}

func wereWritten(n int64) string {
	if n == 1 {
		return "1 change was"
	}
	return fmt.Sprintf("%d changes were", n)
}

// describe lists the tables of a copy.
func (c *Copy) describe(r *transfer.Result) string {
	rows, total := []string{"TABLE\tROWS\tSHA-256"}, int64(0)
	for _, t := range r.Tables {
		rows = append(rows, fmt.Sprintf("%s\t%d\t%s", t.Name, t.Rows, t.Checksum))
		total += t.Rows
	}
	return table(rows...) + fmt.Sprintf("copied %d rows from %s to %s; all are the same\n", total, database.Name(c.From), database.Name(c.To))
}

// progressBar shows how far a copy is: on a terminal as a bar, and otherwise as a line for each
// table.
type progressBar struct {
	w        io.Writer
	terminal bool
	shown    string // the table of the last line
}

func newProgressBar(w io.Writer) *progressBar {
	b := &progressBar{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		b.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

// barWidth is the number of characters of a full bar.
const barWidth = 30

func (b *progressBar) show(p transfer.Progress) {
	switch {
	case b.terminal:
		done := barWidth
		if p.Total > 0 {
			done = int(barWidth * min(p.Rows, p.Total) / p.Total)
		}
		fmt.Fprintf(b.w, "\r[%s%s] %d of %d rows  %-20s", //nolint:errcheck // only for show
			strings.Repeat("#", done), strings.Repeat(".", barWidth-done), p.Rows, p.Total, p.Table)
	case b.shown != p.Table:
		fmt.Fprintf(b.w, "%d of %d rows: %s\n", p.Rows, p.Total, p.Table) //nolint:errcheck // the same
	}
	b.shown = p.Table
}

func (b *progressBar) end() {
	if b.terminal && b.shown != "" {
		fmt.Fprintln(b.w) //nolint:errcheck // only for show
	}
}
