package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/verify"
)

// Backup is the command that copies an SQLite database, even while a server uses it.
type Backup struct {
	Settings `embed:""`

	Keep      int           `placeholder:"N" help:"Afterwards delete all backups but the newest N: files in the same folder whose names differ from FILE only in {time}, which FILE must have."`
	VerifyFor time.Duration `default:"1m" help:"How long to compare the change log of the copy with its tables at most, as verify does. 0 compares nothing."`

	File string `arg:"" help:"File to copy the database to. It must not exist. {time} in its name stands for the time in UTC, such as 20260301T120000Z."`
}

// Run copies the database, verifies the copy, and confirms it when it is durable. Older backups are
// deleted only if nothing was wrong.
func (c *Backup) Run(ctx context.Context, p *Process) error {
	pattern, err := patternOf(c.File)
	switch {
	case c.Keep < 0:
		return errors.New("--keep must not be negative")
	case c.Keep > 0 && err != nil:
		return err
	}
	file := c.File
	var isOther func(name string) bool
	if err == nil {
		file, isOther = pattern.name(time.Now()), pattern.has
	}
	if err := database.Backup(ctx, c.Database, file, isOther); err != nil {
		return err
	}
	verified, err := c.verify(ctx, p.Stderr, file)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.Stdout, "copied %s to %s%s\n", c.DatabaseName(), file, verified); err != nil {
		return err
	}
	if c.Keep == 0 {
		return nil
	}
	deleted, err := pattern.prune(file, c.Keep)
	for _, name := range deleted {
		fmt.Fprintln(p.Stdout, "deleted", name) //nolint:errcheck // it is deleted even if this is not printed
	}
	return err
}

// verify compares the change log of the copy with its tables, and returns a note for what was not
// compared. It lists differences on stderr, and fails if there are any: then the copy is what the
// database is, and remains.
func (c *Backup) verify(ctx context.Context, stderr io.Writer, file string) (note string, err error) {
	if c.VerifyFor <= 0 {
		return "", nil
	}
	url := "sqlite:" + file
	status, err := database.StatusOf(ctx, url)
	if err != nil {
		return "", err
	}
	if status.Lacks != "" || slices.ContainsFunc(status.Migrations, database.Migration.IsPending) {
		return "; its change log was not verified, because it lacks migrations", nil
	}
	r, err := database.OpenReader(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	limited, cancel := context.WithTimeout(ctx, c.VerifyFor)
	defer cancel()
	differences := 0
	_, err = verify.Run(limited, r, verify.Options{Found: func(d verify.Difference) {
		differences++
		fmt.Fprintln(stderr, d) //nolint:errcheck // the error of the command has the number
	}})
	switch {
	case differences > 0:
		return "", fmt.Errorf("%s was written, but its change log and its tables differ in %s, as those of %s probably do; no older backup was deleted",
			file, count(differences, "value"), c.DatabaseName())
	case limited.Err() != nil && ctx.Err() == nil:
		return fmt.Sprintf("; only a part of its change log could be verified within %s: see --verify-for", c.VerifyFor), nil
	}
	return "", err
}

const (
	placeholder = "{time}"
	timeFormat  = "20060102T150405Z"
)

// backups are the files in a folder whose names differ only in their time.
type backups struct{ folder, before, after string }

// patternOf returns the files that a name with {time} stands for.
func patternOf(file string) (backups, error) {
	before, after, found := strings.Cut(filepath.Base(file), placeholder)
	if !found || strings.Contains(after, placeholder) {
		return backups{}, fmt.Errorf("--keep needs a FILE with %s in its name, such as contactgraph-%s.db: only such files are deleted", placeholder, placeholder)
	}
	return backups{filepath.Dir(file), before, after}, nil
}

func (b backups) name(at time.Time) string {
	return filepath.Join(b.folder, b.before+at.UTC().Format(timeFormat)+b.after)
}

// has reports whether a file of the folder is one of them.
func (b backups) has(name string) bool {
	_, ok := b.timeOf(name)
	return ok
}

// timeOf returns the time in the name of a backup. ok is false for other files.
func (b backups) timeOf(name string) (at time.Time, ok bool) {
	text, isAfter := strings.CutPrefix(name, b.before)
	text, isBefore := strings.CutSuffix(text, b.after)
	at, err := time.Parse(timeFormat, text)
	return at, isAfter && isBefore && err == nil && at.Format(timeFormat) == text
}
