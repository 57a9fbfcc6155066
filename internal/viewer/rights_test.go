package viewer_test

import (
	"errors"
	"maps"
	"testing"

	"contactgraph/internal/viewer"

	"pgregory.net/rapid"
)

// TestRightsKeepLevels: the text of rights has the level of every path, whatever the paths are, and
// does not depend on their order.
func TestRightsKeepLevels(t *testing.T) {
	t.Parallel()
	level := rapid.Map(rapid.IntRange(0, 2), func(i int) viewer.Access { return viewer.Access(i) })
	path := rapid.StringMatching(`[a-zA-Z]{1,3}(\.[1-9][0-9]?)?`)
	rapid.Check(t, func(t *rapid.T) {
		others, paths := level.Draw(t, "others"), rapid.MapOf(path, level).Draw(t, "paths")
		r := viewer.NewRights(others, paths)
		if copied := viewer.NewRights(others, maps.Clone(paths)); copied != r {
			t.Errorf("%q and %q have the same levels", r, copied)
		}
		every, some := others == viewer.Write, others == viewer.Write
		for p, want := range paths {
			if got := r.To(p); got != want {
				t.Errorf("%q has %s for %s, want %s", r, got, p, want)
			}
			every, some = every && want == viewer.Write, some || want == viewer.Write
		}
		unlisted := path.Filter(func(p string) bool { _, listed := paths[p]; return !listed }).Draw(t, "unlisted")
		if got := r.To(unlisted); got != others {
			t.Errorf("%q has %s for %s, want %s", r, got, unlisted, others)
		}
		if r.WriteAll() != every || r.WriteAny() != some {
			t.Errorf("%q: writes all %t, any %t; want %t, %t", r, r.WriteAll(), r.WriteAny(), every, some)
		}
		gotOthers, gotPaths, err := r.Levels()
		if again := viewer.NewRights(gotOthers, gotPaths); err != nil || again != r {
			t.Errorf("%q becomes %q (%v)", r, again, err)
		}
	})
}

// TestMalformedRightsAllowNothing: rights that were damaged in the database do not allow more.
func TestMalformedRightsAllowNothing(t *testing.T) {
	t.Parallel()
	for _, r := range []viewer.Rights{" ", "all", "WRITE email=", "WRITE email=ALL", "write"} {
		if got := r.To("email"); got != viewer.None {
			t.Errorf("%q allows %s of email", r, got)
		}
		if _, _, err := r.Levels(); !errors.Is(err, viewer.ErrRights) {
			t.Errorf("%q: %v, want ErrRights", r, err)
		}
	}
}
