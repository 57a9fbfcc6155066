// Command plan writes the migration that brings the files of migrations/ to what ent/schema says:
//
//	go run ./internal/database/plan NAME
//
// Look the file over before committing it: the directive at its top says that the binary before it can live with the new tables.
// After a change by hand, run it without a name, which brings the sums up to date.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/pgserver"

	"ariga.io/atlas/sql/migrate"
)

const folder = "migrations"

func main() {
	var err error
	switch len(os.Args) {
	case 1:
		err = database.Rehash(folder)
	case 2:
		err = plan(context.Background(), os.Args[1])
	default:
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/database/plan [NAME]")
		os.Exit(2)
	}
	if errors.Is(err, migrate.ErrNoPlan) {
		fmt.Fprintln(os.Stderr, "plan: the files say what ent/schema says")
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "plan:", err)
		os.Exit(1)
	}
}

// plan writes the migration for both engines, with the same number.
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
		err := database.Plan(ctx, folder, url, version, name)
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
