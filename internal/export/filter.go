package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/globalid"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
)

// filter is a ContactFilter of the GraphQL API as JSON.
type filter struct {
	Name             *string           `json:"name"`
	Email            *string           `json:"email"`
	Phone            *string           `json:"phone"`
	PhoneCountryCode *string           `json:"phoneCountryCode"`
	ExternalID       *field.ExternalID `json:"externalId"`
	StoreID          *objectID         `json:"storeId"`
	CompanyID        *objectID         `json:"companyId"`
	SegmentID        *objectID         `json:"segmentId"`
	ModifiedSince    *string           `json:"modifiedSince"`
	Search           *string           `json:"search"`
}

// objectID is a global id or a plain number, as a string or as a number.
type objectID string

// UnmarshalJSON reads an id.
func (id *objectID) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*id = objectID(text)
		return nil
	}
	n, err := strconv.Atoi(string(b))
	*id = objectID(strconv.Itoa(n))
	return err
}

// of returns the number of the object, nil for a nil id. An invalid id becomes one that no object
// has.
func (id *objectID) of(typ string) *int {
	if id == nil {
		return nil
	}
	return new(globalid.Of(typ, string(*id)))
}

// ParseFilter reads the JSON of a ContactFilter of the GraphQL API. It fails with
// usererror.ErrArguments.
func ParseFilter(text []byte) (query.Filter, error) {
	var f filter
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(&f)
	if err == nil && d.More() {
		err = errors.New("it has more than one value")
	}
	if err == nil && !storable.Text(string(text)) {
		err = errors.New("it is not valid UTF-8")
	}
	if err != nil {
		return query.Filter{}, usererror.NewInvalidArguments("filter must be the JSON of a ContactFilter: %s.", err)
	}
	since, err := f.since()
	return query.Filter{
		Name: f.Name, Email: f.Email, Phone: f.Phone, CountryCode: f.PhoneCountryCode, ExternalID: f.ExternalID,
		Store: f.StoreID.of("Store"), Company: f.CompanyID.of("Company"), Segment: f.SegmentID.of("Segment"),
		ModifiedSince: since, Search: f.Search,
	}, err
}

func (f filter) since() (*time.Time, error) {
	if f.ModifiedSince == nil {
		return nil, nil
	}
	t, err := revision.ParseTime(*f.ModifiedSince)
	if err != nil {
		return nil, usererror.NewInvalidArguments("filter: modifiedSince must be an RFC 3339 time, which %q is not.", *f.ModifiedSince)
	}
	return &t, nil
}

// MaxIDs is how many contacts can be listed.
const MaxIDs = 10_000

// ParseIDs reads the ids of contacts, global ids or plain numbers, that are separated by commas. It
// fails with usererror.ErrArguments for more than MaxIDs. An invalid id becomes one that no contact
// has.
func ParseIDs(text string) ([]int, error) {
	list := strings.Split(text, ",")
	if len(list) > MaxIDs {
		return nil, usererror.NewInvalidArguments("ids must have at most %d ids. Send a filter.", MaxIDs)
	}
	ids := make([]int, len(list))
	for i, id := range list {
		ids[i] = globalid.Of("Contact", id)
	}
	return ids, nil
}
