// Command plan writes the migration that leads from the files of migrations/ to ent/schema:
//
//	go run ./internal/database/schema/plan NAME
//
// Read the file before you commit it: the directive at its top says that the binary before it can
// run on the new tables. After a change by hand, run the command without a name, which updates the
// checksums.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"contactgraph/internal/database/engines"
	"contactgraph/internal/database/schema"
	"contactgraph/internal/pgserver"

	"ariga.io/atlas/sql/migrate"
)

const folder = "migrations"

func main() {
	var err error
	switch len(os.Args) {
	case 1:
		err = rehash()
	case 2:
		err = plan(context.Background(), os.Args[1])
	default:
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/database/schema/plan [NAME]")
		os.Exit(2)
	}
	if errors.Is(err, migrate.ErrNoPlan) {
		fmt.Fprintln(os.Stderr, "plan: migrations/ is up to date with ent/schema")
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "plan:", err)
		os.Exit(1)
	}
}

// rehash updates the checksums of each engine's files.
func rehash() error {
	for _, d := range engines.All {
		if err := schema.Rehash(filepath.Join(folder, d.Folder())); err != nil {
			return err
		}
	}
	return nil
}

// plan writes the migration for each engine, with the same number.
func plan(ctx context.Context, name string) (err error) {
	dev, err := os.MkdirTemp("", "plan")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dev) //nolint:errcheck // a temporary folder
	server, err := pgserver.Start(ctx, pgserver.Options{NoSync: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	if err := server.CreateDatabase(ctx, "dev"); err != nil {
		return err
	}
	version, planned := time.Now().UTC().Format("20060102150405"), false
	for _, url := range []string{filepath.Join(dev, "dev.db"), server.URL("dev")} {
		err := planFor(ctx, url, version, name)
		if err != nil && !errors.Is(err, migrate.ErrNoPlan) {
			return err
		}
		planned = planned || err == nil
	}
	if !planned {
		return migrate.ErrNoPlan
	}
	return nil
}

// planFor writes the migration for the engine of an empty database.
func planFor(ctx context.Context, url, version, name string) (err error) {
	d, err := engines.For(url)
	if err != nil {
		return err
	}
	dev, err := d.Open(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dev.Close()) }()
	return schema.Plan(ctx, folder, dev, version, name)
}
