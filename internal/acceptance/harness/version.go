package harness

import (
	"encoding/base64"
	"encoding/binary"
	"testing"
)

// VersionText returns a contact's version as clients see it.
func VersionText(n int) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// VersionNumber returns the number in a version that a client has seen.
func VersionNumber(t *testing.T, version string) int {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(version)
	if err != nil || len(b) != 8 {
		t.Fatalf("%q is not a version", version)
	}
	return int(binary.BigEndian.Uint64(b))
}
