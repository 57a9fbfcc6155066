package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// serverCases are the requests of the cases to contactgraph.
var serverCases = map[string]newWorker{
	caseUpdate: serverUpdater,
	caseRead:   serverReader,
	caseREST:   serverPutter,
	casePage: func(_ context.Context, c *conn, among contacts) (worker, error) {
		return newPager(c, pageVariables{}).worker(min(pageSize, among.size)), nil
	},
}

// The documents.
const (
	// ownFields are the fields in the row of a contact, which the yardstick returns too.
	ownFields = `id contactId version secret registrationDateTime registrationSource registrationIp lastModified
		email phoneCountryCode phone firstName lastName limitMailsPermanently limitMailsTemporarilyUntil latestPermissionSource`

	readDocument   = `query Read($id: ID!) { contact(id: $id) { ` + ownFields + ` } }`
	updateDocument = `mutation Update($input: UpdateContactInput!) {
		updateContact(input: $input) { contact { id contactId version firstName } errors { code } } }`
)

// query sends a GraphQL request and decodes the data of the response into data. It fails if the
// response has errors.
func query(ctx context.Context, c *conn, document string, variables, data any) (time.Duration, error) {
	request := struct {
		Query     string `json:"query"`
		Variables any    `json:"variables"`
	}{document, variables}
	response := struct {
		Data   any `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}{Data: data}
	took, err := c.send(ctx, http.MethodPost, "/graphql", request, &response)
	if err == nil && len(response.Errors) > 0 {
		err = errors.New(response.Errors[0].Message)
	}
	return took, err
}

// serverContact is a contact in GraphQL.
type serverContact struct {
	ContactID int     `json:"contactId"`
	Version   string  `json:"version"`
	FirstName *string `json:"firstName"`
	LastName  *string `json:"lastName"`
	Email     *string `json:"email"`
	Phone     *string `json:"phone"`
	Country   *string `json:"phoneCountryCode"`
}

type idVariables struct {
	ID string `json:"id"`
}

// read requests a contact.
func read(ctx context.Context, c *conn, id int) (serverContact, time.Duration, error) {
	var data struct {
		Contact serverContact `json:"contact"`
	}
	took, err := query(ctx, c, readDocument, idVariables{strconv.Itoa(id)}, &data)
	if err == nil && data.Contact.ContactID != id {
		err = fmt.Errorf("requested contact %d, got %d", id, data.Contact.ContactID)
	}
	return data.Contact, took, err
}

func serverReader(_ context.Context, c *conn, among contacts) (worker, error) {
	return func(ctx context.Context) (time.Duration, error) {
		_, took, err := read(ctx, c, 1+c.random.IntN(among.size))
		return took, err
	}, nil
}

type updateVariables struct {
	Input struct {
		ID              string `json:"id"`
		ExpectedVersion string `json:"expectedVersion"`
		Set             struct {
			FirstName string `json:"firstName"`
		} `json:"set"`
	} `json:"input"`
}

func serverUpdater(ctx context.Context, c *conn, among contacts) (worker, error) {
	mine := cycle[*serverContact]{}
	for _, id := range among.own {
		got, _, err := read(ctx, c, id)
		if err != nil {
			return nil, err
		}
		mine.items = append(mine.items, &got)
	}
	newNames := cycle[string]{items: firstNames}
	return func(ctx context.Context) (time.Duration, error) {
		known, name := mine.next(), newNames.next()
		var v updateVariables
		v.Input.ID, v.Input.ExpectedVersion, v.Input.Set.FirstName = strconv.Itoa(known.ContactID), known.Version, name
		var data struct {
			UpdateContact struct {
				Contact serverContact `json:"contact"`
				Errors  []struct {
					Code string `json:"code"`
				} `json:"errors"`
			} `json:"updateContact"`
		}
		took, err := query(ctx, c, updateDocument, v, &data)
		if err != nil {
			return took, err
		}
		got := data.UpdateContact.Contact
		if errs := data.UpdateContact.Errors; len(errs) > 0 {
			return took, fmt.Errorf("updating contact %d: %s", known.ContactID, errs[0].Code)
		}
		if got.ContactID != known.ContactID || got.Version == known.Version || got.FirstName == nil || *got.FirstName != name {
			return took, fmt.Errorf("set the first name of contact %d, version %s, to %s: the response is %+v", known.ContactID, known.Version, name, got)
		}
		*known = got
		return took, nil
	}, nil
}

// serverPutter changes first names through the REST API. It sends the whole contact, because
// missing fields are cleared.
func serverPutter(ctx context.Context, c *conn, among contacts) (worker, error) {
	path := func(id int) string { return "/api/v1/Contacts/" + strconv.Itoa(id) }
	mine := cycle[map[string]any]{}
	for _, id := range among.own {
		var got map[string]any
		if _, err := c.send(ctx, http.MethodGet, path(id), nil, &got); err != nil {
			return nil, err
		}
		mine.items = append(mine.items, got)
	}
	ids, newNames := cycle[int]{items: among.own}, cycle[string]{items: firstNames}
	return func(ctx context.Context) (time.Duration, error) {
		known, id, name := mine.next(), ids.next(), newNames.next()
		before := known["Version"]
		known["FirstName"] = name
		took, err := c.send(ctx, http.MethodPut, path(id), known, &known)
		if err != nil {
			return took, err
		}
		if known["Id"] != float64(id) || known["Version"] == before || known["FirstName"] != name {
			return took, fmt.Errorf("set the first name of contact %d, version %s, to %s: the response is %+v", id, before, name, known)
		}
		return took, nil
	}, nil
}
