package contactgraph

import "context"

// Written is the result of a write that was applied.
type Written struct {
	// The contact as the write has left it; as it was before, if it was deleted. Nil if it was
	// erased.
	Contact *Contact
	// The id of the change in the log. UndoChange takes it.
	ChangeID string
	// If others had changed the contact since the expected version, the fields that either side has
	// changed.
	Merged []FieldComparison
	// Whether the write had been applied before, by a request with the same idempotency key. Then
	// the contact can have been changed since, and Merged is empty.
	Replayed bool
}

// CreateContact creates a contact. Not available to customers.
func (c *Client) CreateContact(ctx context.Context, input CreateContactInput) (*Written, error) {
	response, extensions, err := createContact(ctx, c, input)
	p := &response.CreateContact
	return written(err, extensions, p.Contact, p.Change, nil, p.Errors)
}

// UpdateContact writes fields of a contact. If others have changed it since the expected version,
// the policy of the input decides, and the error can be a *VersionConflict.
func (c *Client) UpdateContact(ctx context.Context, input UpdateContactInput) (*Written, error) {
	response, extensions, err := updateContact(ctx, c, input)
	p := &response.UpdateContact
	return written(err, extensions, p.Contact, p.Change, p.Merge, p.Errors)
}

// SetContactDetails writes properties, logins, external ids and segments of a contact, as
// UpdateContact writes its fields.
func (c *Client) SetContactDetails(ctx context.Context, input SetContactDetailsInput) (*Written, error) {
	response, extensions, err := setContactDetails(ctx, c, input)
	p := &response.SetContactDetails
	return written(err, extensions, p.Contact, p.Change, p.Merge, p.Errors)
}

// DeleteContact deletes a contact, unless others have changed it since the expected version. Not
// available to customers.
func (c *Client) DeleteContact(ctx context.Context, input DeleteContactInput) (*Written, error) {
	response, extensions, err := deleteContact(ctx, c, input)
	p := &response.DeleteContact
	return written(err, extensions, p.Contact, p.Change, p.Merge, p.Errors)
}

// EraseContact deletes a contact permanently, regardless of its version and even if it is already
// deleted, with the values of all its changes. This cannot be undone. Only admins may do it.
func (c *Client) EraseContact(ctx context.Context, input EraseContactInput) (*Written, error) {
	response, extensions, err := eraseContact(ctx, c, input)
	p := &response.EraseContact
	return written(err, extensions, nil, p.Change, nil, p.Errors)
}

// UndoChange undoes a change, and returns the contact as it is then. If later changes overlap, the
// error is a *VersionConflict.
func (c *Client) UndoChange(ctx context.Context, input UndoChangeInput) (*Written, error) {
	response, extensions, err := undoChange(ctx, c, input)
	p := &response.UndoChange
	return written(err, extensions, p.Contact, p.Change, p.Merge, p.Errors)
}

// written returns the result of a payload.
func written(err error, extensions map[string]any, contact *Contact, change *changeRef, merged *merge, failures []UserError) (*Written, error) {
	if err == nil {
		err = rejection(failures)
	}
	if err != nil {
		return nil, err
	}
	w := &Written{Contact: contact, Replayed: isReplayed(extensions)}
	if change != nil {
		w.ChangeID = change.ID
	}
	if merged != nil {
		w.Merged = merged.Fields
	}
	return w, nil
}

// isReplayed reports whether a write had been applied before.
func isReplayed(extensions map[string]any) bool { return extensions["replayed"] != nil }
