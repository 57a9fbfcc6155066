package contact

import (
	"contactgraph/ent"
	"contactgraph/internal/viewer"
)

// seenBy is a row of the log as the viewer may see it: a customer does not learn who else works on its contact.
func seenBy(v viewer.Viewer, row *ent.Change) *ent.Change {
	if v.Role != viewer.Customer || row.ActorKind == viewer.ActorContact {
		return row
	}
	seen := *row
	seen.ActorKind, seen.ActorID, seen.ActorName = "", 0, ""
	return &seen
}
