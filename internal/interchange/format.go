package interchange

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Format is the format of a file.
type Format string

// The formats.
const (
	NDJSON Format = "ndjson"
	CSV    Format = "csv"
	VCard  Format = "vcard"
)

// Formats lists the formats that NewWriter writes.
var Formats = []Format{CSV, NDJSON, VCard}

// media are the media types of the formats.
var media = map[Format]string{
	CSV: "text/csv; charset=utf-8; header=present", NDJSON: "application/x-ndjson; charset=utf-8", VCard: "text/vcard; charset=utf-8; version=4.0",
}

// MediaType returns the media type of the format, "" for one that is unknown.
func (f Format) MediaType() string { return media[f] }

// Writer writes the contacts of a file.
type Writer interface {
	// Write writes a contact.
	Write(r *Record) error
	// Flush writes what is buffered.
	Flush() error
	// Close completes the file. It does not close the writer below.
	Close() error
}

// BOM is the byte order mark, by which spreadsheets recognize UTF-8.
const BOM = "\ufeff"

// FormatNames returns the names of all formats, for a message.
func FormatNames() string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = string(f)
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// FileName returns the name of a file with the contacts of this day.
func (f Format) FileName(name string, at time.Time) string {
	extension := string(f)
	if f == VCard {
		extension = "vcf"
	}
	return name + "-" + at.UTC().Format(time.DateOnly) + "." + extension
}

// NewWriter writes what precedes the contacts in a format, and returns a writer of them.
func NewWriter(w io.Writer, f Format, h *Header) (Writer, error) {
	switch f {
	case NDJSON:
		return NewLinesWriter(w, h)
	case CSV:
		return NewTableWriter(w, h)
	case VCard:
		return NewCardWriter(w), nil
	}
	return nil, fmt.Errorf("there is no format %q", f)
}
