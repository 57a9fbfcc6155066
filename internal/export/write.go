package export

import (
	"context"
	"io"

	"contactgraph/internal/interchange"
)

// File writes an export in its format, part by part.
type File struct {
	*Export

	writer interchange.Writer
}

// NewFile writes the beginning of the file to w.
func (e *Export) NewFile(w io.Writer, f interchange.Format) (*File, error) {
	writer, err := interchange.NewWriter(w, f, &e.Header)
	return &File{e, writer}, err
}

// Write writes the next part, and the end of the file after the last one. It fails as Next does.
func (f *File) Write(ctx context.Context) (more bool, err error) {
	records, more, err := f.Next(ctx)
	if err != nil {
		return false, err
	}
	for _, r := range records {
		if err := f.writer.Write(r); err != nil {
			return false, err
		}
	}
	if more {
		return true, f.writer.Flush()
	}
	return false, f.writer.Close()
}
