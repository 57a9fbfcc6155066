package iservice

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/globalid"
	"contactgraph/internal/viewer"
)

// costSearch is the cost of a search: about that of reading and comparing the most values that a
// search may read.
const costSearch = 40_000

// searchPayload is the body of search. A contact must meet a field of each group.
type searchPayload struct {
	Fields *struct {
		Groups *[]struct {
			Fields *[]searchField `json:"fields"`
		} `json:"groups"`
	} `json:"fields"`
}

// searchField is a text that one of the listed properties must have.
type searchField struct {
	Where        text     `json:"where"`
	FieldID      fieldIDs `json:"fieldID"`
	SearchString text     `json:"searchString"`
}

// foundContact is a contact in the response of search.
type foundContact struct {
	ID     string       `json:"ID"`
	Name   string       `json:"name"`
	Logins []loginEntry `json:"logins"`
}

// search handles the operation search: it finds contacts by their logins and properties, for
// agents.
func (a *API) search(w http.ResponseWriter, r *http.Request, resp *response) error {
	r, permit, err := a.BeginAs(r, viewer.Agent, costSearch)
	defer permit.Release()
	if err != nil {
		return err
	}
	var p searchPayload
	if err := readJSON(w, r, &p); err != nil {
		return err
	}
	groups, err := p.groups()
	if err != nil {
		return err
	}
	found, err := a.Queries.ByValues(r.Context(), groups)
	if err != nil {
		return err
	}
	contacts := make([]foundContact, len(found))
	for i, c := range found {
		contacts[i] = foundOf(c)
	}
	resp.Contacts = &contacts
	return nil
}

func foundOf(c *ent.Contact) foundContact {
	return foundContact{strconv.Itoa(c.ID), displayName(c), loginsOf(c.Edges.Logins)}
}

// groups returns the search. It fails if a member is missing, except for where: a search that
// ignored it would find too many contacts.
func (p searchPayload) groups() (groups [][]query.FieldSearch, err error) {
	if p.Fields == nil || p.Fields.Groups == nil {
		return nil, errShape
	}
	for _, g := range *p.Fields.Groups {
		if g.Fields == nil {
			return nil, errShape
		}
		group := []query.FieldSearch{}
		for _, f := range *g.Fields {
			place, ok := places[strings.ToLower(string(f.Where))]
			if !ok || !f.FieldID.login && len(f.FieldID.properties) == 0 {
				return nil, errShape
			}
			group = append(group, query.FieldSearch{
				Logins: f.FieldID.login, Properties: f.FieldID.properties, Place: place, Text: string(f.SearchString),
			})
		}
		groups = append(groups, group)
	}
	return groups, nil
}

// places are the values of where.
var places = map[string]query.Place{
	"": query.Anywhere, "anywhere": query.Anywhere, "start": query.AtStart, "end": query.AtEnd, "entire": query.Entire,
}

// fieldIDs are what a search is in: login, the ids of properties, or both; as a text or number,
// with commas between several, or as a list of them.
type fieldIDs struct {
	login      bool
	properties []int
}

// UnmarshalJSON accepts a scalar, and a list of scalars.
func (f *fieldIDs) UnmarshalJSON(raw []byte) error {
	all := make([]text, 1)
	if raw[0] != '[' {
		if err := all[0].UnmarshalJSON(raw); err != nil {
			return err
		}
	} else if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	for _, names := range all {
		for name := range strings.SplitSeq(string(names), ",") {
			switch name = strings.TrimSpace(name); {
			case name == "":
			case strings.EqualFold(name, "login"):
				f.login = true
			default:
				f.properties = append(f.properties, globalid.Number(name))
			}
		}
	}
	return nil
}
