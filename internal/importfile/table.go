package importfile

import "slices"

// table has the columns of a file, and samples of their values.
type table struct {
	names   []string
	index   map[string]int
	samples [][]string
}

const (
	maxSamples   = 5
	sampleLength = 100 // bytes
)

// column returns the index of a column, which is new if no column has the name. It returns -1 if
// there are too many.
func (t *table) column(name string) int {
	if i, ok := t.index[name]; ok {
		return i
	}
	if len(t.names) == maxColumns {
		return -1
	}
	if t.index == nil {
		t.index = map[string]int{}
	}
	t.index[name] = len(t.names)
	t.names = append(t.names, name)
	t.samples = append(t.samples, nil)
	return len(t.names) - 1
}

// sample remembers some values of a column.
func (t *table) sample(column int, value string) {
	s := t.samples[column]
	if value == "" || len(s) == maxSamples || slices.Contains(s, shorten(value)) {
		return
	}
	t.samples[column] = append(s, shorten(value))
}

// shorten returns the start of a long text.
func shorten(s string) string {
	if len(s) <= sampleLength {
		return s
	}
	end := sampleLength
	for end > 0 && s[end]&0xC0 == 0x80 { // within a character
		end--
	}
	return s[:end] + "…"
}
