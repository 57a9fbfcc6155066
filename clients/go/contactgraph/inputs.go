package contactgraph

import "time"

// Version is the version of a contact. It is opaque: store it and send it back.
type Version string

// ContactPatch has the fields to write. An absent field, the zero value of Opt, stays unchanged.
//
// LimitMailsPermanently and NewPassword cannot be cleared.
type ContactPatch struct {
	Email                      Opt[string]    `json:"email,omitzero"`
	PhoneCountryCode           Opt[string]    `json:"phoneCountryCode,omitzero"`
	Phone                      Opt[string]    `json:"phone,omitzero"`
	FirstName                  Opt[string]    `json:"firstName,omitzero"`
	LastName                   Opt[string]    `json:"lastName,omitzero"`
	LatestPermissionSource     Opt[string]    `json:"latestPermissionSource,omitzero"`
	LimitMailsPermanently      Opt[bool]      `json:"limitMailsPermanently,omitzero"`
	LimitMailsTemporarilyUntil Opt[time.Time] `json:"limitMailsTemporarilyUntil,omitzero"`
	PreferredStoreID           Opt[string]    `json:"preferredStoreId,omitzero"` // a global id or plain number
	CompanyID                  Opt[string]    `json:"companyId,omitzero"`        // a global id or plain number
	NewPassword                Opt[string]    `json:"newPassword,omitzero"`
	CurrentPassword            Opt[string]    `json:"currentPassword,omitzero"`

	// Properties by their API name. One that is not in the map stays unchanged, and nil clears it.
	// Numbers and lists have their JSON types: see Contact.custom in the schema.
	Custom map[string]any `json:"custom,omitzero"`
}

// UpdateContactInput is a write of a contact's own fields, and of properties by their API name.
type UpdateContactInput struct {
	// The global id or the plain number.
	ID string `json:"id"`
	// The version that the caller read. Optional only with ConflictPolicyOverwrite.
	ExpectedVersion Version `json:"expectedVersion,omitzero"`
	// What to do if the contact has a different version: ConflictPolicyReject if it is empty.
	OnConflict ConflictPolicy `json:"onConflict,omitzero"`
	Set        ContactPatch   `json:"set"`
}

// SetContactDetailsInput is a write of a contact's properties, logins, external ids and segments.
// Lists that are nil stay unchanged, and an empty list removes all elements.
type SetContactDetailsInput struct {
	// The global id or the plain number.
	ID string `json:"id"`
	// The version that the caller read. Optional only with ConflictPolicyOverwrite.
	ExpectedVersion Version `json:"expectedVersion,omitzero"`
	// What to do if the contact has a different version: ConflictPolicyReject if it is empty.
	OnConflict ConflictPolicy `json:"onConflict,omitzero"`
	// The properties to write. Others stay unchanged.
	Properties []ContactPropertyInput `json:"properties,omitzero"`
	// More properties, by their API name: see ContactPatch.
	Custom map[string]any `json:"custom,omitzero"`

	// The complete new sets.
	Logins      []LoginInput      `json:"logins,omitzero"`
	ExternalIDs []ExternalIDInput `json:"externalIds,omitzero"`
	Membership  []string          `json:"membership,omitzero"` // ids of segments

	// What to add and to remove, instead of sending the complete sets. This never overlaps with
	// writes by others.
	AddLogins            []LoginInput      `json:"addLogins,omitzero"`
	RemoveLogins         []string          `json:"removeLogins,omitzero"` // names
	AddExternalIDs       []ExternalIDInput `json:"addExternalIds,omitzero"`
	RemoveExternalIDs    []ExternalIDInput `json:"removeExternalIds,omitzero"`
	AddToMembership      []string          `json:"addToMembership,omitzero"`
	RemoveFromMembership []string          `json:"removeFromMembership,omitzero"`
}

