package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"contactgraph/ent"
	entjob "contactgraph/ent/job"
	"contactgraph/internal/contact"
	"contactgraph/internal/database/transfer"
	"contactgraph/internal/job"
	"contactgraph/internal/viewer"
)

// ImportContacts is the command that imports a file of contacts.
type ImportContacts struct {
	Settings   `embed:""`
	Output     `embed:""`
	ImportFile `embed:""`

	Account    string   `required:"" placeholder:"NAME" help:"Name of the account, in any case."`
	KeepIDs    bool     `name:"keep-ids" help:"Keep the ids, secrets, times of registration and hashes of passwords of the file."`
	Match      []string `placeholder:"KEYS" help:"Keys by which contacts are found, such as contactId,email. Default: externalIds,logins,email,phone, and contactId first with --keep-ids."`
	Policy     string   `default:"upsert" enum:"upsert,create,update" help:"What rows may do: upsert, create or update."`
	OnConflict string   `default:"reject" enum:"reject,merge,overwrite" help:"What to do with contacts that have changed between the plan and its application: reject, merge or overwrite."`
	DryRun     bool     `help:"Only plan."`
	Yes        bool     `help:"Apply the plan without asking."`
}

// Help explains what an import is.
func (*ImportContacts) Help() string {
	return "The file is planned first: each row creates a contact, updates one, or is invalid. The plan is shown, and applied after a question. " +
		"import revert undoes what it has written. A server can use the database meanwhile."
}

// Validate checks the flags that exclude each other.
func (c *ImportContacts) Validate() error {
	if c.DryRun && c.Yes {
		return errors.New("--dry-run and --yes exclude each other")
	}
	return nil
}

// conflictPolicies are the values of --on-conflict.
var conflictPolicies = map[string]contact.Policy{"reject": contact.Reject, "merge": contact.Merge, "overwrite": contact.Overwrite}

// Run imports the file.
func (c *ImportContacts) Run(ctx context.Context, p *Process) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it is only read
	o, err := c.options()
	if err != nil {
		return err
	}
	return c.withServices(ctx, p, func(s *Services) error {
		account, err := s.Account(ctx, c.Account)
		if err != nil {
			return err
		}
		ctx := viewer.NewSystemContext(ctx, account)
		row, err := s.Jobs.CreateImport(ctx, *o)
		if err != nil {
			return err
		}
		r := &importRun{Output: c.Output, process: p, jobs: s.Jobs, id: row.ID}
		if err := r.upload(ctx, file); err != nil {
			return r.explain(err)
		}
		return c.apply(ctx, r)
	})
}

// apply plans the import, and applies it if that is wanted.
func (c *ImportContacts) apply(ctx context.Context, r *importRun) error {
	if _, err := r.jobs.Plan(ctx, r.id, nil); err != nil {
		return err
	}
	row, err := r.finish(ctx, "planned")
	if err != nil {
		return err
	}
	if row.State == entjob.StatePLANNED && !c.DryRun && (c.Yes || r.confirm(row)) {
		if _, err := r.jobs.Apply(ctx, row.ID); err != nil {
			return err
		}
		if row, err = r.finish(ctx, "applied"); err != nil {
			return err
		}
	}
	return r.show(row)
}

// options returns the import that the flags stand for.
func (c *ImportContacts) options() (*job.NewImport, error) {
	o, err := c.fileOptions()
	if err != nil {
		return nil, err
	}
	n := &job.NewImport{OnConflict: conflictPolicies[c.OnConflict], Import: job.Import{
		FileName: filepath.Base(c.File), File: o, Preset: c.Preset, Match: c.Match, Policy: job.ImportPolicy(c.Policy), KeepIDs: c.KeepIDs,
	}}
	if c.Map != "" {
		m, err := c.readMap()
		if err != nil {
			return nil, err
		}
		n.Mapping = &m
	}
	return n, nil
}

// importRun is an import that a command runs.
type importRun struct {
	Output

	process *Process
	jobs    *job.Service
	id      int
}

