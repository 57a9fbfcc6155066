package contact

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// maxCreate is the largest number of contacts in one CreateAll: its rows are inserted in statements
// with a bounded number of parameters.
const maxCreate = 500

// Limits of the registration, in UTF-16 units.
const (
	maxRegistrationSource = 50
	maxRegistrationIP     = 16
)

// Create is the command that creates a contact. Only staff create contacts: customers cannot
// register themselves here.
type Create struct {
	ID                 int // 0 for the next free one; the demo data chooses its own
	RegistrationSource string
	RegistrationIP     string
	RegistrationStore  *int
	Set                field.Patch
	Password           *PasswordChange // nil for none: then the contact cannot sign in
	Details
}

// Create creates a contact. It fails with Errors: Forbidden alone, or everything that is wrong with
// the values, unique keys and references. Required properties may be set later; once set, they
// cannot be cleared.
func (s *Service) Create(ctx context.Context, c Create) (*Result, error) {
	results, err := s.CreateAll(ctx, []Create{c})
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// CreateAll creates at most 500 contacts, all or none, each with its own row in the change log. It
// fails as Create does, with the errors of all contacts.
func (s *Service) CreateAll(ctx context.Context, cs []Create) ([]*Result, error) {
	v, err := authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Agent))
	if err != nil {
		return nil, err
	}
	if len(cs) > maxCreate {
		return nil, fmt.Errorf("creating %d contacts at once: at most %d", len(cs), maxCreate)
	}
	drafts := make([]*draft, len(cs))
	for i := range cs {
		if drafts[i], err = s.draft(ctx, v, cs[i]); err != nil {
			return nil, err
		}
	}
	keys := s.throttle.newKeyCheck(v)
	results, err := s.writeAll(ctx, v, s.transactionFor(0), func(ctx context.Context, tx *database.Tx) ([]*Result, error) {
		return s.createAll(ctx, tx, v, keys, drafts)
	})
	keys.report(ctx, err)
	return results, err
}

// draft is a contact to create, checked as far as possible outside the transaction.
type draft struct {
	Create

	set  field.Patch
	hash *string
	errs usererror.Errors

	// These restore a deleted contact.
	undoes       *revision.Version
	version      revision.Version // the one after the deletion
	secret       string
	registeredAt time.Time
}

func (s *Service) draft(ctx context.Context, v viewer.Viewer, c Create) (*draft, error) {
	d := &draft{Create: c, version: 1, secret: rand.Text()}
	d.errs.CheckText(field.PathRegistrationSource, field.PathRegistrationSource, c.RegistrationSource, maxRegistrationSource)
	d.errs.CheckText(field.PathRegistrationIP, field.PathRegistrationIP, c.RegistrationIP, maxRegistrationIP)
	d.set, d.Details = checkPatch(&d.errs, c.Set), c.check(&d.errs)
	if c.Password != nil {
		p, err := s.preparePassword(ctx, v, Update{Password: c.Password}, &d.errs)
		if err != nil {
			return nil, err
		}
		if p != nil {
			d.hash = &p.hash
		}
	}
	return d, nil
}

