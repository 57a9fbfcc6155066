package interchange

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
)

// kind is how values of a type are written. Every kind is a pointer, and they are compared as such.
type kind = *kindForm

type kindForm struct {
	// suffixes are those of the columns that a CSV file has for the member.
	suffixes []string
	// appendJSON appends a value that is not nil.
	appendJSON func([]byte, any) []byte
	// parseJSON reads what is not null.
	parseJSON func([]byte) (any, error)
	// cells writes a value that is not nil, and parseCells reads cells of which one is not empty.
	cells      func(v any, cells []string)
	parseCells func(cells []string) (any, error)
	// empty is the value of empty cells; nil for null.
	empty any
}

var (
	errNotText      = reason("This must be a text.")
	errNotStorable  = reason("The text must be valid UTF-8 without NUL characters.")
	errNotTime      = reason("This must be an RFC 3339 time such as 2024-11-21T06:40:14Z, in the years 1 to 9999.")
	errNotBool      = reason("This must be true or false.")
	errNotNumber    = reason("This must be a positive whole number of at most 32 bits.")
	errNotVersion   = reason("This must be a version.")
	errNotReference = reason("This must have an id, a name, or both.")
	errNull         = reason("This must not be null.")
	errLogins       = reason("This must be a list of logins, each with a name and a type: BLANK, EMAIL, BOUNCED or GOOGLE.")
	errExternalIDs  = reason("This must be a list of external ids, each with a system and a value.")
	errReferences   = reason("This must be a list in which each element has an id, a name, or both.")
)

// The kinds.
var (
	texts    = single(func(v string) string { return v }, parseText)
	times    = single(revision.FormatTime, parseTime)
	versions = single(revision.Version.String, parseVersion)
	numbers  = literal(strconv.Itoa, parseNumber)
	booleans = literal(strconv.FormatBool, parseBool)

	logins      = list(errLogins, func(l field.Login) bool { return storable.Text(l.Name) && login.KindValidator(l.Kind) == nil })
	externalIDs = list(errExternalIDs, func(e field.ExternalID) bool {
		return storable.Text(e.System) && storable.Text(e.Value)
	})
	references = list(errReferences, validReference)

	referenceKind = &kindForm{
		suffixes:   []string{".id", ".name"},
		appendJSON: appendReference,
		parseJSON:  func(b []byte) (any, error) { return parseStrict(b, errNotReference, validReference) },
		cells:      referenceCells,
		parseCells: parseReferenceCells,
	}
)

// single is a kind of values that are a string in JSON.
func single[T any](formatT func(T) string, parse func(string) (any, error)) kind {
	format := ofType(formatT)
	return &kindForm{
		suffixes:   []string{""},
		appendJSON: func(b []byte, v any) []byte { return appendString(b, format(v)) },
		parseJSON: func(b []byte) (any, error) {
			var text *string
			if json.Unmarshal(b, &text) != nil || text == nil {
				return nil, errNotText
			}
			return parse(*text)
		},
		cells:      func(v any, cells []string) { cells[0] = EscapeCell(format(v)) },
		parseCells: func(cells []string) (any, error) { return parse(UnescapeCell(cells[0])) },
	}
}

// literal is a kind of values that are written without quotes in JSON.
func literal[T any](formatT func(T) string, parse func(string) (any, error)) kind {
	format := ofType(formatT)
	return &kindForm{
		suffixes:   []string{""},
		appendJSON: func(b []byte, v any) []byte { return append(b, format(v)...) },
		parseJSON:  func(b []byte) (any, error) { return parse(string(b)) },
		cells:      func(v any, cells []string) { cells[0] = format(v) },
		parseCells: func(cells []string) (any, error) { return parse(cells[0]) },
	}
}

// ofType returns a function of values that have the type T.
func ofType[T any](format func(T) string) func(any) string {
	return func(v any) string {
		t, _ := v.(T)
		return format(t)
	}
}

// list is a kind of lists, which are JSON in a cell too, and absent in an empty cell.
func list[T any](wrong error, valid func(T) bool) kind {
	parse := func(b []byte) (any, error) {
		return parseStrict(b, wrong, func(all []T) bool {
			return all != nil && !slices.ContainsFunc(all, func(one T) bool { return !valid(one) })
		})
	}
	return &kindForm{
		suffixes: []string{""}, empty: []T{},
		appendJSON: appendCompact,
		parseJSON:  parse,
		cells: func(v any, cells []string) {
			if all, _ := v.([]T); len(all) > 0 {
				cells[0] = string(appendCompact(nil, v))
			}
		},
		parseCells: func(cells []string) (any, error) { return parse([]byte(cells[0])) },
	}
}

func parseText(text string) (any, error) {
	if !storable.Text(text) {
		return nil, errNotStorable
	}
	return text, nil
}

func parseTime(text string) (any, error) {
	t, err := revision.ParseTime(text)
	if err != nil || !storable.Time(t) {
		return nil, errNotTime
	}
	return t.UTC(), nil
}

func parseVersion(text string) (any, error) {
	v, err := revision.Parse(text)
	if err != nil || v == revision.Stale {
		return nil, errNotVersion
	}
	return v, nil
}

func parseNumber(text string) (any, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 || n > math.MaxInt32 {
		return nil, errNotNumber
	}
	return int(n), nil
}

func parseBool(text string) (any, error) {
	switch {
	case strings.EqualFold(text, "true"):
		return true, nil
	case strings.EqualFold(text, "false"):
		return false, nil
	}
	return nil, errNotBool
}

// validReference reports whether the reference is not NoReference, and has an id that can exist.
func validReference(r Reference) bool {
	return r != NoReference && r.ID >= 0 && r.ID <= math.MaxInt32 && storable.Text(r.Name)
}

func appendReference(b []byte, v any) []byte {
	r, _ := v.(Reference)
	b = append(b, '{')
	if r.ID != 0 {
		b = strconv.AppendInt(append(b, `"id":`...), int64(r.ID), 10)
	}
	if r.Name != "" {
		if r.ID != 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `"name":`...), r.Name)
	}
	return append(b, '}')
}

func referenceCells(v any, cells []string) {
	r, _ := v.(Reference)
	if r.ID != 0 {
		cells[0] = strconv.Itoa(r.ID)
	}
	if r.Name != "" {
		cells[1] = EscapeCell(r.Name)
	}
}

func parseReferenceCells(cells []string) (any, error) {
	r := Reference{Name: UnescapeCell(cells[1])}
	if cells[0] != "" {
		id, err := parseNumber(cells[0])
		if err != nil {
			return nil, err
		}
		r.ID, _ = id.(int)
	}
	if !validReference(r) {
		return nil, errNotReference
	}
	return r, nil
}

// parseStrict reads JSON of the type T without other members.
func parseStrict[T any](b []byte, wrong error, valid func(T) bool) (any, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || d.More() || !valid(v) {
		return nil, wrong
	}
	return v, nil
}
