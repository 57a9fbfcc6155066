package changelog

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/usererror"

	"entgo.io/ent/dialect/sql"
)

// Removes reports whether the contact does not exist after a change of the kind.
func Removes(kind change.Kind) bool {
	return kind == change.KindDELETE || kind == change.KindERASE || kind == change.KindMERGED
}

// Latest returns the latest change of the contact, nil if the log has none.
func Latest(ctx context.Context, c *ent.Client, account, contact int) (*ent.Change, error) {
	row, err := c.Change.Query().Where(change.AccountID(account), change.ContactID(contact)).
		Order(change.ByVersion(sql.OrderDesc())).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// maxMerges is how many merges MergedInto follows.
const maxMerges = 100

// MergedInto returns the contact that one that does not exist was merged into, perhaps in several
// steps. It returns 0 if it was not merged, if the log does not have that anymore, or if the other
// one does not exist either.
func MergedInto(ctx context.Context, c *ent.Client, account, contact int) (int, error) {
	for range maxMerges {
		row, err := Latest(ctx, c, account, contact)
		if err != nil || row == nil || row.Kind != change.KindMERGED || row.Merged == nil || row.Merged.Into == nil {
			return 0, err
		}
		contact = row.Merged.Into.Contact
		exists, err := c.Contact.Query().Where(entcontact.AccountID(account), entcontact.ID(contact)).Exist(ctx)
		if err != nil || exists {
			return contact, err
		}
	}
	return 0, nil
}

// NotFound returns the error about a contact that does not exist: Merged if it was merged into
// another one, and otherwise NotFound.
func NotFound(ctx context.Context, c *ent.Client, account, contact int) error {
	into, err := MergedInto(ctx, c, account, contact)
	switch {
	case err != nil:
		return err
	case into != 0:
		return usererror.NewMerged(contact, into)
	}
	return usererror.NewNotFound("Contact", contact)
}