// createAll checks the drafts against the database and each other, and stores them.
func (s *Service) createAll(ctx context.Context, tx *database.Tx, v viewer.Viewer, keys *keyCheck, drafts []*draft) ([]*Result, error) {
	definitions, err := definitionsOf(ctx, tx, v.Account)
	if err != nil {
		return nil, err
	}
	var errs usererror.Errors
	writes := make([]*unitOfWork, len(drafts))
	for i, d := range drafts {
		if writes[i], err = s.newUnitOfWork(ctx, tx, v, d, definitions); err != nil {
			return nil, err
		}
		writes[i].keys = keys
	}
	if err := checkKeys(ctx, tx, v.Account, writes); err != nil {
		return nil, err
	}
	for _, w := range writes {
		w.errs.Sort()
		errs = append(errs, w.errs...)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return s.insertAll(ctx, tx, writes)
}

// newUnitOfWork returns the write of a contact that does not exist yet: its old state is empty.
func (s *Service) newUnitOfWork(ctx context.Context, tx *database.Tx, v viewer.Viewer, d *draft, definitions propertyDefinitions) (*unitOfWork, error) {
	now := s.timestamp()
	next := &ent.Contact{
		ID: d.ID, AccountID: v.Account, Secret: d.secret, Version: d.version, RegisteredAt: d.registeredAt, LastModified: now,
		RegistrationSource: d.RegistrationSource, RegistrationIP: d.RegistrationIP, RegistrationStoreID: d.RegistrationStore,
		PasswordHash: d.hash,
	}
	if next.RegisteredAt.IsZero() {
		next.RegisteredAt = now
	}
	w := &unitOfWork{Service: s, tx: tx, viewer: v, definitions: definitions, undoes: d.undoes, errs: slices.Clone(d.errs), old: &ent.Contact{}, next: next}
	if d.RegistrationStore != nil {
		if err := w.checkExists(ctx, storeReference, field.PathRegistrationStore, *d.RegistrationStore); err != nil {
			return nil, err
		}
	}
	e := w.checkEdit(edit{set: d.set, details: d.Details})
	if err := w.applyEdit(ctx, e); err != nil {
		return nil, err
	}
	w.checkSegment(e.details.Membership)
	w.deriveKeys()
	w.fields = append(registration(next), w.fields...)
	return w, nil
}

// registration returns what the log of a creation or deletion has in addition to the fields, so
// that a deletion can be undone.
func registration(c *ent.Contact) []revision.FieldChange {
	fields := []revision.FieldChange{
		{Path: field.PathSecret, New: c.Secret},
		{Path: field.PathRegisteredAt, New: field.EncodeValue(c.RegisteredAt)},
		{Path: field.PathRegistrationSource, New: c.RegistrationSource},
		{Path: field.PathRegistrationIP, New: c.RegistrationIP},
	}
	if c.RegistrationStoreID != nil {
		fields = append(fields, revision.FieldChange{Path: field.PathRegistrationStore, New: *c.RegistrationStoreID})
	}
	if c.PasswordHash != nil {
		fields = append(fields, revision.FieldChange{Path: field.PathPassword})
	}
	return fields
}

// insertAll inserts the contacts and their search terms, runs the deferred statements, and appends
// to the change log.
func (s *Service) insertAll(ctx context.Context, tx *database.Tx, writes []*unitOfWork) ([]*Result, error) {
	bulk, chosen := make([]*ent.ContactCreate, len(writes)), 0
	for i, w := range writes {
		chosen = max(chosen, w.next.ID)
		c, err := newContact(tx, w.next)
		if err != nil {
			return nil, err
		}
		bulk[i] = c
	}
	if err := tx.ReserveID(ctx, entcontact.Table, chosen); err != nil {
		return nil, err
	}
	created, err := tx.Ent.Contact.CreateBulk(bulk...).Save(ctx)
	if err != nil {
		return nil, translate(err)
	}
	results := make([]*Result, len(writes))
	for i, w := range writes {
		w.next = created[i]
		_, terms := changedTerms(w.old, w.next)
		tx.StageUpdate(database.Update{Account: w.viewer.Account, Contact: w.next.ID, New: terms})
		for _, do := range w.deferred {
			if err := do(ctx); err != nil {
				return nil, translate(err)
			}
		}
		results[i] = w.appendChange(change.KindCREATE)
	}
	return results, nil
}

func newContact(tx *database.Tx, c *ent.Contact) (*ent.ContactCreate, error) {
	create := database.WithID(tx.Ent.Contact.Create(), c.ID).SetSecret(c.Secret).SetVersion(c.Version).SetRegisteredAt(c.RegisteredAt).
		SetRegistrationSource(c.RegistrationSource).SetRegistrationIP(c.RegistrationIP).
		SetNillableRegistrationStoreID(c.RegistrationStoreID)
	names, values := changedColumns(&ent.Contact{}, c)
	for i, name := range names {
		if err := create.Mutation().SetField(name, values[i]); err != nil {
			return nil, err
		}
	}
	return create, nil
}
