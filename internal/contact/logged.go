package contact

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"contactgraph/internal/revision"
)

// The change log holds values as JSON. In the rules, each path has values of one type: those of a field (see Fields), []Value
// for a property, []Login, and []int for the membership, where no list is nil.

// logged is a value as the change log keeps it: JSON of one form on both engines.
func logged(v any) any {
	if t, ok := v.(time.Time); ok {
		return revision.FormatTime(t)
	}
	return v
}

// unlogged makes a value of the log what it was.
func unlogged(path string, v any) (any, error) {
	if f := fieldAt(path); f != nil {
		return f.parse(v)
	}
	switch {
	case path == pathLogins:
		set, err := decode[[]Login](v)
		return list(set), err
	case path == pathMembership:
		set, err := decode[[]int](v)
		return list(set), err
	case propertyID(path) != 0:
		values, err := decode[[]Value](v)
		return list(values), err
	}
	return v, nil
}

// decode makes a T of a value that is JSON, or as the rules have it.
func decode[T any](v any) (T, error) {
	var t T
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err != nil {
		return t, fmt.Errorf("a value in the change log: %w", err)
	}
	return t, nil
}

// compared is a value of the log in the form in which values of one path compare.
func compared(path string, v any) (any, error) {
	v, err := unlogged(path, v)
	return logged(v), err
}

// writable reports whether edits can be about the path. What a contact is registered with never changes.
func writable(path string) bool {
	return fieldAt(path) != nil || path == pathPassword || path == pathLogins || path == pathMembership || propertyID(path) != 0
}

// propertyID is the property that the path is about, 0 if it is about none.
func propertyID(path string) int {
	id, err := strconv.Atoi(strings.TrimPrefix(path, pathProperties+"."))
	if err != nil {
		return 0
	}
	return id
}

// fieldAt is the field with this path, nil if it is none's.
func fieldAt(path string) *Field {
	if i := slices.IndexFunc(Fields, func(f *Field) bool { return f.Path == path }); i >= 0 {
		return Fields[i]
	}
	return nil
}

// equal compares two values of one path, as the log keeps them.
func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

// list makes nil an empty list, which is what the log shows for what has no entries.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}
