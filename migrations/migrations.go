// Package migrations embeds the SQL files that create and change the tables. Each engine has a
// folder, with files of the same version numbers. A file whose header says
//
//	-- atlas:additive
//
// leaves the tables usable for the binary before it. A server starts on a database with files that
// it does not know only if all of them have this directive. All files but the first have it, and
// the tests of internal/database/schema check that they may. Files are planned from ent/schema by
// `make migration`, and do not change after a release.
package migrations

import "embed"

// Files has a folder for each engine, named by dialect.Layout.Folder.
//
//go:embed sqlite postgres
var Files embed.FS