// upload stores the file, and shows how far it is.
func (r *importRun) upload(ctx context.Context, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	bar := newProgressBar(r.process.Stderr)
	defer bar.end()
	_, err = r.jobs.Upload(ctx, r.id, 0, &progressReader{file, bar, 0, info.Size()})
	return err
}

// progressReader shows how much of a file was read.
type progressReader struct {
	io.Reader

	bar         *progressBar
	read, total int64
}

func (r *progressReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += int64(n)
	if r.bar.terminal {
		r.bar.show(transfer.Progress{Table: "KiB are stored", Rows: r.read >> 10, Total: r.total >> 10})
	}
	return n, err
}

// finish runs the import until it is done with its state, and shows how far it is.
func (r *importRun) finish(ctx context.Context, done string) (*ent.Job, error) {
	bar := newProgressBar(r.process.Stderr)
	defer bar.end()
	row, err := r.jobs.Finish(ctx, r.id, func(row *ent.Job) {
		part := job.ProgressOf(row)
		if !bar.terminal || part == nil {
			return
		}
		n := int64(row.Counts[job.CountItems])
		if row.State != entjob.StatePLANNING {
			n = int64(*part * float64(n))
		}
		bar.show(transfer.Progress{Table: "are " + done, Rows: n, Total: max(n, int64(float64(n)/max(*part, 0.001)))})
	})
	return row, r.explain(err)
}

// explain says how to continue after an error.
func (r *importRun) explain(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w (the import has the number %d: %s import status %d)", err, r.id, program, r.id)
}

// confirm shows the plan, and asks whether to apply it.
func (r *importRun) confirm(row *ent.Job) bool {
	summary, err := job.Summarize(row)
	if err != nil || summary.Create+summary.Update == 0 {
		return false
	}
	fmt.Fprint(r.process.Stderr, describeImport(summary)+"Apply this? [y/N] ") //nolint:errcheck // without a terminal, there is no answer
	line, err := bufio.NewReader(io.LimitReader(r.process.Stdin, 100)).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	if err != nil {
		fmt.Fprintln(r.process.Stderr) //nolint:errcheck // the same
	}
	return answer == "y" || answer == "yes"
}

// show prints the import. It fails if that has failed.
func (r *importRun) show(row *ent.Job) error {
	summary, err := job.Summarize(row)
	if err != nil {
		return err
	}
	if err := r.print(r.process.Stdout, summary, describeImport(summary)+nextSteps(summary)); err != nil {
		return err
	}
	if row.State == entjob.StateFAILED {
		return fmt.Errorf("import %d has failed: %s", row.ID, *row.Failure)
	}
	return nil
}

// describeImport returns the counts of an import as text.
func describeImport(s *job.Summary) string {
	rows := []string{fmt.Sprintf("import %d\t%s", s.ID, strings.ToLower(s.State))}
	for _, n := range []struct {
		name  string
		count int
	}{
		{"create", s.Create}, {"update", s.Update}, {"same", s.Same}, {"duplicate", s.Duplicate}, {"invalid", s.Invalid},
		{"applied", s.Applied}, {"unchanged", s.Unchanged}, {"conflict", s.Conflict}, {"refused", s.Refused}, {"reverted", s.Reverted}, {"kept", s.Kept},
	} {
		if n.count > 0 {
			rows = append(rows, fmt.Sprintf("%s\t%d", n.name, n.count))
		}
	}
	return table(rows...)
}

// nextSteps returns the commands that can follow.
func nextSteps(s *job.Summary) string {
	var b strings.Builder
	add := func(what, command string) { fmt.Fprintf(&b, "%s: %s import %s %d\n", what, program, command, s.ID) }
	if s.State == string(entjob.StatePLANNED) {
		add("to apply it", "apply")
	}
	if s.State == string(entjob.StateAPPLIED) && s.Applied > 0 {
		add("to undo it", "revert")
	}
	if s.Invalid+s.Conflict+s.Refused > 0 {
		fmt.Fprintf(&b, "rows that failed: %s import errors %d --output FILE\n", program, s.ID)
	}
	return b.String()
}

