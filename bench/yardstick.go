package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// yardstickCases are the requests of the cases to the yardstick.
var yardstickCases = map[string]newWorker{
	caseUpdate: func(ctx context.Context, c *conn, among contacts) (worker, error) {
		return yardstickWriter(ctx, c, among, http.MethodPatch)
	},
	caseRead: yardstickReader,
	caseREST: func(ctx context.Context, c *conn, among contacts) (worker, error) {
		return yardstickWriter(ctx, c, among, http.MethodPut)
	},
	casePage: yardstickPager,
}

// yardstickContact is a contact in requests to the yardstick and in its responses.
type yardstickContact struct {
	ID                     int     `json:"id"`
	Version                int64   `json:"version"`
	FirstName              *string `json:"firstName,omitempty"`
	LastName               *string `json:"lastName,omitempty"`
	Email                  *string `json:"email,omitempty"`
	PhoneCountryCode       *string `json:"phoneCountryCode,omitempty"`
	Phone                  *string `json:"phone,omitempty"`
	LimitMailsPermanently  bool    `json:"limitMailsPermanently"`
	PreferredStoreID       *int    `json:"preferredStoreId,omitempty"`
	CompanyID              *int    `json:"companyId,omitempty"`
	LatestPermissionSource *string `json:"latestPermissionSource,omitempty"`
}

func yardstickPath(id int) string { return "/contacts/" + strconv.Itoa(id) }

func yardstickReader(_ context.Context, c *conn, among contacts) (worker, error) {
	return func(ctx context.Context) (time.Duration, error) {
		id := 1 + c.random.IntN(among.size)
		var got yardstickContact
		took, err := c.send(ctx, http.MethodGet, yardstickPath(id), nil, &got)
		if err == nil && got.ID != id {
			err = fmt.Errorf("requested contact %d, got %d", id, got.ID)
		}
		return took, err
	}, nil
}

// yardstickWriter changes first names. PATCH sends only the name, PUT the whole contact.
func yardstickWriter(ctx context.Context, c *conn, among contacts, method string) (worker, error) {
	mine := cycle[*yardstickContact]{}
	for _, id := range among.own {
		var got yardstickContact
		if _, err := c.send(ctx, http.MethodGet, yardstickPath(id), nil, &got); err != nil {
			return nil, err
		}
		mine.items = append(mine.items, &got)
	}
	newNames := cycle[string]{items: firstNames}
	return func(ctx context.Context) (time.Duration, error) {
		known, name := mine.next(), newNames.next()
		sent := *known
		if method == http.MethodPatch {
			sent = yardstickContact{Version: known.Version}
		}
		sent.FirstName = &name
		var got yardstickContact
		took, err := c.send(ctx, method, yardstickPath(known.ID), sent, &got)
		if err != nil {
			return took, err
		}
		if got.ID != known.ID || got.Version != known.Version+1 || got.FirstName == nil || *got.FirstName != name {
			return took, fmt.Errorf("set the first name of contact %d, version %d, to %s: the response is %+v", known.ID, known.Version, name, got)
		}
		*known = got
		return took, nil
	}, nil
}

func yardstickPager(_ context.Context, c *conn, among contacts) (worker, error) {
	after := 0
	return func(ctx context.Context) (time.Duration, error) {
		var got struct {
			Contacts []struct {
				ID int `json:"id"`
			} `json:"contacts"`
			Next int `json:"next"`
		}
		took, err := c.send(ctx, http.MethodGet, "/contacts?after="+strconv.Itoa(after), nil, &got)
		if err != nil {
			return took, err
		}
		if want := min(pageSize, among.size-after); len(got.Contacts) != want || got.Contacts[0].ID != after+1 {
			return took, fmt.Errorf("the page after %d has %d contacts, want %d", after, len(got.Contacts), want)
		}
		after = got.Next
		return took, nil
	}, nil
}
