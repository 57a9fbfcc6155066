// Package migrations embeds the versioned SQL that creates and changes the tables: one folder per
// dialect, with the same version numbers in both, except for the files of indexes of PostgreSQL. A
// file with the header
//
//	-- atlas:additive
//
// keeps the tables usable for older binaries. A server starts on a newer database only if all
// migrations that it does not know have this header. All files except the first have it, and tests
// of internal/database/schema check that they are additive. The files of indexes also have the
// header
//
//	-- atlas:txmode none
//
// They run outside of a transaction, while others write. `make migration` generates files from
// ent/schema; they are never changed after a release.
package migrations

import (
	"embed"
	"strings"
)

// Files has one folder per dialect, with ent's name of the dialect: sqlite and postgres.
//
//go:embed sqlite postgres
var Files embed.FS

// Newest returns the version and the name of the newest migration that each dialect has, such as
// 20261121221919_init.
func Newest() (newest string) {
	files, err := Files.ReadDir("sqlite")
	if err != nil {
		panic(err) // the folder is embedded
	}
	for _, file := range files {
		if name, ok := strings.CutSuffix(file.Name(), ".sql"); ok {
			newest = max(newest, name)
		}
	}
	return newest
}
