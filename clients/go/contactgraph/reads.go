package contactgraph

import (
	"context"
	"iter"
	"time"
)

// ReadContact returns a contact, by its global id or plain number. If it does not exist or the
// viewer may not read it, the error is UserErrorCodeNotFound, as for the other reads of one
// contact.
func (c *Client) ReadContact(ctx context.Context, id string) (*Contact, error) {
	response, _, err := readContact(ctx, c, id)
	return orNotFound(response.Contact, err, withID(id))
}

// ReadContactByEmail returns the contact with an email address, in any form in which it is the
// same.
func (c *Client) ReadContactByEmail(ctx context.Context, email string) (*Contact, error) {
	response, _, err := readContactByEmail(ctx, c, email)
	return orNotFound(response.ContactByEmail, err, "with this email address")
}

// ReadContactByPhone returns the contact with a phone number, in any form in which it is the same.
// The country code can be empty: then a number without a leading + is one of the account's
// country.
func (c *Client) ReadContactByPhone(ctx context.Context, phone, phoneCountryCode string) (*Contact, error) {
	response, _, err := readContactByPhone(ctx, c, phone, phoneCountryCode)
	return orNotFound(response.ContactByPhone, err, "with this phone number")
}

// ReadContactByLogin returns the contact with the name of a login, in any form in which it is the
// same.
func (c *Client) ReadContactByLogin(ctx context.Context, name string) (*Contact, error) {
	response, _, err := readContactByLogin(ctx, c, name)
	return orNotFound(response.ContactByLogin, err, "with this login")
}

// ReadContactBySecret returns the contact with a secret.
func (c *Client) ReadContactBySecret(ctx context.Context, secret string) (*Contact, error) {
	response, _, err := readContactBySecret(ctx, c, secret)
	return orNotFound(response.ContactBySecret, err, "with this secret")
}

// ReadContactByExternalID returns the contact with an id in another system, compared exactly.
func (c *Client) ReadContactByExternalID(ctx context.Context, system, value string) (*Contact, error) {
	response, _, err := readContactByExternalID(ctx, c, system, value)
	return orNotFound(response.ContactByExternalId, err, "with this external id")
}

// ReadCustomProperties returns the properties of a contact by their API names. Their values are
// JSON, so that numbers keep all digits.
func (c *Client) ReadCustomProperties(ctx context.Context, id string) (*CustomProperties, error) {
	response, _, err := readCustomProperties(ctx, c, id)
	return orNotFound(response.Contact, err, withID(id))
}

// ContactSnapshot returns a contact as it was at a version, even if it has been deleted since. If
// the log does not reach back to it, the error is CodeNoSuchVersion.
func (c *Client) ContactSnapshot(ctx context.Context, id string, version Version) (*ContactSnapshot, error) {
	return c.snapshot(ctx, id, version, nil)
}

// ContactSnapshotAt returns a contact as it was at a point in time. If it did not exist then, the
// error is UserErrorCodeNotFound.
func (c *Client) ContactSnapshotAt(ctx context.Context, id string, at time.Time) (*ContactSnapshot, error) {
	return c.snapshot(ctx, id, "", &at)
}

func (c *Client) snapshot(ctx context.Context, id string, version Version, at *time.Time) (*ContactSnapshot, error) {
	response, _, err := contactSnapshot(ctx, c, id, version, at)
	return orNotFound(response.ContactSnapshot, err, withID(id))
}

// orNotFound returns what was read of the contact that is described, which exists unless it is nil.
func orNotFound[T any](read *T, err error, description string) (*T, error) {
	if err != nil {
		return nil, err
	}
	if read == nil {
		return nil, &UserError{
			Code:    UserErrorCodeNotFound,
			Message: "The contact " + description + " does not exist, or you may not read it.",
		}
	}
	return read, nil
}

func withID(id string) string { return "with the id " + id }

// ListOptions selects and orders contacts.
type ListOptions struct {
	// The number of contacts on a page, at most 100; 50 if it is 0.
	First int
	// The end cursor of the page before; empty for the first page.
	After string
	// Nil for all contacts.
	Filter *ContactFilter
	// Nil for the order of their ids.
	OrderBy *ContactOrder
}

// ContactPage is a page of contacts.
type ContactPage struct {
	Contacts []Contact
	PageInfo PageInfo
}

// ListContacts returns a page of the contacts that the viewer may read.
func (c *Client) ListContacts(ctx context.Context, options ListOptions) (*ContactPage, error) {
	response, _, err := listContacts(ctx, c, options.First, options.After, options.Filter, options.OrderBy)
	if err != nil {
		return nil, err
	}
	return &ContactPage{response.Contacts.Nodes, response.Contacts.PageInfo}, nil
}

// AllContacts iterates over the contacts that the viewer may read, and reads them page by page. It
// ends with the first error.
func (c *Client) AllContacts(ctx context.Context, options ListOptions) iter.Seq2[*Contact, error] {
	return allPages(options.After, func(after string) ([]Contact, PageInfo, error) {
		options.After = after
		page, err := c.ListContacts(ctx, options)
		if err != nil {
			return nil, PageInfo{}, err
		}
		return page.Contacts, page.PageInfo, nil
	})
}

// allPages iterates over the elements of all pages after a cursor.
func allPages[T any](after string, read func(after string) ([]T, PageInfo, error)) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for after := after; ; {
			elements, info, err := read(after)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range elements {
				if !yield(&elements[i], nil) {
					return
				}
			}
			if !info.HasNextPage {
				return
			}
			after = info.EndCursor
		}
	}
}

// HistoryOptions selects a page of a history.
type HistoryOptions struct {
	// The number of changes on a page, at most 100; 50 if it is 0.
	First int
	// The end cursor of the page before; empty for the first page.
	After string
}

// ChangePage is a page of the changes of a contact.
type ChangePage struct {
	Changes  []Change
	PageInfo PageInfo
}

// ContactHistory returns a page of the changes of a contact, newest first.
func (c *Client) ContactHistory(ctx context.Context, id string, options HistoryOptions) (*ChangePage, error) {
	if options.First == 0 {
		options.First = 50
	}
	response, _, err := contactHistory(ctx, c, id, options.First, options.After)
	contact, err := orNotFound(response.Contact, err, withID(id))
	if err != nil {
		return nil, err
	}
	return &ChangePage{contact.Changes.Nodes, contact.Changes.PageInfo}, nil
}

// AllContactChanges iterates over the changes of a contact, newest first, and reads them page by
// page. It ends with the first error.
func (c *Client) AllContactChanges(ctx context.Context, id string, options HistoryOptions) iter.Seq2[*Change, error] {
	return allPages(options.After, func(after string) ([]Change, PageInfo, error) {
		options.After = after
		page, err := c.ContactHistory(ctx, id, options)
		if err != nil {
			return nil, PageInfo{}, err
		}
		return page.Changes, page.PageInfo, nil
	})
}
