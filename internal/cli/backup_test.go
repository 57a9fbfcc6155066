package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestPruneDeletesOnlyOlderBackups has files with names that are nearly those of backups.
func TestPruneDeletesOnlyOlderBackups(t *testing.T) {
	t.Parallel()
	const newest = "c-20260305T000000Z.db"
	others := []string{
		"c-20260306T000000Z.db",   // later
		"c-20260301T000000Z.db.x", // another ending
		"c-20260301T000000Z",
		"d-20260301T000000Z.db",
		"c-2026-03-01T000000Z.db", // not a time
		"c-20260332T000000Z.db",
		"c-20260301T000000.db",
		"c-.db",
		"c-{time}.db",
		"c.db",
	}
	tests := []struct {
		keep int
		want []string
	}{
		{1, []string{"c-20260304T000000Z.db", "c-20260303T000000Z.db", "c-20260302T000000Z.db"}},
		{2, []string{"c-20260303T000000Z.db", "c-20260302T000000Z.db"}},
		{4, nil},
		{9, nil},
	}
	for _, tt := range tests {
		folder := t.TempDir()
		b, err := patternOf(filepath.Join(folder, "c-{time}.db"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range append([]string{newest, "c-20260302T000000Z.db", "c-20260303T000000Z.db", "c-20260304T000000Z.db"}, others...) {
			write(t, filepath.Join(folder, name))
		}
		if err := os.Mkdir(filepath.Join(folder, "c-20260228T000000Z.db"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(newest, filepath.Join(folder, "c-20260227T000000Z.db")); err != nil {
			t.Fatal(err)
		}
		before := list(t, folder)
		deleted, err := b.prune(filepath.Join(folder, newest), tt.keep)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, name := range tt.want {
			want = append(want, filepath.Join(folder, name))
		}
		gone := slices.DeleteFunc(before, func(name string) bool { return slices.Contains(list(t, folder), name) })
		slices.Sort(gone)
		if !slices.Equal(deleted, want) || !slices.Equal(gone, slices.Sorted(slices.Values(tt.want))) {
			t.Errorf("keep %d: deleted %q, gone are %q, want %q", tt.keep, deleted, gone, tt.want)
		}
	}
}

// TestPruneLeavesDatabasesInUse leaves a backup that was opened as a database, and deletes those
// that are older.
func TestPruneLeavesDatabasesInUse(t *testing.T) {
	t.Parallel()
	b := backups{t.TempDir(), "", ".db"}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	older, used, newest := b.name(at), b.name(at.Add(time.Second)), b.name(at.Add(2*time.Second))
	for _, name := range []string{older, used, used + "-wal", newest} {
		write(t, name)
	}
	if deleted, err := b.prune(newest, 1); !slices.Equal(deleted, []string{older}) || err == nil || !strings.Contains(err.Error(), "used as a database") {
		t.Errorf("deleted %q, %v", deleted, err)
	}
}

func write(t *testing.T, name string) {
	t.Helper()
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
