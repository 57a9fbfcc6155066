package viewer

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Access is what a viewer may do with a part of a contact. Levels are ordered: who may write may
// also read.
type Access int

// The levels.
const (
	None Access = iota
	Read
	Write
)

var accessNames = [...]string{None: "NONE", Read: "READ", Write: "WRITE"}

// String returns the name of the level in the API.
func (a Access) String() string { return accessNames[a] }

// ErrRights is the error for rights that are malformed.
var ErrRights = errors.New("malformed rights")

// Rights limit what a viewer reads and writes of every contact, by path (see package field). The
// zero value has no limits. Otherwise it is text such as "WRITE email=NONE properties.7=READ": the
// level of paths that are not listed, then the listed ones by name. Equal rights are equal texts,
// so that viewers can be compared.
type Rights string

// NewRights returns the rights with these levels, and others for all paths that are not listed.
// Paths have no spaces and no "=".
func NewRights(others Access, paths map[string]Access) Rights {
	var b strings.Builder
	b.WriteString(others.String())
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if paths[path] != others {
			fmt.Fprintf(&b, " %s=%s", path, paths[path])
		}
	}
	return Rights(b.String())
}

// Levels returns the level of paths that are not listed, and that of each path that is. It fails
// with ErrRights.
func (r Rights) Levels() (others Access, paths map[string]Access, err error) {
	first, rest, _ := strings.Cut(string(r), " ")
	if others, err = parseAccess(first); err != nil {
		return None, nil, err
	}
	paths = map[string]Access{}
	for entry := range strings.FieldsSeq(rest) {
		path, level, _ := strings.Cut(entry, "=")
		if paths[path], err = parseAccess(level); err != nil {
			return None, nil, err
		}
	}
	return others, paths, nil
}

func parseAccess(name string) (Access, error) {
	i := slices.Index(accessNames[:], name)
	if i < 0 {
		return None, fmt.Errorf("%w: unknown level %q", ErrRights, name)
	}
	return Access(i), nil
}

// To returns the level of a path. Of malformed rights it is None.
func (r Rights) To(path string) Access {
	if r == "" {
		return Write
	}
	level := string(r)
	if _, rest, found := strings.Cut(level, " "+path+"="); found {
		level = rest
	}
	level, _, _ = strings.Cut(level, " ")
	a, err := parseAccess(level)
	if err != nil {
		return None
	}
	return a
}

// WriteAll reports whether no path is limited.
func (r Rights) WriteAll() bool { return r == "" || r == Rights(Write.String()) }

// WriteAny reports whether a path may be written.
func (r Rights) WriteAny() bool { return r == "" || strings.Contains(string(r), Write.String()) }
