package globalid_test

import (
	"testing"

	"contactgraph/internal/globalid"
)

// FuzzDecode: an id that is accepted is the same again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{globalid.Encode("Contact", 466), globalid.Encode("Store", 0), "466", "-1", "", "Q29udGFjdDo", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		typ, id, ok := globalid.Decode(text)
		if !ok {
			return
		}
		if typ2, id2, ok := globalid.Decode(globalid.Encode(typ, id)); !ok || typ2 != typ || id2 != id {
			t.Errorf("%q is %s %d, and again %s %d", text, typ, id, typ2, id2)
		}
		if n := globalid.Of(typ, text); n != id {
			t.Errorf("%q is %d, but Of returns %d", text, id, n)
		}
	})
}
