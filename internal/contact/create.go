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
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// maxCreate is the largest number of contacts in one CreateAll: its rows are inserted in statements
// with a bounded number of parameters.
const maxCreate = 500

// Limits of the registration, in UTF-16 units.
const (
	MaxRegistrationSource = 50
	MaxRegistrationIP     = 16
	maxSecret             = 100
)

// Create is the command that creates a contact. Only staff create contacts: customers cannot
// register themselves here. Only admins choose the id, the secret and the hash of the password.
type Create struct {
	ID                 int       // 0 for the next free one; imports keep those of their source
	Secret             string    // "" for a random one
	RegisteredAt       time.Time // zero for now
	RegistrationSource string
	RegistrationIP     string
	RegistrationStore  *int
	Set                field.Patch
	Password           *PasswordChange // nil for none: then the contact cannot sign in
	// PasswordHash is the stored form of a password, "" for none. With Password, it is ignored.
	PasswordHash string
	Details
}

// Create creates a contact. It fails with Errors: Forbidden alone, or everything that is wrong with
// the values, unique keys and references. Required properties may be set later; once set, they
// cannot be cleared.
func (s *Service) Create(ctx context.Context, c Create) (*Result, error) { return s.run(ctx, c) }

// CreateAll creates at most 500 contacts, all or none, each with its own row in the change log. It
// fails as Create does, with the errors of all contacts.
func (s *Service) CreateAll(ctx context.Context, cs []Create) ([]*Result, error) {
	if len(cs) > maxCreate {
		return nil, fmt.Errorf("creating %d contacts at once: at most %d", len(cs), maxCreate)
	}
	if _, err := authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Agent)); err != nil {
		return nil, err
	}
	commands := make([]Command, len(cs))
	for i, c := range cs {
		commands[i] = c
	}
	outcomes, err := s.runAll(ctx, commands)
	if err != nil {
		return nil, err
	}
	var errs usererror.Errors
	results := make([]*Result, len(outcomes))
	for i, o := range outcomes {
		results[i] = o.Result
		if !o.Errors.Has(usererror.NotApplied) {
			errs = append(errs, o.Errors...)
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return results, nil
}

func (Create) subject() string { return "" }

func (c Create) prepare(ctx context.Context, s *Service) (*prepared, error) {
	v, err := authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Agent))
	if err != nil {
		return nil, err
	}
	d, err := s.draft(ctx, v, c, 0)
	if err != nil {
		return nil, err
	}
	return &prepared{viewer: v, chosen: c.ID, begin: func(ctx context.Context, t *transaction) (*unitOfWork, error) { return t.create(ctx, d) }}, nil
}

// draft is a contact to create, checked as far as possible outside the transaction.
type draft struct {
	Create

	set  field.Patch
	hash *string
	errs usererror.Errors

	// These restore a deleted contact; a new one can have the last.
	undoes       *revision.Version
	deleted      revision.Version // that of the deletion
	secret       string
	registeredAt time.Time
}

// draft checks c for the contact with the id, 0 if it is new.
func (s *Service) draft(ctx context.Context, v viewer.Viewer, c Create, id int) (*draft, error) {
	d := &draft{Create: c, secret: rand.Text()}
	d.keepOrigin(v)
	if !c.RegisteredAt.IsZero() {
		d.registeredAt = c.RegisteredAt.UTC().Truncate(time.Microsecond)
		if !storable.Time(d.registeredAt) {
			d.errs.Add(usererror.Invalid, field.PathRegisteredAt, "%s must be a time in the years 1 to 9999.", field.PathRegisteredAt)
		}
	}
	d.errs.CheckText(field.PathRegistrationSource, field.PathRegistrationSource, c.RegistrationSource, MaxRegistrationSource)
	d.errs.CheckText(field.PathRegistrationIP, field.PathRegistrationIP, c.RegistrationIP, MaxRegistrationIP)
	d.set, d.Details = s.checkPatch(&d.errs, c.Set), c.check(&d.errs)
	if c.PasswordHash != "" {
		d.hash = &c.PasswordHash
	}
	if c.Password != nil {
		p, err := s.preparePassword(ctx, v, Update{ID: id, Password: c.Password}, &d.errs)
		if err != nil {
			return nil, err
		}
		if p != nil {
			d.hash = &p.hash
		}
	}
	return d, nil
}

// keepOrigin takes over what an import keeps of another system.
func (d *draft) keepOrigin(v viewer.Viewer) {
	if d.ID != 0 {
		checkKept(&d.errs, v, pathContactID)
	}
	if d.Secret != "" {
		checkKept(&d.errs, v, field.PathSecret)
		d.errs.CheckText(field.PathSecret, field.PathSecret, d.Secret, maxSecret)
		d.secret = d.Secret
	}
	if d.PasswordHash != "" {
		checkKept(&d.errs, v, field.PathPassword)
	}
}

// checkKept adds an error if the viewer may not decide what the server decides otherwise.
func checkKept(errs *usererror.Errors, v viewer.Viewer, path string) {
	if !v.Is(viewer.Admin) {
		*errs = append(*errs, usererror.NewForbidden(path, "Only admins may import "+path+"."))
	}
}

// create returns the write of a contact that does not exist yet: its old state is empty.
func (t *transaction) create(ctx context.Context, d *draft) (*unitOfWork, error) {
	if err := t.chooseID(ctx, d); err != nil {
		return nil, err
	}
	now := t.timestamp()
	next := &ent.Contact{
		ID: d.ID, AccountID: t.viewer.Account, Secret: d.secret, Version: t.tx.NextVersion(d.deleted), RegisteredAt: d.registeredAt, LastModified: now,
		RegistrationSource: d.RegistrationSource, RegistrationIP: d.RegistrationIP, RegistrationStoreID: d.RegistrationStore,
		PasswordHash: d.hash,
	}
	if next.RegisteredAt.IsZero() {
		next.RegisteredAt = now
	}
	w := &unitOfWork{transaction: t, kind: change.KindCREATE, undoes: d.undoes, errs: slices.Clone(d.errs), old: &ent.Contact{}, next: next}
	if d.RegistrationStore != nil {
		if err := w.checkExists(ctx, storeReference, field.PathRegistrationStore, *d.RegistrationStore); err != nil {
			return nil, err
		}
	}
	if err := w.apply(ctx, Lock{OnConflict: Overwrite}, edit{set: d.set, details: d.Details}); err != nil {
		return nil, err
	}
	w.checkSegment(w.newSegments())
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

// insert inserts the rows of new contacts.
func (t *transaction) insert(ctx context.Context, writes []*unitOfWork) error {
	if len(writes) == 0 {
		return nil
	}
	bulk, chosen := make([]*ent.ContactCreate, len(writes)), 0
	for i, w := range writes {
		chosen = max(chosen, w.next.ID)
		c, err := newContact(t.tx, w.next)
		if err != nil {
			return err
		}
		bulk[i] = c
	}
	if err := t.tx.ReserveID(ctx, entcontact.Table, chosen); err != nil {
		return err
	}
	created, err := t.tx.Ent.Contact.CreateBulk(bulk...).Save(ctx)
	if err != nil {
		return translate(err)
	}
	for i, w := range writes {
		w.next = created[i]
	}
	return nil
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
