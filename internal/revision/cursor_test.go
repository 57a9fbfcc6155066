package revision_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"contactgraph/internal/revision"

	"pgregory.net/rapid"
)

func TestCursorRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := revision.Cursor(rapid.Int64Min(0).Draw(t, "cursor"))
		if got, err := revision.ParseCursor(want.String()); got != want || err != nil {
			t.Fatalf("%d is parsed as %d, %v", want, got, err)
		}
		id := revision.ChangeID{Contact: int(rapid.Int32Min(1).Draw(t, "contact")), Version: revision.Version(rapid.Int64Min(1).Draw(t, "version"))}
		if got, ok := revision.ParseChangeID(id.String()); got != id || !ok {
			t.Fatalf("%v is parsed as %v, %v", id, got, ok)
		}
	})
}

func TestInvalidCursorsAndChangeIDs(t *testing.T) {
	t.Parallel()
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, text := range []string{
		"", "7", "?", encode(""), encode("Log:"), encode("Log:-1"), encode("Log:+1"), encode("Log:01"), encode("Log: 1"), encode("Log:1.5"),
		encode("1"), encode("Change:1"), encode("Change:1.1"), encode("Log:9223372036854775808"), revision.Cursor(1).String() + "=",
	} {
		if got, err := revision.ParseCursor(text); !errors.Is(err, revision.ErrNotCursor) {
			t.Errorf("%q is parsed as the cursor %d, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "7", "1.1", encode("Change:1"), encode("Change:1."), encode("Change:.1"), encode("Change:0.1"), encode("Change:1.0"),
		encode("Change:-1.1"), encode("Change:1.01"), encode("Change:4294967297.1"), encode("Contact:1.1"), revision.Cursor(1).String(),
	} {
		if got, ok := revision.ParseChangeID(text); ok {
			t.Errorf("%q is parsed as the change %v", text, got)
		}
	}
}
