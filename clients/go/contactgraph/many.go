package contactgraph

import (
	"context"
	"errors"
)

// WrittenContacts is the result of a write of many contacts.
type WrittenContacts struct {
	// The result of each item, in the order of the items.
	Results []ItemResult
	// Whether the write had been applied before, by a request with the same idempotency key. Then
	// the contacts can have been changed since.
	Replayed bool
}

// ItemResult is the result of one item of a write of many.
type ItemResult struct {
	// The contact as the write has left it; as it was before, if it was deleted. Nil after any
	// error.
	Contact *ContactRef
	// The id of the change in the log. UndoChange takes it.
	ChangeID string
	// Whether UpsertContacts created the contact.
	Created bool
	// Why the item was not applied, a *RejectedItem; nil if it was. With
	// BatchErrorPolicyAllOrNothing, items without errors of their own have the code
	// UserErrorCodeNotApplied.
	Err error
}

// ContactRef is what writes of many return of each contact. ReadContact reads the rest.
type ContactRef struct {
	ID        string  `json:"ID"`
	ContactID int     `json:"ContactID"`
	Version   Version `json:"version"`
}

// CreateContacts creates up to 100 contacts. Not available to customers.
//
// If items are rejected, the error is a *RejectedError with those that have errors of their own,
// and the results are returned as well: with BatchErrorPolicyPerItem, the other items were applied.
func (c *Client) CreateContacts(ctx context.Context, input CreateContactsInput) (*WrittenContacts, error) {
	response, extensions, err := createContacts(ctx, c, input)
	p := &response.CreateContacts
	return writtenContacts(err, extensions, p.Results, p.Errors)
}

// UpsertContacts updates up to 100 contacts, which it finds by a unique key, and creates those that
// do not exist. Its results are as those of CreateContacts. Not available to customers.
func (c *Client) UpsertContacts(ctx context.Context, input UpsertContactsInput) (*WrittenContacts, error) {
	response, extensions, err := upsertContacts(ctx, c, input)
	p := &response.UpsertContacts
	return writtenContacts(err, extensions, p.Results, p.Errors)
}

// UpdateContacts writes fields of up to 100 contacts, each as UpdateContact does. Its results are
// as those of CreateContacts.
func (c *Client) UpdateContacts(ctx context.Context, input UpdateContactsInput) (*WrittenContacts, error) {
	response, extensions, err := updateContacts(ctx, c, input)
	p := &response.UpdateContacts
	return writtenContacts(err, extensions, p.Results, p.Errors)
}

// SetContactsDetails writes properties, logins, external ids and segments of up to 100 contacts,
// each as SetContactDetails does. Its results are as those of CreateContacts.
func (c *Client) SetContactsDetails(ctx context.Context, input SetContactsDetailsInput) (*WrittenContacts, error) {
	response, extensions, err := setContactsDetails(ctx, c, input)
	p := &response.SetContactsDetails
	return writtenContacts(err, extensions, p.Results, p.Errors)
}

// DeleteContacts deletes up to 100 contacts, each as DeleteContact does. Its results are as those
// of CreateContacts. Not available to customers.
func (c *Client) DeleteContacts(ctx context.Context, input DeleteContactsInput) (*WrittenContacts, error) {
	response, extensions, err := deleteContacts(ctx, c, input)
	p := &response.DeleteContacts
	return writtenContacts(err, extensions, p.Results, p.Errors)
}

// itemPayload is the payload of one item, which has the same form in all writes of many.
type itemPayload struct {
	Contact *ContactRef `json:"contact"`
	Created bool        `json:"created"`
	Change  *changeRef  `json:"change"`
	Errors  []UserError `json:"errors"`
}

// writtenContacts returns the result of a payload of many.
func writtenContacts(err error, extensions map[string]any, items []itemPayload, failures []UserError) (*WrittenContacts, error) {
	if err == nil {
		err = rejection(failures)
	}
	if err != nil {
		return nil, err
	}
	w := &WrittenContacts{Results: make([]ItemResult, len(items)), Replayed: isReplayed(extensions)}
	all := &RejectedError{}
	for i, item := range items {
		w.Results[i] = ItemResult{Contact: item.Contact, Created: item.Created}
		if item.Change != nil {
			w.Results[i].ChangeID = item.Change.ID
		}
		if len(item.Errors) == 0 {
			continue
		}
		rejected := &RejectedItem{Index: i, Errors: pointers(item.Errors)}
		w.Results[i].Err = rejected
		if !errors.Is(rejected, UserErrorCodeNotApplied) { // it is an error of the item
			all.Items = append(all.Items, rejected)
			all.Errors = append(all.Errors, rejected.Errors...)
		}
	}
	if len(all.Items) > 0 {
		return w, all
	}
	return w, nil
}
