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
	putID(p, field.PreferredStore, "Store", in.PreferredStoreID)
	putID(p, field.Company, "Company", in.CompanyID)
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
	return contact.Update{ID: globalid.Of("Contact", in.ID), Lock: lockOf(in.ExpectedVersion, in.OnConflict), Set: set, Password: password}
}

// put adds a field that is present in the input: its value, or nil for null.
func put[T any](p field.Patch, f *field.Field, o graphql.Omittable[*T]) {
	v, ok := o.ValueOK()
	switch {
	case !ok:
	case v == nil:
		p[f] = nil
	default:
		p[f] = *v
	}
}

func putID(p field.Patch, f *field.Field, typ string, o graphql.Omittable[*string]) {
	put(p, f, o)
	if text, ok := p[f].(string); ok {
		p[f] = globalid.Of(typ, text)
	}
}

// detailsOf translates the fields that setContactDetails and createContact share. A null list
// counts as absent.
func detailsOf(properties []*model.ContactPropertyInput, logins []*model.LoginInput, membership []string) contact.Details {
	var d contact.Details
	for _, p := range properties {
		if values, ok := p.Values.ValueOK(); ok && values != nil {
			d.Properties = append(d.Properties, contact.PropertyPatch{
				Property: globalid.Of("Property", p.PropertyID), Values: valuesOf(values),
			})
		}
	}
	if logins != nil {
		set := make([]field.Login, len(logins))
		for i, l := range logins {
			set[i] = field.Login{Name: l.Name, Kind: l.Type}
		}
		d.Logins = &set
	}
	if membership != nil {
		set := make([]int, len(membership))
		for i, id := range membership {
			set[i] = globalid.Of("Segment", id)
		}
		d.Membership = &set
	}
	return d
}

func valuesOf(in []*model.PropertyValueInput) []field.Value {
	values := make([]field.Value, len(in))
	for i, v := range in {
		values[i] = field.Value{Value: v.Value, Description: v.Description.Value()}
	}
	return values
}

// changeOf parses the id of a change. For an invalid text it returns an id that no change has.
func changeOf(text string) revision.ChangeID {
	id, _ := revision.ParseChangeID(text)
	return id
}

// feedArgsOf translates the arguments of contactChanges. It fails with revision.ErrNotCursor.
func feedArgsOf(after, contactID *string) (a changelog.PageArgs, err error) {
	if contactID != nil {
		a.Contact = new(globalid.Of("Contact", *contactID))
	}
	if after != nil {
		cursor, err := revision.ParseCursor(*after)
		if err != nil {
			return a, err
		}
		a.After = &cursor
	}
	return a, nil
}

// below returns the smaller of limit and usual; a nil limit means usual.
func below(limit *revision.Version, usual revision.Version) revision.Version {
	if limit == nil {
		return usual
	}
	return min(*limit, usual)
}

// filterOf translates a filter. An invalid id becomes an id that no object has.
func filterOf(in *model.ContactFilter) query.Filter {
	if in == nil {
		return query.Filter{}
	}
	return query.Filter{
		Name: in.Name.Value(), Email: in.Email.Value(), Phone: in.Phone.Value(), CountryCode: in.PhoneCountryCode.Value(),
		Store: idOf("Store", in.StoreID), Company: idOf("Company", in.CompanyID), Segment: idOf("Segment", in.SegmentID),
		ModifiedSince: in.ModifiedSince.Value(), Search: in.Search.Value(),
	}
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
