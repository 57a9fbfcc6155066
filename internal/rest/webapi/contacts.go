package webapi

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/rest/legacypath"
	"contactgraph/internal/viewer"
)

const costWrite = 60

// getContact handles GET /api/v1/Contacts/{id}. Clients need it to learn the Version that PUT
// expects.
func (a *API) getContact(w http.ResponseWriter, r *http.Request) {
	a.serveContact(w, r, call.CostRead, a.readContact)
}

// putContact handles PUT /api/v1/Contacts/{id}.
func (a *API) putContact(w http.ResponseWriter, r *http.Request) {
	a.serveContact(w, r, costWrite, a.replaceContact)
}

// serveContact authenticates the request, checks that the viewer has access to the contact of the
// URL, and calls h.
//
// The order is the framework's: its authentication and authorization filters run before anything of
// the request is read. Only then are all parameters bound, and only after that their errors
// reported.
func (a *API) serveContact(w http.ResponseWriter, r *http.Request, cost int, h call.Handler) {
	a.serve(w, r, cost, func(w http.ResponseWriter, r *http.Request) error { return a.authorized(w, r, h) })
}

// serve authenticates the request, waits until it can run, and calls h.
func (a *API) serve(w http.ResponseWriter, r *http.Request, cost int, h call.Handler) {
	err := a.Run(func(w http.ResponseWriter, r *http.Request) error {
		r, permit, err := a.Begin(r, cost)
		defer permit.Release()
		if err == nil {
			err = h(w, r)
		}
		if err != nil {
			a.sendError(w, r, err) // reads the contact if there is a conflict, so it needs the viewer
		}
		return nil
	}, w, r)
	if err != nil { // a panic
		a.sendError(w, r, err)
	}
}

// authorized calls h if the viewer has access to the contact of the URL.
func (a *API) authorized(w http.ResponseWriter, r *http.Request, h call.Handler) error {
	id, _ := routeID(r)
	if v, _ := viewer.FromContext(r.Context()); v.Role == viewer.Customer && v.Contact != id {
		return errForbidden
	}
	return h(w, r)
}

func (a *API) readContact(w http.ResponseWriter, r *http.Request) error {
	id, state := routeID(r)
	if len(state) > 0 {
		return responseError{invalidResponse(state)}
	}
	c, err := a.Queries.GetOrSurvivor(r.Context(), id)
	if err != nil {
		return err
	}
	fs, err := a.accountFields(r.Context())
	if err != nil {
		return err
	}
	return a.sendContact(w, r, fs, c)
}

// sendContact answers with the contact as it is now.
func (a *API) sendContact(w http.ResponseWriter, r *http.Request, fs accountFields, c *ent.Contact) error {
	resp, err := a.contactResponse(r.Context(), http.StatusOK, fs, c)
	if err == nil {
		resp.send(w, r)
	}
	return err
}

func (a *API) replaceContact(w http.ResponseWriter, r *http.Request) error {
	id, state := routeID(r)
	b, err := a.bind(w, r, updateContactDto, byNull, state)
	if err != nil {
		return err
	}
	u := updateCommand(id, b.values)
	return a.update(w, r, b, u)
}

// update runs the command of a body, and answers with the contact.
func (a *API) update(w http.ResponseWriter, r *http.Request, b boundBody, u contact.Update) error {
	if v, _ := viewer.FromContext(r.Context()); u.Password != nil && v.Role == viewer.Customer {
		return errForbidden // customers must give their current password, and this API has no member for it
	}
	u.Custom = b.custom
	var result *contact.Result
	err := call.RunIdempotent(w, r, b.identity(), func(key *idempotency.Key) (err error) {
		result, err = a.contacts.WithKey(key).Update(r.Context(), u)
		return err
	})
	if err != nil {
		return b.wrap(err)
	}
	return a.sendContact(w, r, b.fields, result.Contact)
}

// boundBody is the body of a request that was bound to a model without errors.
type boundBody struct {
	model  string
	values aspnet.Values
	fields accountFields // of the account
	custom contact.Custom
}

// bind reads the body of a contact, with the account fields as further members. state has what is
// wrong with the URL, which is reported with the errors of the body.
func (a *API) bind(w http.ResponseWriter, r *http.Request, m aspnet.Model, by clearing, state aspnet.ModelState) (b boundBody, err error) {
	body, err := call.ReadBody(w, r)
	if err != nil {
		return b, err
	}
	b.model = m.Name
	if b.fields, err = a.accountFields(r.Context()); err != nil {
		return b, err
	}
	values, bodyState, err := bindBody(r.Header, b.fields.in(m), body)
	if err != nil {
		return b, err
	}
	custom, customState := b.fields.custom(m.Name, values, by)
	if state = slices.Concat(state, bodyState, customState); len(state) > 0 {
		return b, responseError{invalidResponse(state)}
	}
	b.values = values
	if custom != nil {
		b.custom = custom
	}
	return b, nil
}

// identity returns what identifies the request: its values without the password, of which a hash
// that is stored could be guessed.
func (b boundBody) identity() aspnet.Values {
	if newPassword(b.values) == nil {
		return b.values
	}
	values := maps.Clone(b.values)
	values[memberPassword] = true
	return values
}

// wrap returns an error of a command with the body that the command came from.
func (b boundBody) wrap(err error) error {
	return bodyError{error: err, dto: b.model, fields: b.fields}
}

// bindBody reads the body by its media type. An empty body counts as absent whatever its type.
func bindBody(h http.Header, m aspnet.Model, body []byte) (aspnet.Values, aspnet.ModelState, error) {
	media, charset, ok := call.ContentType(h)
	switch {
	case len(body) == 0 || media == call.ApplicationJSON || media == call.TextJSON:
		values, state := m.BindJSON(body, charset)
		return values, state, nil
	case media == call.FormURLEncoded:
		values, state := m.BindForm(body)
		return values, state, nil
	}
	text := "The request contains an entity body but no Content-Type header. The inferred media type " +
		"'application/octet-stream' is not supported for this resource."
	if ok {
		sent, _, _ := strings.Cut(h.Get("Content-Type"), ";")
		text = "The request entity's media type '" + strings.TrimSpace(sent) + "' is not supported for this resource."
	}
	return nil, nil, responseError{messageResponse(http.StatusUnsupportedMediaType, text)}
}

// idSegment is where the id is in a path: /api/v1/Contacts/{id}.
const idSegment = 3

// routeID reads the id of the URL and reports what is wrong with it. Like the framework, it reports
// a number that does not fit in 32 bits differently from text that is not a number.
func routeID(r *http.Request) (int, aspnet.ModelState) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 32)
	if err == nil {
		return int(id), nil
	}
	message := errorOccurred
	if !errors.Is(err, strconv.ErrRange) {
		message = "The value '" + legacypath.Segment(r, idSegment) + "' is not valid for Int32."
	}
	return 0, aspnet.ModelState{{Key: "id", Messages: []string{message}}}
}
