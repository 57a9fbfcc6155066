package webapi

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/viewer"
)

// The number of elements in a part of a list, and the cost of a part.
const (
	idsPerPart    = 10_000
	costIDs       = costPage + 1_000
	costContacts  = costPage + costPerChange*query.MaxScan
	costBaseInfos = costPage + 5*query.MaxScan
)

// parametersIn returns the first value of each parameter of a query, by its name in lower case. As
// in the framework, the letter case of names does not count, and what is malformed is left out.
func parametersIn(u *url.URL) map[string]string {
	texts := map[string]string{}
	values, _ := url.ParseQuery(u.RawQuery)
	for name, list := range values {
		texts[strings.ToLower(name)] = list[0]
	}
	return texts
}

// listIDs opens the list of all ids.
func (a *API) listIDs(r *http.Request) (elements, error) {
	if _, err := authz.RequireRole(r.Context(), viewer.Agent); err != nil {
		return nil, err
	}
	after := 0
	return func(ctx context.Context) (list [][]byte, more bool, err error) {
		ids, err := a.Queries.IDsAfter(ctx, after, idsPerPart)
		for _, id := range ids {
			list, after = append(list, strconv.AppendInt(nil, int64(id), 10)), id
		}
		return list, len(ids) == idsPerPart, err
	}, nil
}

// getBaseInfo handles GET /api/v1/Contacts/GetContactsBaseInfo: what identifies each contact.
func (a *API) getBaseInfo(w http.ResponseWriter, r *http.Request) {
	a.sendArray(w, r, costBaseInfos, func(*http.Request) (elements, error) {
		after := 0
		return func(ctx context.Context) (list [][]byte, more bool, err error) {
			contacts, err := a.Queries.After(ctx, after, query.MaxScan)
			for _, c := range contacts {
				list, after = append(list, baseInfo(c)), c.ID
			}
			return list, len(contacts) == query.MaxScan, err
		}, nil
	})
}

// baseInfo is the body of a contact in a list of those that are only identified.
func baseInfo(c *ent.Contact) []byte {
	dto := object{}.add("Id", c.ID).add("Secret", c.Secret)
	for _, f := range []*field.Field{field.Email, field.Phone, field.FirstName, field.LastName} {
		for _, m := range members {
			if m.field == f {
				dto = dto.add(m.name, f.Get(c))
			}
		}
	}
	return dto.end()
}

// listContacts opens the list of the contacts with these ids. One that was deleted in the meantime
// is left out.
func (a *API) listContacts(ctx context.Context, ids []int) (elements, error) {
	fs, err := a.accountFields(ctx)
	return func(ctx context.Context) (list [][]byte, more bool, err error) {
		part := ids[:min(len(ids), query.MaxScan)]
		ids = ids[len(part):]
		contacts, err := a.Queries.ByIDs(ctx, part)
		if err == nil {
			list, err = a.dtos(ctx, fs, contacts...)
		}
		return list, len(ids) > 0, err
	}, err
}

// getRegistration handles GET /api/v1/Contacts/Registration?timespan=…&source=…&ip=…: the contacts
// that meet all conditions that are given. Clients send an empty text for those that they do not
// set.
func (a *API) getRegistration(w http.ResponseWriter, r *http.Request) {
	a.sendArray(w, r, costContacts, func(r *http.Request) (elements, error) {
		if _, err := authz.RequireRole(r.Context(), viewer.Agent); err != nil {
			return nil, err
		}
		q := parametersIn(r.URL)
		var by query.Registration
		if text := q["timespan"]; text != "" {
			span, ok := parseTimeSpan(text)
			if !ok {
				message := "The value '" + text + "' is not valid for TimeSpan."
				return nil, responseError{invalidResponse(aspnet.ModelState{{Key: "timespan", Messages: []string{message}}})}
			}
			by.Since = new(a.Now().Add(-span).UTC())
		}
		if source := q["source"]; source != "" {
			by.Source = &source
		}
		if ip := q["ip"]; ip != "" {
			by.IP = &ip
		}
		ids, err := a.Queries.RegisteredIDs(r.Context(), by)
		if err != nil {
			return nil, err
		}
		return a.listContacts(r.Context(), ids)
	})
}

