package revision_test

import (
	"testing"

	"contactgraph/internal/revision"
)

// FuzzTime: a time that is accepted is the same after it was formatted and parsed again, up to the
// microsecond.
func FuzzTime(f *testing.F) {
	for _, seed := range []string{
		"2026-03-01T12:00:00Z", "2026-03-01t12:00:00.123456789+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999-23:59",
		"2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T12:00:60Z", "2026-03-01T1:00:00Z", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := revision.ParseTime(text)
		if err != nil {
			return
		}
		if y := parsed.UTC().Year(); y < 0 || y > 9999 { // an offset has moved it out of the range
			return
		}
		again, err := revision.ParseTime(revision.FormatTime(parsed))
		if err != nil || !again.Equal(parsed.Truncate(1000)) {
			t.Errorf("%q is %s, and again %s, %v", text, parsed, again, err)
		}
	})
}

// FuzzCursor: a cursor, a version or the id of a change that is accepted is the same again.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"TG9nOjU", "TG9nOi01", "Q2hhbmdlOjcuMg", "QEA=", "AAAAAAAAAAE=", "", "TG9nOjk5OTk5OTk5OTk5OTk5OTk5OTk5", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := revision.ParseCursor(text); err == nil {
			if again, err := revision.ParseCursor(c.String()); err != nil || again != c {
				t.Errorf("the cursor %q is %d, and again %d, %v", text, c, again, err)
			}
		}
		if v, err := revision.Parse(text); err == nil && v > revision.Stale {
			if again, err := revision.Parse(v.String()); err != nil || again != v {
				t.Errorf("the version %q is %d, and again %d, %v", text, v, again, err)
			}
		}
		if id, ok := revision.ParseChangeID(text); ok {
			if again, ok := revision.ParseChangeID(id.String()); !ok || again != id {
				t.Errorf("the change %q is %v, and again %v", text, id, again)
			}
		}
	})
}
