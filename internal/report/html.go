package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

//go:embed report.html
var pageText string

//go:embed report.css
var styleText string

var page = template.Must(template.New("").Funcs(template.FuncMap{
	"when": when, "text": text, "title": title, "style": func() template.CSS { return template.CSS(styleText) }, //nolint:gosec // the file is ours
}).Parse(pageText))

// ContentSecurityPolicy is the policy for the page: nothing but its own style.
var ContentSecurityPolicy = func() string {
	sum := sha256.Sum256([]byte(styleText))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// htmlWriter writes a report as a page for people, which can be printed.
type htmlWriter struct {
	w                 io.Writer
	activity, history bool // whether the list has begun
}

// NewHTML returns a writer of HTML.
func NewHTML(w io.Writer) Writer { return &htmlWriter{w: w} }

// Head writes the beginning of the page.
func (h *htmlWriter) Head(head *Head) error { return page.ExecuteTemplate(h.w, "head", head) }

// Part writes rows of the two lists.
func (h *htmlWriter) Part(p *Part) error {
	if len(p.Activity) > 0 {
		if err := h.begin(&h.activity, "activity"); err != nil {
			return err
		}
		if err := page.ExecuteTemplate(h.w, "activities", p.Activity); err != nil {
			return err
		}
	}
	if len(p.History) == 0 {
		return nil
	}
	if err := h.endActivity(); err != nil {
		return err
	}
	if err := h.begin(&h.history, "history"); err != nil {
		return err
	}
	return page.ExecuteTemplate(h.w, "changes", p.History)
}

// End writes the end of the page.
func (h *htmlWriter) End() error {
	if err := h.endActivity(); err != nil {
		return err
	}
	if h.history {
		if err := page.ExecuteTemplate(h.w, "end of list", nil); err != nil {
			return err
		}
	}
	return page.ExecuteTemplate(h.w, "end", nil)
}

func (h *htmlWriter) begin(begun *bool, name string) error {
	if *begun {
		return nil
	}
	*begun = true
	return page.ExecuteTemplate(h.w, name, nil)
}

func (h *htmlWriter) endActivity() error {
	if !h.activity || h.history {
		return nil
	}
	return page.ExecuteTemplate(h.w, "end of list", nil)
}

// when returns a time of a report as people read it, in UTC.
func when(text any) string {
	s, ok := text.(string)
	if p, isPointer := text.(*string); isPointer && p != nil {
		s, ok = *p, true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if !ok || err != nil {
		return "–"
	}
	return t.UTC().Format("2 January 2006, 15:04:05 MST")
}

// text returns a value of a report as people read it.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return "–"
	case string:
		return v
	case *string:
		if v == nil {
			return "–"
		}
		return *v
	case *Reference:
		if v == nil {
			return "–"
		}
		return fmt.Sprintf("%s (%d)", v.Name, v.ID)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		return list(v)
	case map[string]any:
		return object(v)
	}
	return fmt.Sprint(value)
}

// object returns the members of an object by name, such as those of a login.
func object(members map[string]any) string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name] != nil {
			texts = append(texts, name+": "+text(members[name]))
		}
	}
	return strings.Join(texts, ", ")
}

func list(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = text(v)
	}
	return strings.Join(texts, "; ")
}

// title returns a constant of the API, such as SIGNED_IN, as people read it.
func title(constant string) string {
	words := strings.ToLower(strings.ReplaceAll(constant, "_", " "))
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
