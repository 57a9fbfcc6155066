// Package engines lists the database engines that the program runs on, and finds the one that a URL
// or an error belongs to.
package engines

import (
	"fmt"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/postgres"
	"contactgraph/internal/database/sqlite"
)

// All are the engines. The first that accepts a URL opens it.
var All = []dialect.Dialect{postgres.Dialect{}, sqlite.Dialect{}}

// For returns the engine of a URL, which is the value of --database.
func For(url string) (dialect.Dialect, error) {
	for _, d := range All {
		if d.Accepts(url) {
			return d, nil
		}
	}
	return nil, fmt.Errorf("cannot use %q as a database: set --database to a file without parameters, such as contactgraph.db, "+
		"or to postgres://USER@HOST/DATABASE", url)
}

// Diagnose returns what an error means if it is from the driver of one of the engines, and false
// otherwise.
func Diagnose(err error) (dialect.Fault, bool) {
	for _, d := range All {
		if fault, ok := d.Diagnose(err); ok {
			return fault, true
		}
	}
	return dialect.Fault{}, false
}
