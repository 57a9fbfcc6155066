package contact

import (
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Patch says which fields to write: absent is untouched, nil is cleared.
type Patch map[*Field]any

// check adds what is wrong with the patch whatever the contact is like, brings times to the precision that is kept, and
// takes out what is wrong, so that the rest can still be held against the contact.
func (p Patch) check(errs *Errors) Patch {
	good := Patch{}
	for _, f := range Fields {
		v, ok := p[f]
		if !ok {
			continue
		}
		before := len(*errs)
		good[f] = f.check(errs, v)
		if len(*errs) > before {
			delete(good, f)
		}
	}
	return good
}

func (f *Field) check(errs *Errors, v any) any {
	switch v := v.(type) {
	case nil:
		if f.solid {
			errs.add(Required, f.Path, "%s must not be null.", f.Path)
		}
	case string:
		checkText(errs, f.Path, v, f.Limit)
	case time.Time:
		v = v.UTC().Truncate(time.Microsecond)
		if !inYears(v) {
			errs.add(Invalid, f.Path, "%s must be a time as RFC 3339, in the years 1 to 9999.", f.Path)
		}
		return v
	}
	return v
}

// inYears reports whether t is one that both engines keep. A door that cannot read a time hands on one that is not.
func inYears(t time.Time) bool { return t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 }

// checkText adds what is wrong with a text: longer than limit (0: any length), or not storable on both engines.
func checkText(errs *Errors, path, s string, limit int) {
	if limit > 0 && Length(s) > limit {
		errs.add(TooLong, path, "%s must be at most %d characters long.", path, limit)
	}
	if !holdable(s) {
		errs.add(Invalid, path, "%s must be text without NUL characters.", path)
	}
}

// holdable reports whether both engines can keep the text, or look for it.
func holdable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// Length counts UTF-16 units, as the documented API does.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
