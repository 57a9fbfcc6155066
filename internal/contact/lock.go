package contact

import (
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// Policy says what happens to a write that expects an older version.
type Policy int

// The policies.
const (
	Reject    Policy = iota // fail, and report the changes since the expected version
	Merge                   // apply if nothing overlaps with those changes, fail otherwise
	Overwrite               // apply whatever the version is, even if Expected is set
)

// Lock is the optimistic lock of a write.
type Lock struct {
	// Expected is the version that the caller last read; nil only with Overwrite.
	Expected *revision.Version
	// OnConflict applies if the contact has another version.
	OnConflict Policy
	// Malformed says that the caller sent a version that is not valid.
	Malformed bool
}

// check adds errors for what is wrong with the lock itself.
func (l Lock) check(errs *usererror.Errors) {
	switch {
	case l.Malformed:
		errs.Add(usererror.Invalid, field.PathVersion, "expectedVersion must be a version that the server returned, in base64.")
	case l.Expected == nil && l.OnConflict != Overwrite:
		errs.Add(usererror.Required, field.PathVersion, "expectedVersion is required unless onConflict is OVERWRITE.")
	}
}

// allows reports whether the write can be applied without reconciling it. It does not report errors
// of the lock, which check has added.
func (l Lock) allows(current revision.Version) bool {
	return l.OnConflict == Overwrite || l.Malformed || l.Expected == nil || *l.Expected == current
}
