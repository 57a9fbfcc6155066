package rekey

import (
	"context"
	"log/slog"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/derivation"
	"contactgraph/ent/login"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"
)

// Collision is a contact that has a text without its key, because another contact has the key.
type Collision struct {
	Key     string // email, phone or login
	Contact int
	Owner   int // 0 if the key is free: the next run gives it to the contact
}

// State is how far the contacts of an account are computed.
type State struct {
	Account    int
	Name       string
	Pending    bool // they are computed at the next start of a server
	Newer      bool // a newer version of the program has computed them
	Done       *int // the contacts up to this id are computed; nil if all are
	Collisions []Collision
}

// StateOf returns the state of all accounts by their ids, as a client reads it.
func StateOf(ctx context.Context, c *ent.Client) ([]State, error) {
	accounts, err := c.Account.Query().Order(entaccount.ByID()).All(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		return nil, err
	}
	states := make([]State, len(accounts))
	for i, a := range accounts {
		s := &states[i]
		s.Account, s.Name = a.ID, a.Name
		ctx := viewer.NewSystemContext(ctx, a.ID)
		row, err := c.Derivation.Query().Where(derivation.AccountID(a.ID)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			s.Pending = true
		case err != nil:
			return nil, err
		default:
			s.Pending, s.Newer, s.Done = row.Forms < normalize.FormsVersion, row.Forms > normalize.FormsVersion, row.Done
		}
		if s.Collisions, err = collisions(ctx, c, a); err != nil {
			return nil, err
		}
	}
	return states, nil
}

// collisions returns the collisions of an account.
func collisions(ctx context.Context, c *ent.Client, a *ent.Account) (all []Collision, err error) {
	forms := deriver{a.Settings.DefaultCountry, map[int]*derived{}}
	for _, k := range keyColumns {
		found, err := c.Contact.Query().Where(entcontact.AccountID(a.ID), k.keyless).Order(entcontact.ByID()).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			key := k.form(forms.of(o))
			if key == nil { // a text that is no address or number
				continue
			}
			owner, err := c.Contact.Query().Where(entcontact.AccountID(a.ID), k.is(*key)).FirstID(ctx)
			if err != nil && !ent.IsNotFound(err) {
				return nil, err
			}
			all = append(all, Collision{k.noun, o.ID, owner})
		}
	}
	hidden, err := hiddenLogins(ctx, c, a.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range hidden {
		owner, err := c.Login.Query().Where(login.AccountID(a.ID), login.NameKey(loginKey(l)), login.IDNEQ(l.ID)).First(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return nil, err
		}
		collision := Collision{Key: "login", Contact: l.ContactID}
		if owner != nil {
			collision.Owner = owner.ContactID
		}
		all = append(all, collision)
	}
	return all, nil
}

// maxReported is how many collisions of an account the log lists.
const maxReported = 100

// report lists the collisions of the account in the log.
func (r *run) report(ctx context.Context) error {
	a, err := r.db.Client().Account.Query().Where(entaccount.ID(r.account)).Only(ctx)
	if err != nil {
		return err
	}
	all, err := collisions(ctx, r.db.Client(), a)
	for i, c := range all {
		if i == maxReported {
			r.log.WarnContext(ctx, "more contacts have no key: contactgraph migrate status lists all",
				slog.Int("account_id", r.account), slog.Int("more", len(all)-maxReported))
			break
		}
		r.log.WarnContext(ctx, "a contact is not found by its key, because another contact has it", slog.String("key", c.Key),
			slog.Int("account_id", r.account), slog.Int("contact_id", c.Contact), slog.Int("owner_id", c.Owner))
	}
	return err
}
