package contact

import (
	"time"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
)

// checkPatch adds errors for values that are invalid for any contact. It returns the patch without
// them, so that the valid ones can still be checked against the contact, and with times truncated
// to the stored precision.
func (s *Service) checkPatch(errs *usererror.Errors, p field.Patch) field.Patch {
	valid := field.Patch{}
	for _, f := range field.Fields {
		v, ok := p[f]
		if !ok {
			continue
		}
		before := len(*errs)
		valid[f] = s.checkField(errs, f, v)
		if len(*errs) > before {
			delete(valid, f)
		}
	}
	return valid
}

func (s *Service) checkField(errs *usererror.Errors, f *field.Field, v any) any {
	switch v := v.(type) {
	case nil:
		if f.NonNull {
			errs.Add(usererror.Required, f.Path, "%s must not be null.", f.Path)
		}
	case string:
		if v == "" && s.nullOnly {
			errs.Add(usererror.Empty, f.Path, "%s must not be an empty text: send null to clear it.", f.Path)
		}
		errs.CheckText(f.Path, f.Path, v, f.Limit)
	case time.Time:
		v = v.UTC().Truncate(time.Microsecond)
		if !storable.Time(v) {
			errs.Add(usererror.Invalid, f.Path, "%s must be an RFC 3339 time in the years 1 to 9999.", f.Path)
		}
		return v
	}
	return v
}
