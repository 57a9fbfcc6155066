package contact

import (
	"time"

	"contactgraph/internal/storable"
)

// checkPatch adds errors for values that are invalid for any contact. It returns the patch without
// them, so that the rest can still be checked against the contact, and with times cut to the
// precision that is stored.
func checkPatch(errs *Errors, p Patch) Patch {
	good := Patch{}
	for _, f := range Fields {
		v, ok := p[f]
		if !ok {
			continue
		}
		before := len(*errs)
		good[f] = checkField(errs, f, v)
		if len(*errs) > before {
			delete(good, f)
		}
	}
	return good
}

func checkField(errs *Errors, f *Field, v any) any {
	switch v := v.(type) {
	case nil:
		if f.solid {
			errs.add(Required, f.Path, "%s must not be null.", f.Path)
		}
	case string:
		errs.checkText(f.Path, v, f.Limit)
	case time.Time:
		v = v.UTC().Truncate(time.Microsecond)
		if !storable.Time(v) {
			errs.add(Invalid, f.Path, "%s must be a time as RFC 3339, in the years 1 to 9999.", f.Path)
		}
		return v
	}
	return v
}
