package graph

import (
	"contactgraph/graph/model"
	"contactgraph/graph/scalar"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/globalid"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/99designs/gqlgen/graphql"
)

// lockOf translates the version and policy of an input.
func lockOf(expected graphql.Omittable[*revision.Version], policy model.ConflictPolicy) contact.Lock {
	l := contact.Lock{Expected: expected.Value(), OnConflict: policies[policy]}
	l.Malformed = l.Expected != nil && *l.Expected == scalar.Malformed
	return l
}

var policies = map[model.ConflictPolicy]contact.Policy{
	model.ConflictPolicyReject: contact.Reject, model.ConflictPolicyMerge: contact.Merge, model.ConflictPolicyOverwrite: contact.Overwrite,
}

// patchOf translates the fields and the password of an input.
func patchOf(in *model.ContactPatch) (field.Patch, *contact.PasswordChange) {
	p := field.Patch{}
	put(p, field.Email, in.Email)
	put(p, field.PhoneCountryCode, in.PhoneCountryCode)
	put(p, field.Phone, in.Phone)
	put(p, field.FirstName, in.FirstName)
	put(p, field.LastName, in.LastName)
	put(p, field.LimitPermanently, in.LimitMailsPermanently)
	put(p, field.LimitUntil, in.LimitMailsTemporarilyUntil)
	putID(p, field.PreferredStore, typeStore, in.PreferredStoreID)
	putID(p, field.Company, typeCompany, in.CompanyID)
	put(p, field.PermissionSource, in.LatestPermissionSource)
	password, ok := in.NewPassword.ValueOK()
	if !ok {
		return p, nil
	}
	return p, &contact.PasswordChange{New: password, Current: in.CurrentPassword.Value()}
}

// updateOf translates an update.
func updateOf(in *model.UpdateContactInput) contact.Update {
	set, password := patchOf(in.Set)
	return contact.Update{ID: globalid.Of(typeContact, in.ID), Lock: lockOf(in.ExpectedVersion, in.OnConflict), Set: set, Custom: in.Set.Custom.Value(), Password: password}
}

// orEmpty returns the value of a text that is present in the input, "" for null; nil if it is
// absent.
func orEmpty(o graphql.Omittable[*string]) *string {
	text, present := o.ValueOK()
	if present && text == nil {
		text = new("")
	}
	return text
}

// presentOf returns a value that is present in the input, nil if it is absent.
func presentOf[T any](o graphql.Omittable[T]) *T {
	if v, ok := o.ValueOK(); ok {
		return &v
	}
	return nil
}

// put adds a field that is present in the input: its value, or nil for null.
func put[K comparable, T any](p map[K]any, f K, o graphql.Omittable[*T]) {
	v, ok := o.ValueOK()
	switch {
	case !ok:
	case v == nil:
		p[f] = nil
	default:
		p[f] = *v
	}
}

func putID[K comparable](p map[K]any, f K, typ string, o graphql.Omittable[*string]) {
	put(p, f, o)
	if text, ok := p[f].(string); ok {
		p[f] = globalid.Of(typ, text)
	}
}

// setDetailsOf translates a write of details.
func setDetailsOf(in *model.SetContactDetailsInput) contact.SetDetails {
	return contact.SetDetails{ID: globalid.Of(typeContact, in.ID), Lock: lockOf(in.ExpectedVersion, in.OnConflict), Details: detailsOf(in)}
}

// createOf translates a new contact.
func createOf(in *model.CreateContactInput) contact.Create {
	set, password := patchOf(in.Set)
	return contact.Create{
		RegistrationSource: in.RegistrationSource, RegistrationIP: in.RegistrationIP, RegistrationStore: idOf(typeStore, in.RegistrationStoreID),
		Set: set, Password: password,
		Details: detailsOf(&model.SetContactDetailsInput{
			Properties: in.Properties, Custom: in.Set.Custom, Logins: in.Logins, ExternalIds: in.ExternalIds, Membership: in.Membership,
		}),
	}
}

// upsertOf translates an upsert.
func upsertOf(in *model.UpsertContactInput) contact.Upsert {
	set, password := patchOf(in.Set)
	u := contact.Upsert{
		Match: contact.Match{Email: in.Match.Email.Value(), Phone: in.Match.Phone.Value(), PhoneCountryCode: in.Match.PhoneCountryCode.Value()},
		Lock:  lockOf(in.ExpectedVersion, in.OnConflict),
		Create: contact.Create{
			RegistrationSource: in.RegistrationSource, RegistrationIP: in.RegistrationIP, RegistrationStore: idOf(typeStore, in.RegistrationStoreID),
			Set: set, Password: password,
			Details: detailsOf(&model.SetContactDetailsInput{
				Properties: in.Properties, Custom: in.Set.Custom, Logins: in.Logins, ExternalIds: in.ExternalIds, Membership: in.Membership,
				AddLogins: in.AddLogins, AddExternalIds: in.AddExternalIds, AddToMembership: in.AddToMembership,
				RemoveLogins: in.RemoveLogins, RemoveExternalIds: in.RemoveExternalIds, RemoveFromMembership: in.RemoveFromMembership,
			}),
		},
	}
	if e := in.Match.ExternalID.Value(); e != nil {
		u.Match.ExternalID = new(externalIDOf(e))
	}
	return u
}

// deleteOf translates a deletion.
func deleteOf(in *model.DeleteContactInput) contact.Delete {
	return contact.Delete{ID: globalid.Of(typeContact, in.ID), Lock: lockOf(in.ExpectedVersion, in.OnConflict)}
}