// OfImport are the flags of commands about one import.
type OfImport struct {
	Settings `embed:""`
	Output   `embed:""`

	ID int `arg:"" help:"Number of the import."`
}

// with runs fn as the server itself in the account of the import.
func (o *OfImport) with(ctx context.Context, p *Process, fn func(context.Context, *importRun) error) error {
	return o.withServices(ctx, p, func(s *Services) error {
		account, err := s.Jobs.AccountOf(ctx, o.ID)
		if err != nil {
			return err
		}
		return fn(viewer.NewSystemContext(ctx, account), &importRun{Output: o.Output, process: p, jobs: s.Jobs, id: o.ID})
	})
}

// control changes the state of the import, and finishes what follows.
func (o *OfImport) control(ctx context.Context, p *Process, done string, change func(context.Context, *importRun) error) error {
	return o.with(ctx, p, func(ctx context.Context, r *importRun) error {
		row, err := r.jobs.GetImport(ctx, r.id)
		if err == nil && row.Paused {
			_, err = r.jobs.Resume(ctx, r.id)
		} else if err == nil && !job.IsRunning(row) || err == nil && row.State == entjob.StatePLANNED {
			err = change(ctx, r)
		}
		if err == nil {
			row, err = r.finish(ctx, done)
		}
		if err != nil {
			return err
		}
		return r.show(row)
	})
}

// ImportApply is the command that applies an import that is planned, and continues one that was
// interrupted.
type ImportApply struct {
	OfImport `embed:""`
}

// Run applies the import.
func (c *ImportApply) Run(ctx context.Context, p *Process) error {
	return c.control(ctx, p, "applied", func(ctx context.Context, r *importRun) error {
		_, err := r.jobs.Apply(ctx, r.id)
		return err
	})
}

// ImportRevert is the command that undoes an import.
type ImportRevert struct {
	OfImport `embed:""`
}

// Help explains what is undone.
func (*ImportRevert) Help() string {
	return "Contacts that the import has created are deleted, and updates are undone. What others have changed since stays, and is counted as kept."
}

// Run reverts the import.
func (c *ImportRevert) Run(ctx context.Context, p *Process) error {
	return c.control(ctx, p, "reverted", func(ctx context.Context, r *importRun) error {
		_, err := r.jobs.Revert(ctx, r.id)
		return err
	})
}

// ImportStatus is the command that shows an import.
type ImportStatus struct {
	OfImport `embed:""`
}

// Run shows the import.
func (c *ImportStatus) Run(ctx context.Context, p *Process) error {
	return c.with(ctx, p, func(ctx context.Context, r *importRun) error {
		row, err := r.jobs.GetImport(ctx, r.id)
		if err != nil {
			return err
		}
		summary, err := job.Summarize(row)
		if err != nil {
			return err
		}
		return r.print(p.Stdout, summary, describeImport(summary)+failureOf(summary)+nextSteps(summary))
	})
}

func failureOf(s *job.Summary) string {
	if s.Failure == nil {
		return ""
	}
	return *s.Failure + "\n"
}

// ImportErrors is the command that writes the rows of an import that failed.
type ImportErrors struct {
	Settings `embed:""`

	ID     int    `arg:"" help:"Number of the import."`
	Output string `required:"" placeholder:"FILE" help:"File to write to, which is replaced when it is complete; - for standard output."`
}

// Help explains what the file is for.
func (*ImportErrors) Help() string {
	return "The file has the rows as they were, with the reason and the column in front. Import it when they are corrected: that finishes the import."
}

// Run writes the file.
func (c *ImportErrors) Run(ctx context.Context, p *Process) error {
	return c.withServices(ctx, p, func(s *Services) error {
		account, err := s.Jobs.AccountOf(ctx, c.ID)
		if err != nil {
			return err
		}
		write := func(w io.Writer) error { return s.Jobs.WriteErrors(viewer.NewSystemContext(ctx, account), c.ID, w) }
		if c.Output == "-" {
			return write(p.Stdout)
		}
		return replaceFile(c.Output, write)
	})
}
