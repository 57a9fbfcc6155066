package aspnet

// Kind is the .NET type of a member.
type Kind int

// The kinds of members, with their Go types in Values.
const (
	String                 Kind = iota // string, or nil
	NullableInt32                      // int, or nil
	Bool                               // bool
	NullableDateTimeOffset             // time.Time with the offset that was sent, or nil
	Bytes                              // []byte, or nil
	NullableBool                       // bool, or nil

	// Scalars is for members whose type depends on the account: a string, a bool, a json.Number
	// with the digits that were sent, a []any of these, or nil. In a form it is a FormValues.
	Scalars
	// Object is for objects with a model of their own: a RawObject, or nil. Forms have none.
	Object
)

// FormValues has the values of one name of a form, in order. There is at least one.
type FormValues []string

// RawObject is the JSON of an object, to be bound by another model.
type RawObject string

// Member describes one property of a model.
type Member struct {
	Name      string // as documented; bodies may spell it in any letter case
	Kind      Kind
	Required  bool // rejects null and absent
	MaxLength int  // of a String, in UTF-16 units; 0 means no limit
	// Normalize returns the form of a String whose length counts; nil for the text as it is.
	Normalize func(string) string
}

// Model describes a class whose members are all scalars.
type Model struct {
	Name    string // of the action's parameter, the root of every ModelState key
	Members []Member
	// Strict rejects members that the model does not have; the framework ignores them.
	Strict bool
}

// Values maps the documented names of members to their bound values. A member that was not sent is
// absent; a member that was sent as null is nil.
type Values map[string]any

// BindJSON binds a JSON body. The charset utf-16 is decoded, any other is read as UTF-8, and a byte
// order mark takes precedence over both. The ModelState is empty if the body was bound and is
// valid; otherwise there are no values.
func (m Model) BindJSON(body []byte, charset string) (Values, ModelState) {
	b := binder{model: m, values: Values{}}
	text, ok := decodeText(body, charset)
	if !ok {
		b.state.add(m.Name, errorOccurred)
		return nil, b.state
	}
	return b.finish(b.readJSON(&reader{text: text}))
}

// BindForm binds an application/x-www-form-urlencoded body, with the same results as
// BindJSON.
func (m Model) BindForm(body []byte) (Values, ModelState) {
	b := binder{model: m, values: Values{}}
	return b.finish(b.readForm(body))
}

// binder collects the result of one call.
type binder struct {
	model  Model
	values Values
	state  ModelState
}

// finish validates the bound values. If the body bound to null without an error there is nothing to
// validate; the framework would pass null to the action.
func (b *binder) finish(bound bool) (Values, ModelState) {
	switch {
	case bound:
		b.validate()
	case len(b.state) == 0:
		b.state.add(b.model.Name, bodyRequired)
	}
	if len(b.state) > 0 {
		return nil, b.state
	}
	return b.values, nil
}

// member returns the member that a body refers to by name.
func (b *binder) member(name string) (Member, bool) {
	for _, m := range b.model.Members {
		if equalFold(name, m.Name) {
			return m, true
		}
	}
	return Member{}, false
}

// key returns the ModelState key of a member.
func (b *binder) key(member string) string {
	return b.model.Name + "." + member
}
