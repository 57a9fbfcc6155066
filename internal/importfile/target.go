package importfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"
)

// target is what the values of columns become.
type target struct {
	to        string
	secret    bool // the values are in no error
	dependent bool // set after the others, on which it depends
	single    bool // only the first value counts
	set       func(a *assignment) (reason string)
	paths     []string // of package field
}

// show returns the value for an error.
func (t *target) show(value string) string {
	if t.secret {
		return ""
	}
	return value
}

// assignment sets a part of a record to what a row has for it.
type assignment struct {
	given

	record  *interchange.Record
	builder *builder
}

// fields are the targets that are not texts of the contact's own fields.
var fields = map[string]target{
	toID:                           {single: true, set: setContactID},
	toSecret:                       {single: true, secret: true, set: func(a *assignment) string { return a.text(&a.record.Secret) }},
	toPasswordHash:                 {single: true, secret: true, set: func(a *assignment) string { return a.text(&a.record.PasswordHash) }},
	toRegisteredAt:                 {single: true, set: func(a *assignment) string { return a.time(&a.record.RegisteredAt) }},
	toLastModified:                 {single: true, set: func(a *assignment) string { return a.time(&a.record.LastModified) }},
	toRegistrationSource:           {single: true, set: func(a *assignment) string { return a.optional(&a.record.RegistrationSource) }},
	toRegistrationIP:               {single: true, set: func(a *assignment) string { return a.optional(&a.record.RegistrationIP) }},
	toRegistrationStore:            {single: true, paths: []string{field.PathRegistrationStore}, set: func(a *assignment) string { return a.name(&a.record.RegistrationStore) }},
	toRegistrationStore + suffixID: {single: true, set: func(a *assignment) string { return a.id(&a.record.RegistrationStore) }},
	toStore:                        {single: true, paths: []string{field.PreferredStore.Path}, set: func(a *assignment) string { return a.name(&a.record.PreferredStore) }},
	toStore + suffixID:             {single: true, set: func(a *assignment) string { return a.id(&a.record.PreferredStore) }},
	toCompany:                      {single: true, paths: []string{field.Company.Path}, set: func(a *assignment) string { return a.name(&a.record.Company) }},
	toCompany + suffixID:           {single: true, set: func(a *assignment) string { return a.id(&a.record.Company) }},
	toName:                         {paths: []string{field.FirstName.Path, field.LastName.Path}, dependent: true, set: setName},
	toLogins:                       {set: setLogins},
	toSegments:                     {paths: []string{field.PathMembership}, set: setSegments},
	toSegmentIDs:                   {paths: []string{field.PathMembership}, set: setSegmentIDs},
	field.Phone.Path:               {single: true, dependent: true, set: setPhone},
	field.LimitPermanently.Path:    {single: true, set: setLimitPermanently},
	field.LimitUntil.Path:          {single: true, set: setLimitUntil},
}

// newTarget returns the target of a name.
func newTarget(to string, c Catalog) (*target, error) {
	if t, ok := fields[to]; ok {
		t.to = to
		if t.paths == nil {
			t.paths = []string{to}
		}
		return &t, nil
	}
	if f := field.ByPath(to); f != nil && f != field.PreferredStore && f != field.Company {
		return &target{to: to, single: f != field.FirstName && f != field.LastName, paths: []string{f.Path}, set: func(a *assignment) string { return a.setText(f) }}, nil
	}
	if system, ok := strings.CutPrefix(to, prefixExternalID); ok && system != "" {
		return &target{to: to, paths: []string{field.PathExternalIDs}, set: func(a *assignment) string { return setExternalID(a, system) }}, nil
	}
	if name, ok := strings.CutPrefix(to, prefixProperty); ok && name != "" {
		p := c.property(name)
		if p == nil {
			return nil, fmt.Errorf("the account has no property %q", name)
		}
		if f := field.BoundTo(p); f != nil {
			return newTarget(f.Path, c)
		}
		return &target{to: to, paths: []string{field.PropertyPath(p.ID)}, set: func(a *assignment) string { return setProperty(a, p) }}, nil
	}
	return nil, fmt.Errorf("no field is called %q", to)
}

// setText sets a text field of the contact.
func (a *assignment) setText(f *field.Field) string {
	text := a.first()
	if len(a.values) > 1 && (a.rule.Join != "" || f == field.FirstName || f == field.LastName) {
		text = a.joined(" ")
	}
	switch {
	case text != "":
		a.patch(f, text)
	case a.clear:
		a.patch(f, nil)
	}
	return ""
}

func (a *assignment) patch(f *field.Field, v any) {
	if a.record.Set == nil {
		a.record.Set = field.Patch{}
	}
	a.record.Set[f] = v
}

// first returns the first value, "" if there is none.
func (a *assignment) first() string {
	if len(a.values) == 0 {
		return ""
	}
	return a.values[0].text
}

