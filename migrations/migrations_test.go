package migrations

import (
	"io/fs"
	"path"
	"strings"
	"testing"
)

// TestNewest compares with the names of the files of each engine.
func TestNewest(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"sqlite", "postgres"} {
		files, err := fs.Glob(Files, dialect+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dialect, len(files), err)
		}
		last := strings.TrimSuffix(path.Base(files[len(files)-1]), ".sql")
		_, name, _ := strings.Cut(Newest(), "_")
		isIndexes := dialect == "postgres" && strings.HasSuffix(last, "_"+name+"_indexes")
		if last != Newest() && !isIndexes {
			t.Errorf("%s: the newest is %s, not %s", dialect, last, Newest())
		}
	}
}