// detailsOf translates the details of a write. A null list or object counts as absent.
func detailsOf(in *model.SetContactDetailsInput) contact.Details {
	d := contact.Details{
		Properties: propertiesOf(in.Properties.Value()), Custom: in.Custom.Value(),
		Add: contact.Elements{
			Logins: each(in.AddLogins.Value(), loginOf), ExternalIDs: each(in.AddExternalIds.Value(), externalIDOf),
			Membership: each(in.AddToMembership.Value(), segmentOf),
		},
		Remove: contact.Elements{
			Logins: each(in.RemoveLogins.Value(), loginNamed), ExternalIDs: each(in.RemoveExternalIds.Value(), externalIDOf),
			Membership: each(in.RemoveFromMembership.Value(), segmentOf),
		},
	}
	if set := in.Logins.Value(); set != nil {
		d.Logins = new(each(set, loginOf))
	}
	if set := in.ExternalIds.Value(); set != nil {
		d.ExternalIDs = new(each(set, externalIDOf))
	}
	if set := in.Membership.Value(); set != nil {
		d.Membership = new(each(set, segmentOf))
	}
	return d
}

// propertiesOf translates properties, without those of which nothing is written.
func propertiesOf(in []*model.ContactPropertyInput) (patches []contact.PropertyPatch) {
	for _, p := range in {
		patch := contact.PropertyPatch{
			Property: globalid.Of(typeProperty, p.PropertyID), Values: valuesOf(p.Values.Value()), Add: valuesOf(p.Add.Value()),
			Remove: each(p.Remove.Value(), func(text string) field.Value { return field.Value{Value: text} }),
		}
		if patch.Values != nil || len(patch.Add)+len(patch.Remove) > 0 {
			patches = append(patches, patch)
		}
	}
	return patches
}

func loginOf(in *model.LoginInput) field.Login { return field.Login{Name: in.Name, Kind: in.Type} }

func loginNamed(name string) field.Login { return field.Login{Name: name} }

func segmentOf(id string) int { return globalid.Of(typeSegment, id) }

func externalIDOf(in *model.ExternalIDInput) field.ExternalID {
	return field.ExternalID{System: in.System, Value: in.Value}
}

// valuesOf translates values, nil if there is no list.
func valuesOf(in []*model.PropertyValueInput) []field.Value {
	if in == nil {
		return nil
	}
	return each(in, func(v *model.PropertyValueInput) field.Value {
		return field.Value{Value: v.Value, Description: v.Description.Value()}
	})
}

// changeOf parses the id of a change. For an invalid text it returns an id that no change has.
func changeOf(text string) revision.ChangeID {
	id, _ := revision.ParseChangeID(text)
	return id
}

// feedArgsOf translates the arguments of contactChanges. It fails with revision.ErrNotCursor.
func feedArgsOf(after, contactID *string) (a changelog.PageArgs, err error) {
	if contactID != nil {
		a.Contact = new(globalid.Of(typeContact, *contactID))
	}
	if after = cursorOf(after); after != nil {
		cursor, err := revision.ParseCursor(*after)
		if err != nil {
			return a, err
		}
		a.After = &cursor
	}
	return a, nil
}

// cursorOf returns a cursor, nil for an empty text: clients in languages where a text cannot be
// absent send that. Every argument that is a cursor is read with it.
func cursorOf(text *string) *string {
	if text != nil && *text == "" {
		return nil
	}
	return text
}

// below returns the version of a cursor in the changes of a contact, usual if there is none or it
// is higher. It fails with usererror.ErrArguments for a text that is not such a cursor.
func below(after *string, usual revision.Version) (revision.Version, error) {
	if after = cursorOf(after); after == nil {
		return usual, nil
	}
	limit, err := revision.Parse(*after)
	if err != nil {
		return 0, usererror.NewInvalidArguments("after must be a cursor of this list.")
	}
	return min(limit, usual), nil
}

// filterOf translates a filter. An invalid id becomes an id that no object has.
func filterOf(in *model.ContactFilter) query.Filter {
	if in == nil {
		return query.Filter{}
	}
	f := query.Filter{
		Name: in.Name.Value(), Email: in.Email.Value(), Phone: in.Phone.Value(), CountryCode: in.PhoneCountryCode.Value(),
		Store: idOf(typeStore, in.StoreID), Company: idOf(typeCompany, in.CompanyID), Segment: idOf(typeSegment, in.SegmentID),
		ModifiedSince: in.ModifiedSince.Value(), Search: in.Search.Value(),
	}
	if e := in.ExternalID.Value(); e != nil {
		f.ExternalID = new(externalIDOf(e))
	}
	f.Job = idOf(typeJob, in.JobID)
	return f
}

func idOf(typ string, o graphql.Omittable[*string]) *int {
	text := o.Value()
	if text == nil {
		return nil
	}
	id := globalid.Of(typ, *text)
	return &id
}

var orderFields = map[model.ContactOrderField]query.OrderField{
	model.ContactOrderFieldID:                   query.ByID,
	model.ContactOrderFieldName:                 query.ByName,
	model.ContactOrderFieldLastModified:         query.ByLastModified,
	model.ContactOrderFieldRegistrationDateTime: query.ByRegistration,
}

func orderOf(in *model.ContactOrder) query.Order {
	if in == nil {
		return query.Order{}
	}
	return query.Order{Field: orderFields[in.Field], Desc: in.Direction == model.OrderDirectionDesc}
}