// joined returns the values with the text of the rule, or else with separator between them.
func (a *assignment) joined(separator string) string {
	if a.rule.Join != "" {
		separator = a.rule.Join
	}
	var texts []string
	for _, v := range a.values {
		texts = append(texts, v.text)
	}
	return strings.Join(texts, separator)
}

func (a *assignment) text(to *string) string {
	*to = a.first()
	return ""
}

func (a *assignment) optional(to **string) string {
	if text := a.first(); text != "" {
		*to = &text
	}
	return ""
}

// name sets the name of a reference.
func (a *assignment) name(to **interchange.Reference) string {
	switch text := a.first(); {
	case text != "":
		reference(to).Name = text
	case a.clear && *to == nil:
		*to = new(interchange.NoReference)
	}
	return ""
}

// id sets the id of a reference.
func (a *assignment) id(to **interchange.Reference) string {
	if a.first() == "" {
		return a.name(to)
	}
	id, reason := idOf(a.first())
	if reason == "" {
		reference(to).ID = id
	}
	return reason
}

func reference(to **interchange.Reference) *interchange.Reference {
	if *to == nil {
		*to = new(interchange.Reference)
	}
	return *to
}

// time sets a time, which stays as it is if the row has none.
func (a *assignment) time(to *time.Time) string {
	if a.first() == "" {
		return ""
	}
	t, reason := parseTime(a.first(), a.rule.Date)
	if reason == "" {
		*to = t
	}
	return reason
}

func setContactID(a *assignment) string {
	if a.first() == "" {
		return ""
	}
	id, reason := idOf(a.first())
	a.record.ContactID = id
	return reason
}

// idOf returns the id that a text has.
func idOf(text string) (int, string) {
	id, err := strconv.Atoi(text)
	switch {
	case isScientific(text):
		return 0, reasonScientific
	case err != nil || id < 1 || id > math.MaxInt32:
		return 0, fmt.Sprintf("The id is not a number from 1 to %d.", math.MaxInt32)
	}
	return id, ""
}

func setLimitPermanently(a *assignment) string {
	if a.first() == "" {
		if a.clear {
			a.patch(field.LimitPermanently, false)
		}
		return ""
	}
	b, ok := parseBool(a.first())
	if a.rule.Filled {
		b, ok = true, true
	}
	if !ok {
		return "The text is neither yes nor no."
	}
	a.patch(field.LimitPermanently, b != a.rule.Invert)
	return ""
}

func setLimitUntil(a *assignment) string {
	var t time.Time
	reason := a.time(&t)
	switch {
	case reason != "":
	case !t.IsZero():
		a.patch(field.LimitUntil, t)
	case a.clear:
		a.patch(field.LimitUntil, nil)
	}
	return reason
}

func setExternalID(a *assignment, system string) string {
	ids := interchangeList(&a.record.ExternalIDs, a)
	if ids == nil {
		return ""
	}
	for _, v := range a.values {
		if isScientific(v.text) {
			return reasonScientific
		}
		*ids = append(*ids, field.ExternalID{System: system, Value: v.text})
	}
	return ""
}

// interchangeList returns the list to which the values are added, nil if the row has nothing for
// it.
func interchangeList[T any](list **[]T, a *assignment) *[]T {
	if len(a.values) == 0 && !a.clear {
		return nil
	}
	if *list == nil {
		*list = &[]T{}
	}
	return *list
}

func setSegments(a *assignment) string {
	segments := interchangeList(&a.record.Segments, a)
	if segments == nil {
		return ""
	}
	for _, v := range a.values {
		addReference(segments, interchange.Reference{Name: v.text})
	}
	return ""
}

func setSegmentIDs(a *assignment) string {
	segments := interchangeList(&a.record.Segments, a)
	if segments == nil {
		return ""
	}
	for _, v := range a.values {
		id, reason := idOf(v.text)
		if reason != "" {
			return reason
		}
		addReference(segments, interchange.Reference{ID: id})
	}
	return ""
}

// addReference adds a segment that is not in the list.
func addReference(list *[]interchange.Reference, r interchange.Reference) {
	if !slices.Contains(*list, r) {
		*list = append(*list, r)
	}
}

// addDefaults adds what the mapping has for all rows.
func (b *builder) addDefaults(r *interchange.Record) {
	for _, name := range b.mapping.Segments {
		if r.Segments == nil {
			r.Segments = &[]interchange.Reference{}
		}
		addReference(r.Segments, interchange.Reference{Name: name})
	}
	if source := b.mapping.PermissionSource; source != "" && r.Set[field.PermissionSource] == nil {
		(&assignment{record: r}).patch(field.PermissionSource, source)
	}
	if source := b.mapping.RegistrationSource; source != "" && r.RegistrationSource == nil {
		r.RegistrationSource = &source
	}
}