// ContactPropertyInput has the values of one property.
type ContactPropertyInput struct {
	// The global id or the plain number of the property.
	PropertyID string `json:"propertyId"`
	// All values. If they are nil the property stays unchanged, and an empty list clears it.
	Values []PropertyValueInput `json:"values,omitzero"`
	// Values to add and texts of values to remove, of a property that can have several.
	Add    []PropertyValueInput `json:"add,omitzero"`
	Remove []string             `json:"remove,omitzero"`
}

// PropertyValueInput is one value of a property, in the format of the property's type.
type PropertyValueInput struct {
	Value       string `json:"value"`
	Description string `json:"description,omitzero"`
}

// LoginInput is a name to sign in with.
type LoginInput struct {
	Name string    `json:"name"`
	Type LoginType `json:"type,omitzero"`
}

// ExternalIDInput is the id of a contact in another system.
type ExternalIDInput struct {
	System string `json:"system"`
	Value  string `json:"value"`
}

// CreateContactInput is a new contact.
type CreateContactInput struct {
	RegistrationSource  string                 `json:"registrationSource"`
	RegistrationIP      string                 `json:"registrationIp,omitzero"`
	RegistrationStoreID string                 `json:"registrationStoreId,omitzero"` // a global id or plain number
	Set                 ContactPatch           `json:"set"`
	Properties          []ContactPropertyInput `json:"properties,omitzero"`
	Logins              []LoginInput           `json:"logins,omitzero"`
	ExternalIDs         []ExternalIDInput      `json:"externalIds,omitzero"`
	Membership          []string               `json:"membership,omitzero"` // ids of segments
}

// DeleteContactInput is the contact to delete.
type DeleteContactInput struct {
	// The global id or the plain number.
	ID string `json:"id"`
	// The version that the caller read. Optional only with ConflictPolicyOverwrite.
	ExpectedVersion Version `json:"expectedVersion,omitzero"`
	// What to do if the contact has a different version: ConflictPolicyReject if it is empty.
	OnConflict ConflictPolicy `json:"onConflict,omitzero"`
}

// UndoChangeInput is the change to undo.
type UndoChangeInput struct {
	ID string `json:"id"` // Change.ID, or Written.ChangeID
}

// EraseContactInput is the contact to erase.
type EraseContactInput struct {
	ID string `json:"id"` // the global id or the plain number; it may already be deleted
}

// CreateContactsInput has new contacts.
type CreateContactsInput struct {
	Items []CreateContactInput `json:"items"` // at most 100
	// What to do if an item fails: BatchErrorPolicyAllOrNothing if it is empty.
	ErrorPolicy BatchErrorPolicy `json:"errorPolicy,omitzero"`
}

// ContactMatch is the unique key by which a contact is found: exactly one of Email, Phone and
// ExternalID.
type ContactMatch struct {
	Email            string           `json:"email,omitzero"`
	Phone            string           `json:"phone,omitzero"`
	PhoneCountryCode string           `json:"phoneCountryCode,omitzero"` // of Phone
	ExternalID       *ExternalIDInput `json:"externalId,omitzero"`
}

