package contact

import (
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// Policy says what becomes of a write that others were faster than.
type Policy int

// The policies.
const (
	Reject    Policy = iota // refuse, and show what has come between
	Merge                   // apply where nothing overlaps with what has come between, else refuse
	Overwrite               // apply whatever the version is, also if Expected is given
)

// Lock says how a write treats what others have done meanwhile.
type Lock struct {
	// Expected is the version that the caller saw; nil only with Overwrite.
	Expected *revision.Version
	// OnConflict is for when the contact has another version by now.
	OnConflict Policy
	// Malformed says that what the caller sent as a version is none.
	Malformed bool
}

// check adds what is wrong with the lock itself.
func (l Lock) check(errs *usererror.Errors) {
	switch {
	case l.Malformed:
		errs.Add(usererror.Invalid, field.PathVersion, "expectedVersion must be a version as the server gave it: base64.")
	case l.Expected == nil && l.OnConflict != Overwrite:
		errs.Add(usererror.Required, field.PathVersion, "expectedVersion is required unless onConflict is OVERWRITE.")
	}
}

// holds reports whether the write may go on at the version as if nobody had come between. What is wrong with the lock itself
// is said already.
func (l Lock) allows(now revision.Version) bool {
	return l.OnConflict == Overwrite || l.Malformed || l.Expected == nil || *l.Expected == now
}
