// Package migrations embeds the versioned SQL that makes and changes the tables, one folder a dialect, with the same
// numbers in both. A file whose header says
//
//	-- atlas:additive
//
// leaves the tables usable for the binary before it; a server starts on a newer database only if all that it does not
// know is so marked. All files but the first are: tests of internal/database hold them to it. Files are planned from ent/schema by
// `make migration`, and never changed after a release.
package migrations

import "embed"

// Files holds a folder for each dialect, named as ent names the dialect: sqlite and postgres.
//
//go:embed sqlite postgres
var Files embed.FS
