package field

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/internal/normalize"
	"contactgraph/internal/revision"
)

// Value is one value of a property.
type Value struct {
	Value       string  `json:"value"`
	Description *string `json:"description"`
}

// Equal reports whether both have the same text and description. No description differs from an
// empty one.
func (v Value) Equal(w Value) bool {
	if v.Description == nil || w.Description == nil {
		return v.Value == w.Value && v.Description == w.Description
	}
	return v.Value == w.Value && *v.Description == *w.Description
}

// Values returns the values of a property that is bound to the field, which has texts.
func (f *Field) Values(c *ent.Contact) []Value {
	if text, ok := f.Get(c).(string); ok {
		return []Value{{Value: text}}
	}
	return nil
}

// Login is a name that a contact signs in with.
type Login struct {
	Name string     `json:"name"`
	Kind login.Kind `json:"type"`
}

// Key returns the normal form under which the login is unique in its account.
func (l Login) Key() string { return normalize.Email(l.Name) }

// SortLogins sorts logins by their keys, which is the order of the change log. A contact can have
// several logins of one key, of which all but one are hidden: see HiddenKeys.
func SortLogins(set []Login) {
	keys := make(map[string]string, len(set)) // by name: to compute one takes longer than to look it up
	for _, l := range set {
		keys[l.Name] = l.Key()
	}
	slices.SortFunc(set, func(a, b Login) int {
		return cmp.Or(cmp.Compare(keys[a.Name], keys[b.Name]), cmp.Compare(a.Name, b.Name))
	})
}

// LoginsOf returns the logins of rows, in their order.
func LoginsOf(rows []*ent.Login) []Login {
	set := make([]Login, len(rows))
	for i, l := range rows {
		set[i] = Login{l.Name, l.Kind}
	}
	return set
}

// ExternalID is the id that a contact has in another system. Both texts are compared exactly, with
// regard to case.
type ExternalID struct {
	System string `json:"system"`
	Value  string `json:"value"`
}

// Key returns the text under which the id is unique in its account. Neither part has a NUL.
func (e ExternalID) Key() string { return e.System + "\x00" + e.Value }

// ExternalIDOf returns the external id that has the key.
func ExternalIDOf(key string) ExternalID {
	system, value, _ := strings.Cut(key, "\x00")
	return ExternalID{system, value}
}

// SortExternalIDs sorts external ids by system and value, which is the order of the change log.
func SortExternalIDs(set []ExternalID) {
	slices.SortFunc(set, func(a, b ExternalID) int { return cmp.Compare(a.Key(), b.Key()) })
}

// ExternalIDsOf returns the external ids of rows, in their order.
func ExternalIDsOf(rows []*ent.ExternalID) []ExternalID {
	set := make([]ExternalID, len(rows))
	for i, e := range rows {
		set[i] = ExternalID{e.System, e.Value}
	}
	return set
}

// SegmentsOf returns the ids of the segments that rows name, in their order.
func SegmentsOf(rows []*ent.Membership) []int {
	set := make([]int, len(rows))
	for i, m := range rows {
		set[i] = m.SegmentID
	}
	return set
}

// The change log stores values as JSON. In Go, each path has values of one type: a field's own (see
// Fields), []Value for a property, []Login for the logins, []ExternalID for the external ids and
// []int for the membership. None of these lists is nil.

// EncodeValue returns a value in the form in which the change log stores and compares it: JSON that
// is the same on both engines.
func EncodeValue(v any) any {
	if t, ok := v.(time.Time); ok {
		return revision.FormatTime(t)
	}
	return v
}

// DecodeValue returns a value of the change log in the type of its path.
func DecodeValue(path string, v any) (any, error) {
	if f := ByPath(path); f != nil {
		return f.parse(v)
	}
	switch {
	case path == PathLogins:
		set, err := Decode[[]Login](v)
		return NonNil(set), err
	case path == PathExternalIDs:
		set, err := Decode[[]ExternalID](v)
		return NonNil(set), err
	case path == PathMembership:
		set, err := Decode[[]int](v)
		return NonNil(set), err
	case PropertyID(path) != 0:
		values, err := Decode[[]Value](v)
		return NonNil(values), err
	}
	return v, nil
}

// ComparableValue returns a value of the change log in the form in which values of one path are
// compared. Values read from the log have lost their type in JSON.
func ComparableValue(path string, v any) (any, error) {
	v, err := DecodeValue(path, v)
	return EncodeValue(v), err
}

// Decode returns a value of the change log as a T. The value may already be a T.
func Decode[T any](v any) (T, error) {
	var t T
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err != nil {
		return t, fmt.Errorf("decoding a value of the change log: %w", err)
	}
	return t, nil
}

// EqualValues compares two values of one path, both from ComparableValue.
func EqualValues(a, b any) bool { return reflect.DeepEqual(a, b) }

// NonNil returns an empty list for nil: the change log shows [] for an empty list.
func NonNil[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}
