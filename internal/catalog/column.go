package catalog

import (
	"context"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/company"
	"contactgraph/ent/store"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Column is a field of stores, companies or segments that clients write.
type Column struct {
	Path  string // as clients name it
	Limit int    // the most UTF-16 units of a text; 0 for an id

	column   string
	noun     string // begins the messages about the value
	required bool   // must be neither missing nor blank
	trimmed  bool   // stored without the spaces at its ends
}

// nounName is how errors name the name of an object.
const nounName = "The name"

// Patch is what a write sets: a text or an id, nil for null. What is not in it stays.
type Patch map[*Column]any

// The columns of stores.
var (
	StoreName       = &Column{Path: pathName, Limit: maxName, column: store.FieldName, noun: nounName, required: true}
	StoreNumber     = &Column{Path: pathNumber, Limit: maxNumber, column: store.FieldNumber, noun: "The number", trimmed: true}
	StorePhone      = &Column{Path: "phone", Limit: 50, column: store.FieldPhone, noun: "The phone number"}
	StoreAddress    = &Column{Path: "address", Limit: 250, column: store.FieldAddress, noun: "The address"}
	StoreZipCode    = &Column{Path: "zipCode", Limit: 20, column: store.FieldZipCode, noun: "The postal code"}
	StoreCity       = &Column{Path: "city", Limit: 100, column: store.FieldCity, noun: "The city"}
	StoreEmail      = &Column{Path: "email", Limit: 250, column: store.FieldEmail, noun: "The email address"}
	StoreJSONString = &Column{Path: "jsonString", Limit: 65536, column: store.FieldJSONString, noun: "The text"}
)

// The columns of companies.
var (
	CompanyName           = &Column{Path: pathName, Limit: 255, column: company.FieldName, noun: nounName, required: true}
	CompanyNumber         = &Column{Path: pathNumber, Limit: maxNumber, column: company.FieldNumber, noun: "The number", trimmed: true}
	CompanyEmailDomains   = &Column{Path: "emailDomains", Limit: 2000, column: company.FieldEmailDomains, noun: "The list of domains"}
	CompanyLogo           = &Column{Path: "logo", Limit: 500, column: company.FieldLogo, noun: "The logo"}
	CompanyParent         = &Column{Path: "parentId", column: company.FieldParentID}
	CompanyPrimaryContact = &Column{Path: "primaryContactId", column: company.FieldPrimaryContactID}
)

const (
	pathNumber = "number"
	maxNumber  = 25 // UTF-16 units
)

// segmentName is the only column of segments.
var segmentName = &Column{Path: pathName, Limit: maxName, column: "name", noun: nounName, required: true}

// check returns what is wrong with the texts of the patch, in the order of the columns. isNew is
// whether it creates the object, so that what is required must be in it.
func (p Patch) check(columns []*Column, isNew bool) (errs usererror.Errors) {
	for _, c := range columns {
		v, sent := p[c]
		text, isText := v.(string)
		switch {
		case c.Limit == 0 || !sent && (!c.required || !isNew):
		case isText && strings.TrimSpace(text) != "":
			errs.CheckText(c.Path, c.noun, text, c.Limit)
		case c.required:
			errs.Add(usererror.Required, c.Path, "%s must not be blank.", c.noun)
		case isText:
			errs.Add(usererror.Empty, c.Path, "%s must not be blank. Null clears it.", c.noun)
		}
	}
	return errs
}

// text returns the value that is stored for a column, nil for null.
func (p Patch) text(c *Column) *string {
	text, ok := p[c].(string)
	if !ok {
		return nil
	}
	if c.trimmed {
		text = strings.TrimSpace(text)
	}
	return &text
}

// id returns the id that the patch sets in a column; ok is false if it sets none. An id of 0, which
// no object has, stands for a malformed one.
func (p Patch) id(c *Column) (id int, ok bool) {
	id, ok = p[c].(int)
	return id, ok
}

// apply sets the columns of a statement, with the time of the write if the table has that.
func (p Patch) apply(m ent.Mutation, columns []*Column, at time.Time) error {
	for _, c := range columns {
		v, sent := p[c]
		if !sent {
			continue
		}
		if text := p.text(c); text != nil {
			v = *text
		}
		var err error
		switch {
		case v != nil:
			err = m.SetField(c.column, v)
		case !m.Op().Is(ent.OpCreate):
			err = m.ClearField(c.column)
		}
		if err != nil {
			return err
		}
	}
	if at.IsZero() {
		return nil
	}
	return m.SetField(store.FieldLastModified, at)
}

// numberTaken returns an error if an object has the number that the patch sets. where are the
// objects of the account other than the one that is written.
func (p Patch) numberTaken(c *Column, noun string, exists func(number string) (bool, error)) (errs usererror.Errors, err error) {
	number := p.text(c)
	if number == nil {
		return nil, nil
	}
	taken, err := exists(*number)
	if taken {
		errs.Add(usererror.NumberTaken, c.Path, "Another %s has this number.", noun)
	}
	return errs, err
}

// checkStore returns what is wrong with a store, which only the database knows.
func checkStore(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int, p Patch) (usererror.Errors, error) {
	return p.numberTaken(StoreNumber, "store", func(number string) (bool, error) {
		return tx.Ent.Store.Query().Where(store.AccountID(v.Account), store.Number(number), store.IDNEQ(id)).Exist(ctx)
	})
}
