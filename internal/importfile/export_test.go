package importfile

// Kept returns how many bytes the source of a CSV file holds.
func Kept(f *File) int {
	s, ok := f.source.(*csvSource)
	if !ok {
		return 0
	}
	return cap(s.input.kept)
}
