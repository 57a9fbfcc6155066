package report

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"unicode"

	"contactgraph/internal/usererror"
)

// Writer writes the parts of a report in a format.
type Writer interface {
	// Head is called first.
	Head(h *Head) error
	// Part is called for each part.
	Part(p *Part) error
	// End is called last.
	End() error
}

// jsonWriter writes a report as one JSON object: the members of Head, then activity and history.
type jsonWriter struct {
	w       io.Writer
	history bool // whether the activity has ended
	items   int  // of the present list
}

// NewJSON returns a writer of JSON.
func NewJSON(w io.Writer) Writer { return &jsonWriter{w: w} }

// Head writes the head without its last brace.
func (j *jsonWriter) Head(h *Head) error {
	text, err := marshal(h)
	if err != nil {
		return err
	}
	return j.write(text[:len(text)-1], []byte(`,"activity":[`))
}

// Part writes entries of the two lists.
func (j *jsonWriter) Part(p *Part) error {
	for _, a := range p.Activity {
		if err := j.item(a); err != nil {
			return err
		}
	}
	if len(p.History) > 0 {
		if err := j.beginHistory(); err != nil {
			return err
		}
	}
	for _, c := range p.History {
		if err := j.item(c); err != nil {
			return err
		}
	}
	return nil
}

// End writes what closes the object.
func (j *jsonWriter) End() error {
	if err := j.beginHistory(); err != nil {
		return err
	}
	return j.write([]byte("]}\n"))
}

func (j *jsonWriter) beginHistory() error {
	if j.history {
		return nil
	}
	j.history, j.items = true, 0
	return j.write([]byte(`],"history":[`))
}

func (j *jsonWriter) item(v any) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	if j.items++; j.items > 1 {
		text = append([]byte{','}, text...)
	}
	return j.write(text)
}

func (j *jsonWriter) write(texts ...[]byte) error {
	for _, text := range texts {
		if _, err := j.w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// marshal returns a value as JSON, with letters such as < as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

// Write writes a whole report.
func (r *Report) Write(ctx context.Context, w Writer) error {
	if err := w.Head(&r.Head); err != nil {
		return err
	}
	for {
		part, err := r.Next(ctx)
		if err != nil {
			return err
		}
		if part == nil {
			return w.End()
		}
		if err := w.Part(part); err != nil {
			return err
		}
	}
}

// maxData is how many bytes Data returns at most.
const maxData = 1 << 20

// Data returns the report on a contact as one JSON object. It fails as Open does, and with
// usererror.ErrArguments if it is larger than 1 MiB.
func (s *Service) Data(ctx context.Context, id int) (json.RawMessage, error) {
	r, err := s.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	b := &limitedBuffer{}
	err = r.Write(ctx, NewJSON(b))
	return b.Bytes(), err
}

// limitedBuffer is a buffer for maxData bytes.
type limitedBuffer struct{ bytes.Buffer }

// Write fails if the buffer would become too large.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxData {
		return 0, usererror.NewInvalidArguments("The report is larger than 1 MiB: read it from its url.")
	}
	return b.Buffer.Write(p)
}

// words returns a name in camel case as words, such as "first name".
func words(name string) string {
	var b strings.Builder
	for _, letter := range name {
		if unicode.IsUpper(letter) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(letter))
	}
	return b.String()
}
