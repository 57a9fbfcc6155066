package database

import (
	"context"
	"path/filepath"
	"testing"

	"contactgraph/internal/viewer"
)

// BenchmarkFilesChanged measures what each commit pays to find out that the files are still there.
func BenchmarkFilesChanged(b *testing.B) {
	db, err := Open(b.Context(), filepath.Join(b.TempDir(), "t.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for b.Loop() {
		if err := db.checkFiles(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWrite measures a write that is alone.
func BenchmarkWrite(b *testing.B) {
	db, err := Open(b.Context(), filepath.Join(b.TempDir(), "t.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	ctx := viewer.NewSystemContext(b.Context(), 1)
	if err := db.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		return tx.Ent.Account.Create().SetName("Demo").SetNameKey("demo").Exec(viewer.NewSystemContext(ctx, 0))
	}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := db.Write(ctx, 0, addShop("North")); err != nil {
			b.Fatal(err)
		}
	}
}
