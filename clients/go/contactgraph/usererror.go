package contactgraph

import "encoding/json"

// UserError is an error that the caller can fix, from the payload of a write.
type UserError struct {
	Code    UserErrorCode
	Message string // a sentence to show to people
	Path    string // the field, such as email or properties.7; empty if the error is about the whole input

	// Of a VERSION_CONFLICT; otherwise nil.
	Conflict *VersionConflict
	// Of a value that must be unique: the contact that has it, if the viewer may read it.
	Existing *ExistingContact
}

// VersionConflict is a write that was rejected because the contact has been changed since the
// expected version. It has what is needed to decide about each field, and to write again with
// Latest.Version: docs/conflicts.md of the server explains how.
type VersionConflict struct {
	// The contact as it is now, with the version to send next. Of a write of many, it has only its
	// ids and its version, because whole contacts would cost too much.
	Latest *Contact `json:"latest"`
	// Why the changes since the expected version are unknown; empty if they are known.
	UnknownBecause VersionGap `json:"unknownBecause"`
	// Whether the same write would be accepted with ConflictPolicyMerge.
	Mergeable bool `json:"mergeable"`
	// Every field that either side has changed, with the values before, now, in this write and, for
	// fields that do not overlap, after a merge.
	Fields []FieldComparison `json:"fields"`
}

// ExistingContact is a contact that has a value that must be unique.
type ExistingContact struct {
	ID        string `json:"ID"`
	ContactID int    `json:"ContactID"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
}

func (e *UserError) Error() string {
	if e.Path == "" {
		return string(e.Code) + ": " + e.Message
	}
	return string(e.Code) + " at " + e.Path + ": " + e.Message
}

// Unwrap returns the code and, if there is one, the conflict.
func (e *UserError) Unwrap() []error {
	if e.Conflict == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Conflict}
}

// UnmarshalJSON reads an error of any type, also of one that this version does not know.
func (e *UserError) UnmarshalJSON(text []byte) error {
	var all struct {
		Code     UserErrorCode    `json:"code"`
		Message  string           `json:"message"`
		Path     string           `json:"path"`
		Existing *ExistingContact `json:"existing"`
		VersionConflict
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	*e = UserError{Code: all.Code, Message: all.Message, Path: all.Path, Existing: all.Existing}
	if all.Latest != nil {
		e.Conflict = &all.VersionConflict
	}
	return nil
}

func (c *VersionConflict) Error() string {
	return "the contact has been changed since the expected version"
}

// Overlaps returns the fields that others have changed to other values than this write: those to
// decide about.
func (c *VersionConflict) Overlaps() (fields []FieldComparison) {
	for _, field := range c.Fields {
		if field.Overlaps {
			fields = append(fields, field)
		}
	}
	return fields
}
