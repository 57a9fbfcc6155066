package harness

import "testing"

// WriteResult is the payload of a mutation that writes a contact.
type WriteResult struct {
	Contact *struct{ Version, FirstName string }
	Errors  []struct {
		Code   string
		Latest *struct{ Version, FirstName string } // of a version conflict
	}
}

// UpdateFirstName sets the first name of a contact if its version is still the expected one. Its
// variables are id, v and name, its result is a WriteResult.
const UpdateFirstName = `mutation($id: ID!, $v: Version!, $name: String!) {
	updateContact(input: {id: $id, expectedVersion: $v, set: {firstName: $name}}) {
		contact { version firstName } errors { code ... on VersionConflict { latest { version firstName } } } } }`

// LogGap is a contact whose change log does not have exactly one row per version.
type LogGap struct{ ContactID, Version, Changes int }

// LogGaps returns the contacts of a PostgreSQL database whose change log has gaps or duplicates.
func LogGaps(t *testing.T, database string) []LogGap {
	t.Helper()
	return Rows[LogGap](t, database, `SELECT c.id, c.version, (SELECT count(*) FROM changes l
			WHERE l.account_id = c.account_id AND l.contact_id = c.id AND l.version BETWEEN 1 AND c.version) AS n
		FROM contacts c WHERE c.version <> (SELECT count(*) FROM changes l WHERE l.account_id = c.account_id AND l.contact_id = c.id)
			OR c.version <> (SELECT max(version) FROM changes l WHERE l.account_id = c.account_id AND l.contact_id = c.id)`)
}

// Marker is a text that tests put where it must not become visible, and then look for in responses
// and logs.
const Marker = "marker-7f3a"