// UpsertContactInput is a write of the contact that has a unique key. If there is none, it is
// created. Lists that are nil stay unchanged, as in SetContactDetailsInput.
type UpsertContactInput struct {
	// The key by which the contact is found. A new contact gets it, unless Set has another one.
	Match ContactMatch `json:"match"`
	// The version that the caller read. If it is empty, the contact is updated as it is now;
	// otherwise it must exist.
	ExpectedVersion Version `json:"expectedVersion,omitzero"`
	// What to do if the contact has a different version: ConflictPolicyReject if it is empty.
	OnConflict ConflictPolicy `json:"onConflict,omitzero"`
	Set        ContactPatch   `json:"set"`
	// The properties to write. Others stay unchanged.
	Properties []ContactPropertyInput `json:"properties,omitzero"`

	// The complete new sets.
	Logins      []LoginInput      `json:"logins,omitzero"`
	ExternalIDs []ExternalIDInput `json:"externalIds,omitzero"`
	Membership  []string          `json:"membership,omitzero"` // ids of segments

	// What to add and to remove, instead of sending the complete sets.
	AddLogins            []LoginInput      `json:"addLogins,omitzero"`
	RemoveLogins         []string          `json:"removeLogins,omitzero"` // names
	AddExternalIDs       []ExternalIDInput `json:"addExternalIds,omitzero"`
	RemoveExternalIDs    []ExternalIDInput `json:"removeExternalIds,omitzero"`
	AddToMembership      []string          `json:"addToMembership,omitzero"`
	RemoveFromMembership []string          `json:"removeFromMembership,omitzero"`

	// Of a new contact.
	RegistrationSource  string `json:"registrationSource"`
	RegistrationIP      string `json:"registrationIp,omitzero"`
	RegistrationStoreID string `json:"registrationStoreId,omitzero"` // a global id or plain number
}

// UpsertContactsInput has contacts to update or create.
type UpsertContactsInput struct {
	Items []UpsertContactInput `json:"items"` // at most 100
	// What to do if an item fails: BatchErrorPolicyAllOrNothing if it is empty.
	ErrorPolicy BatchErrorPolicy `json:"errorPolicy,omitzero"`
}

// UpdateContactsInput has updates of contacts.
type UpdateContactsInput struct {
	Items []UpdateContactInput `json:"items"` // at most 100
	// What to do if an item fails: BatchErrorPolicyAllOrNothing if it is empty.
	ErrorPolicy BatchErrorPolicy `json:"errorPolicy,omitzero"`
}

// SetContactsDetailsInput has writes of the details of contacts.
type SetContactsDetailsInput struct {
	Items []SetContactDetailsInput `json:"items"` // at most 100
	// What to do if an item fails: BatchErrorPolicyAllOrNothing if it is empty.
	ErrorPolicy BatchErrorPolicy `json:"errorPolicy,omitzero"`
}

// DeleteContactsInput has contacts to delete.
type DeleteContactsInput struct {
	Items []DeleteContactInput `json:"items"` // at most 100
	// What to do if an item fails: BatchErrorPolicyAllOrNothing if it is empty.
	ErrorPolicy BatchErrorPolicy `json:"errorPolicy,omitzero"`
}

// SignInInput is who signs in. Sessions in cookies are for pages, so it has no field for them.
type SignInInput struct {
	Account  string `json:"account"` // its name
	Login    string `json:"login"`
	Password string `json:"password"`
	Code     string `json:"code,omitzero"` // of the authenticator app, or a recovery code
}

// SignOutInput is which sessions to end.
type SignOutInput struct {
	Everywhere bool `json:"everywhere,omitzero"` // all sessions of the viewer, instead of only this one
}

// ContactFilter is a filter on a list of contacts, which must match all its conditions. The schema
// has their rules.
type ContactFilter struct {
	Name             string           `json:"name,omitzero"`
	Email            string           `json:"email,omitzero"`
	Phone            string           `json:"phone,omitzero"`
	PhoneCountryCode string           `json:"phoneCountryCode,omitzero"`
	ExternalID       *ExternalIDInput `json:"externalId,omitzero"`
	StoreID          string           `json:"storeId,omitzero"`
	CompanyID        string           `json:"companyId,omitzero"`
	SegmentID        string           `json:"segmentId,omitzero"`
	ModifiedSince    time.Time        `json:"modifiedSince,omitzero"`
	JobID            string           `json:"jobId,omitzero"`
	Search           string           `json:"search,omitzero"` // what people type to find a contact
}

// ContactOrder is the order of a list of contacts.
type ContactOrder struct {
	Field     ContactOrderField `json:"field"`
	Direction OrderDirection    `json:"direction,omitzero"` // OrderDirectionAsc if it is empty
}
