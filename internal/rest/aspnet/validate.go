package aspnet

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// validate applies the validation attributes to every member, in the order of the model, as
// DefaultBodyModelValidator does. It includes members that failed to bind: they have their default
// value, so a Required one gets a second message.
func (b *binder) validate() {
	for _, m := range b.model.Members {
		value := b.values[m.Name]
		if m.Required && missing(value) {
			b.state.add(b.key(m.Name), fmt.Sprintf("The %s field is required.", m.Name))
		}
		if text, ok := value.(string); ok && m.tooLong(text) {
			b.state.add(b.key(m.Name),
				fmt.Sprintf("The field %s must be a string with a maximum length of %d.", m.Name, m.MaxLength))
		}
	}
}

// tooLong follows StringLengthAttribute.
func (m Member) tooLong(text string) bool {
	if m.Normalize != nil {
		text = m.Normalize(text)
	}
	return m.MaxLength > 0 && utf16Length(text) > m.MaxLength
}

// missing follows RequiredAttribute.IsValid, which treats a blank string as missing.
func missing(value any) bool {
	text, ok := value.(string)
	return value == nil || ok && strings.TrimSpace(text) == ""
}

// utf16Length is String.Length.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
