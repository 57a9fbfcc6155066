package interchange

import (
	"fmt"
	"strings"
)

// ValueError is a value of a file that cannot be read.
type ValueError struct {
	Path   string // of the member; "" for the whole contact
	Value  string // as it is in the file, shortened
	Reason string // a sentence
}

// reason is an error with the Reason of a ValueError.
type reason string

func (r reason) Error() string { return string(r) }

// ValueErrors are what is wrong with one contact of a file. The next contact can be read.
type ValueErrors []ValueError

// Error returns all problems in one line.
func (p ValueErrors) Error() string {
	texts := make([]string, len(p))
	for i, one := range p {
		texts[i] = fmt.Sprintf("%s: %s", one.Path, one.Reason)
	}
	return strings.Join(texts, " ")
}

// orNil returns the problems as an error, nil if there are none.
func (p ValueErrors) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// maxShown is how much of a value a problem shows, in bytes.
const maxShown = 200

func (p *ValueErrors) add(path, value string, err error) {
	*p = append(*p, ValueError{path, shorten(value), err.Error()})
}

func shorten(value string) string {
	if len(value) > maxShown {
		return strings.ToValidUTF8(value[:maxShown], "") + "…"
	}
	return value
}
