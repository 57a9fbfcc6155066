package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"contactgraph/internal/audit"
	"contactgraph/internal/people"
	"contactgraph/internal/viewer"
)

// ExportAudit is the command that exports the audit log of an account.
type ExportAudit struct {
	Settings `embed:""`

	Account   string     `required:"" placeholder:"NAME" help:"Name of the account, in any case."`
	Format    string     `default:"csv" enum:"csv,jsonl" help:"Format: csv, or jsonl for JSON Lines."`
	Output    string     `placeholder:"FILE" help:"File to write to. It must not exist. Default: standard output."`
	Action    string     `placeholder:"ACTION" help:"Only entries with this action, such as SIGN_IN_FAILED."`
	ActorType string     `enum:",API_KEY,USER,CONTACT,SYSTEM" default:"" placeholder:"TYPE" help:"Only entries of actors of this type: API_KEY, USER, CONTACT or SYSTEM."`
	ActorID   *int       `name:"actor-id" placeholder:"ID" help:"Only entries of the actor with this number, of the type --actor-type."`
	From      *time.Time `placeholder:"TIME" help:"Only entries from this time on, such as 2026-11-29T00:00:00Z."`
	To        *time.Time `placeholder:"TIME" help:"Only entries before this time, such as 2026-12-01T00:00:00Z."`
}

// Run writes the entries, newest first.
func (c *ExportAudit) Run(ctx context.Context, p *Process) error {
	filter, err := c.filter()
	if err != nil {
		return err
	}
	return c.withServices(ctx, p, func(s *Services) error {
		account, err := s.Account(ctx, c.Account)
		if err != nil {
			return err
		}
		ctx := viewer.NewSystemContext(ctx, account)
		if c.Output == "" {
			return c.export(ctx, s.People, filter, p.Stdout)
		}
		return writeNew(c.Output, func(w io.Writer) error { return c.export(ctx, s.People, filter, w) })
	})
}

func (c *ExportAudit) filter() (people.AuditFilter, error) {
	f := people.AuditFilter{ActorID: c.ActorID, From: c.From, To: c.To}
	if c.Action != "" {
		f.Action = new(audit.Action(strings.ToUpper(c.Action)))
		if !slices.Contains(audit.Actions(), *f.Action) {
			return f, fmt.Errorf("there is no action %s: use one of %v", c.Action, audit.Actions())
		}
	}
	for _, k := range []viewer.ActorKind{viewer.ActorKey, viewer.ActorUser, viewer.ActorContact, viewer.ActorSystem} {
		if k.Name() == c.ActorType {
			f.ActorKind = new(k)
		}
	}
	if f.ActorID != nil && f.ActorKind == nil {
		return f, errors.New("--actor-id needs --actor-type: numbers are those of a type")
	}
	return f, nil
}

func (c *ExportAudit) export(ctx context.Context, s *people.Service, f people.AuditFilter, to io.Writer) error {
	format := people.AuditFormat(c.Format)
	entries, err := s.ExportAuditLog(ctx, f, format)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(to)
	w := people.NewAuditWriter(buffered, format)
	if err := w.WriteHeader(); err != nil {
		return err
	}
	for {
		page, err := entries.Next(ctx)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return buffered.Flush()
		}
		if err := w.Write(page); err != nil {
			return err
		}
	}
}

// writeNew creates a file that only its owner can read, with what write writes. It removes the file
// if that fails.
func writeNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
