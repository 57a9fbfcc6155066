package export

import (
	"encoding/binary"

	"contactgraph/internal/revision"
)

// versions is a list of ids and versions of contacts, in the order of the ids. A contact takes two
// to three bytes.
type versions struct {
	bytes  []byte
	lastID int // that was added or taken
	count  int // that were added
}

// version is a contact at a version.
type version struct {
	id      int
	version revision.Version
}

// add appends a contact, whose id is larger than that of the last.
func (l *versions) add(id int, v revision.Version) {
	l.bytes = binary.AppendUvarint(l.bytes, uint64(id-l.lastID)) //nolint:gosec // ids ascend
	l.bytes = binary.AppendVarint(l.bytes, int64(v))
	l.lastID = id
	l.count++
}

// rewind begins to take from the list.
func (l *versions) rewind() { l.lastID = 0 }

// take removes at most n contacts from the beginning of the list.
func (l *versions) take(n int) (taken []version) {
	for len(taken) < n && len(l.bytes) > 0 {
		ahead, used := binary.Uvarint(l.bytes)
		v, more := binary.Varint(l.bytes[used:])
		l.bytes = l.bytes[used+more:]
		l.lastID += int(ahead) //nolint:gosec // as it was added
		taken = append(taken, version{l.lastID, revision.Version(v)})
	}
	return taken
}
