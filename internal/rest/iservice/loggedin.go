package iservice

import (
	"context"
	"strconv"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/viewer"
)

// loggedIn describes the signed-in user. An agent has no contactID.
type loggedIn struct {
	IsLoggedIn         bool         `json:"isLoggedIn"`
	ContactID          *int         `json:"contactID"`
	ContactName        string       `json:"contactName"`
	Logins             []loginEntry `json:"logins"`
	AccessibleSegments []string     `json:"accessibleSegments"`
}

// loginEntry is a login in a response.
type loginEntry struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// loginTypes are the types of logins as iService writes them.
var loginTypes = map[login.Kind]string{
	login.KindBlank: "", login.KindEmail: "Email", login.KindBounced: "Bounced", login.KindGoogle: "Google",
}

// loginsOf returns the logins of a contact in the order in which setdetails stores them.
func loginsOf(rows []*ent.Login) []loginEntry {
	set := field.LoginsOf(rows)
	field.SortLogins(set)
	entries := make([]loginEntry, len(set))
	for i, l := range set {
		entries[i] = loginEntry{l.Name, loginTypes[l.Kind]}
	}
	return entries
}

// segmentsOf returns the ids of the segments of a contact.
func segmentsOf(rows []*ent.Membership) []string { return texts(field.SegmentsOf(rows)) }

// texts returns ids as iService writes them.
func texts(ids []int) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = strconv.Itoa(id)
	}
	return all
}

// describe returns who is signed in: a contact with its logins and segments, or else an agent or an
// API key, and the segments whose contacts it may read.
func (a *API) describe(ctx context.Context, v viewer.Viewer) (*loggedIn, error) {
	ctx = viewer.NewContext(ctx, v)
	if v.Role != viewer.Customer {
		return a.describeStaff(ctx, v)
	}
	c, err := a.Queries.WithSets(ctx, v.Contact)
	if err != nil {
		return nil, err
	}
	return &loggedIn{
		IsLoggedIn: true, ContactID: &c.ID, ContactName: fullName(c),
		Logins: loginsOf(c.Edges.Logins), AccessibleSegments: segmentsOf(c.Edges.Memberships),
	}, nil
}

func (a *API) describeStaff(ctx context.Context, v viewer.Viewer) (*loggedIn, error) {
	who := &loggedIn{IsLoggedIn: true, ContactName: v.Actor.Name, Logins: []loginEntry{}}
	name, err := a.Auth.LoginOf(ctx, v)
	if err != nil {
		return nil, err
	}
	if name != "" {
		who.Logins = append(who.Logins, loginEntry{name, loginTypes[login.KindEmail]})
	}
	if v.Segment != 0 {
		who.AccessibleSegments = texts([]int{v.Segment})
		return who, nil
	}
	segments, err := a.Catalog.Segments(ctx)
	ids := make([]int, len(segments))
	for i, s := range segments {
		ids[i] = s.ID
	}
	who.AccessibleSegments = texts(ids)
	return who, err
}