// timeSpan matches the notations of TimeSpan.Parse: d, or [d.]hh:mm[:ss[.fffffff]].
var timeSpan = regexp.MustCompile(`^(-?)(?:(\d{1,8})|(?:(\d{1,8})\.)?(\d\d?):(\d\d?)(?::(\d\d?)(?:\.(\d{1,7}))?)?)$`)

// longestSpan is more than any registration is old: a time.Duration cannot have all time spans.
const longestSpan = 200 * 365 * 24 * time.Hour

// parseTimeSpan parses a .NET TimeSpan.
func parseTimeSpan(text string) (span time.Duration, ok bool) {
	m := timeSpan.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	number := func(digits string) int64 {
		n, _ := strconv.ParseInt(digits, 10, 64) // few digits, or none
		return n
	}
	days, hours, minutes, seconds := number(m[2]+m[3]), number(m[4]), number(m[5]), number(m[6])
	if hours > 23 || minutes > 59 || seconds > 59 {
		return 0, false
	}
	if days > 200*365 {
		span = longestSpan
	} else {
		ticks := number((m[7] + "0000000")[:7])
		span = time.Duration((((days*24+hours)*60+minutes)*60+seconds)*1e9 + ticks*100)
	}
	if m[1] != "" {
		span = -span
	}
	return span, true
}

// getContactFields handles GET /api/v1/Contacts/DynamicFields: the definitions of the account
// fields.
func (a *API) getContactFields(w http.ResponseWriter, r *http.Request) {
	a.serve(w, r, costPage, a.sendFields)
}

// getDynamicFields handles GET /api/v1/DynamicFields?owner=…: those of an owner. Only contacts have
// some.
func (a *API) getDynamicFields(w http.ResponseWriter, r *http.Request) {
	a.serve(w, r, costPage, func(w http.ResponseWriter, r *http.Request) error {
		if owner := parametersIn(r.URL)["owner"]; !strings.EqualFold(owner, "Contacts") {
			messageResponse(http.StatusNotImplemented, "Dynamic fields of this owner are not supported. The supported owner is Contacts.").send(w, r)
			return nil
		}
		return a.sendFields(w, r)
	})
}

// fieldTypes are the numbers of the legacy API for the types of account fields.
var fieldTypes = map[property.Kind]int{
	property.KindText: 1, property.KindChoice: 1, property.KindInteger: 3, property.KindDate: 4, property.KindDateTime: 4, property.KindNumber: 5,
}

func (a *API) sendFields(w http.ResponseWriter, r *http.Request) error {
	if _, err := authz.RequireRole(r.Context(), viewer.Agent); err != nil {
		return err
	}
	fs, err := a.accountFields(r.Context())
	if err != nil {
		return err
	}
	list := make([]any, len(fs))
	for i, p := range fs {
		var choices any
		if p.Kind == property.KindChoice {
			choices = texts(p.Choices)
		}
		list[i] = object{}.add("Name", *p.APIName).add("Type", fieldTypes[p.Kind]).add("Label", catalog.LabelOf(p)).add("Values", choices).raw()
	}
	sendList(w, r, list)
	return nil
}

// getPatchFields handles GET /api/v1/Contacts/PatchFields: the names of the members that the viewer
// may set in many contacts at once.
func (a *API) getPatchFields(w http.ResponseWriter, r *http.Request) {
	a.serve(w, r, costPage, func(w http.ResponseWriter, r *http.Request) error {
		v, err := authz.RequireRole(r.Context(), viewer.Agent)
		if err != nil {
			return err
		}
		fs, err := a.accountFields(r.Context())
		if err != nil {
			return err
		}
		list := []any{}
		for _, m := range members {
			if field.CanWrite(v, m.field.Path) {
				list = append(list, m.name)
			}
		}
		for _, p := range fs {
			if field.CanWriteProperty(v, p) {
				list = append(list, *p.APIName)
			}
		}
		sendList(w, r, list)
		return nil
	})
}

// sendList answers with an array.
func sendList(w http.ResponseWriter, r *http.Request, list []any) {
	response{status: http.StatusOK, body: appendValue(nil, list)}.send(w, r)
}

func texts(list []string) []any {
	all := make([]any, len(list))
	for i, text := range list {
		all[i] = text
	}
	return all
}
