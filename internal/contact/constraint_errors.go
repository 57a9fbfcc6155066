package contact

import (
	"contactgraph/internal/dberr"
	"contactgraph/internal/usererror"
)

// translate turns the violation of a constraint into an error that makes the database run the write
// again: the checks of the second run see what the other process has written, and report it
// completely. If they do not, the error is the conflict of the unique key. The commands look keys
// up before they write; the constraints catch a process that wrote in between. Other errors are
// returned unchanged.
func translate(err error) error {
	for _, k := range uniqueKeys {
		if k.constraint.TakenBy(err) {
			var errs usererror.Errors
			errs.Add(k.code, k.path, messageUnusable, k.noun)
			return dberr.Raced(errs)
		}
	}
	if dberr.IsForeignKey(err) { // an object that the contact refers to has been deleted
		return dberr.Raced(err)
	}
	return err
}
