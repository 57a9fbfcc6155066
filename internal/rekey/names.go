package rekey

import (
	"context"
	"log/slog"

	entaccount "contactgraph/ent/account"
	"contactgraph/ent/property"
	"contactgraph/ent/role"
	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/normalize"
)

// named is a row with a name, or a login of a user, that is unique under its normal form.
type named struct {
	id        int
	key, form string // that is stored, and that the text leads to
}

// pending returns the rows whose key changes, in an order in which they can be written one by one.
// A row whose form another one has keeps its former key: it is in stuck.
func pending(rows []named) (changes, stuck []named) {
	taken := map[string]bool{}
	for _, n := range rows {
		taken[n.key] = true
	}
	for moved := true; moved; {
		moved, stuck = false, nil
		for i := range rows {
			n := &rows[i]
			switch {
			case n.key == n.form || n.form == "":
			case taken[n.form]:
				stuck = append(stuck, *n)
			default:
				delete(taken, n.key)
				taken[n.form], n.key, moved = true, n.form, true
				changes = append(changes, *n)
			}
		}
	}
	return changes, stuck
}

// rename computes the keys of the users, roles and properties of the account.
func (r *run) rename(ctx context.Context) error {
	for _, kind := range []struct {
		noun string
		read func(context.Context, *database.Tx) ([]named, error)
		set  func(context.Context, *database.Tx, named) error
	}{
		{"user", r.users, func(ctx context.Context, tx *database.Tx, n named) error {
			return tx.Ent.User.Update().Where(user.AccountID(r.account), user.ID(n.id)).SetLoginKey(n.key).Exec(ctx)
		}},
		{"role", r.roles, func(ctx context.Context, tx *database.Tx, n named) error {
			return tx.Ent.Role.Update().Where(role.AccountID(r.account), role.ID(n.id)).SetNameKey(n.key).Exec(ctx)
		}},
		{"property", r.properties, func(ctx context.Context, tx *database.Tx, n named) error {
			return tx.Ent.Property.Update().Where(property.AccountID(r.account), property.ID(n.id)).SetNameKey(n.key).Exec(ctx)
		}},
	} {
		if err := r.renameAll(ctx, kind.noun, kind.read, kind.set); err != nil {
			return err
		}
	}
	return nil
}

// renameAll computes the keys of rows in one transaction.
func (s *Service) renameAll(ctx context.Context, noun string, read func(context.Context, *database.Tx) ([]named, error),
	set func(context.Context, *database.Tx, named) error,
) error {
	var stuck []named
	err := s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		rows, err := read(ctx, tx)
		if err != nil {
			return err
		}
		var changes []named
		changes, stuck = pending(rows)
		for _, n := range changes {
			err := set(ctx, tx, n)
			if dberr.IsUnique(err) { // another process has taken it in between
				err = dberr.Raced(err)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, n := range stuck {
		s.log.WarnContext(ctx, "by the current rules, a name equals another one, so it keeps its earlier key: rename one of the two",
			slog.String("kind", noun), slog.Int("id", n.id))
	}
	return err
}

func (r *run) users(ctx context.Context, tx *database.Tx) (rows []named, err error) {
	all, err := tx.Ent.User.Query().Where(user.AccountID(r.account)).Order(user.ByID()).All(ctx)
	for _, u := range all {
		rows = append(rows, named{u.ID, u.LoginKey, normalize.Email(u.Login)})
	}
	return rows, err
}

func (r *run) roles(ctx context.Context, tx *database.Tx) (rows []named, err error) {
	all, err := tx.Ent.Role.Query().Where(role.AccountID(r.account)).Order(role.ByID()).All(ctx)
	for _, o := range all {
		rows = append(rows, named{o.ID, o.NameKey, normalize.Name(o.Name)})
	}
	return rows, err
}

func (r *run) properties(ctx context.Context, tx *database.Tx) (rows []named, err error) {
	all, err := tx.Ent.Property.Query().Where(property.AccountID(r.account)).Order(property.ByID()).All(ctx)
	for _, p := range all {
		rows = append(rows, named{p.ID, p.NameKey, normalize.Name(p.Name)})
	}
	return rows, err
}

// renameAccounts computes the keys of all accounts.
func (s *Service) renameAccounts(ctx context.Context) error {
	return s.renameAll(ctx, "account", func(ctx context.Context, tx *database.Tx) (rows []named, err error) {
		all, err := tx.Ent.Account.Query().Order(entaccount.ByID()).All(ctx)
		for _, a := range all {
			rows = append(rows, named{a.ID, a.NameKey, normalize.Name(a.Name)})
		}
		return rows, err
	}, func(ctx context.Context, tx *database.Tx, n named) error {
		return tx.Ent.Account.Update().Where(entaccount.ID(n.id)).SetNameKey(n.key).Exec(ctx)
	})
}
