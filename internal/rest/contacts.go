package rest

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"contactgraph/internal/contact"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/viewer"
)

// GetContact answers GET /api/v1/Contacts/{id}: the way to a Version.
func (a *API) GetContact(w http.ResponseWriter, r *http.Request) { a.serveContact(w, r, a.getContact) }

// PutContact answers PUT /api/v1/Contacts/{id}.
func (a *API) PutContact(w http.ResponseWriter, r *http.Request) { a.serveContact(w, r, a.putContact) }

// MethodNotAllowed answers a request for a contact by a method other than those allowed. As in the framework, which picks
// the action first, nobody needs to be signed in for that.
func (a *API) MethodNotAllowed(allow ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text := "The requested resource does not support http method '" + r.Method + "'."
		send(w, r, message(http.StatusMethodNotAllowed, text).with("Allow", strings.Join(allow, ", ")))
	}
}

// NoRoute answers a request for what is not there.
func (a *API) NoRoute(w http.ResponseWriter, r *http.Request) {
	uri := r.RequestURI
	if strings.HasPrefix(uri, "/") { // else it came through a proxy, and is whole
		scheme := "http"
		if r.TLS != nil || a.SecureCookies {
			scheme = "https"
		}
		uri = scheme + "://" + r.Host + uri
	}
	send(w, r, message(http.StatusNotFound, "No HTTP resource was found that matches the request URI '"+uri+"'."))
}

// serveContact lets in who may touch the contact of the URL, and runs h.
//
// The order is the framework's: filters of authentication and rights come before anything is read of the request, and only
// then are its parameters bound, all of them, before their errors are looked at.
func (a *API) serveContact(w http.ResponseWriter, r *http.Request, h handler) {
	asked := r
	err := run(func(w http.ResponseWriter, r *http.Request) (err error) {
		if asked, err = a.authenticate(r); err != nil {
			return err
		}
		id, _ := routeID(asked)
		if v, _ := viewer.FromContext(asked.Context()); !v.Reaches(id) {
			return errForbidden
		}
		return h(w, asked)
	}, w, r)
	if err != nil {
		a.refuseContact(w, asked, err)
	}
}

func (a *API) getContact(w http.ResponseWriter, r *http.Request) error {
	id, state := routeID(r)
	if len(state) > 0 {
		return answerError{invalid(state)}
	}
	c, err := a.contacts.Get(r.Context(), id)
	if err != nil {
		return err
	}
	send(w, r, answer{status: http.StatusOK, body: readContactDto(c)})
	return nil
}

func (a *API) putContact(w http.ResponseWriter, r *http.Request) error {
	id, state := routeID(r)
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	values, wrong, err := bind(r.Header, body)
	if err != nil {
		return err
	}
	if state = append(state, wrong...); len(state) > 0 {
		return answerError{invalid(state)}
	}
	u := update(id, values)
	if v, _ := viewer.FromContext(r.Context()); u.Password != nil && v.Role == viewer.Customer {
		return errForbidden // it would have to name its current password, for which this API has no member
	}
	if u.Password != nil {
		values[memberPassword] = true // that there is one: a hash of it could be guessed
	}
	var result *contact.Result
	err = once(w, r, values, func(ctx context.Context) (err error) {
		result, err = a.contacts.Update(ctx, u)
		return err
	})
	if err != nil {
		return err
	}
	send(w, r, answer{status: http.StatusOK, body: readContactDto(result.Contact)})
	return nil
}

// bind reads the body by its media type. An empty one is no body, whatever its type.
func bind(h http.Header, body []byte) (aspnet.Values, aspnet.ModelState, error) {
	media, charset, ok := contentType(h)
	switch {
	case len(body) == 0 || media == applicationJSON || media == textJSON:
		values, state := updateContactDto.BindJSON(body, charset)
		return values, state, nil
	case media == formURLEncoded:
		values, state := updateContactDto.BindForm(body)
		return values, state, nil
	}
	text := "The request contains an entity body but no Content-Type header. The inferred media type " +
		"'application/octet-stream' is not supported for this resource."
	if ok {
		sent, _, _ := strings.Cut(h.Get("Content-Type"), ";")
		text = "The request entity's media type '" + strings.TrimSpace(sent) + "' is not supported for this resource."
	}
	return nil, nil, answerError{message(http.StatusUnsupportedMediaType, text)}
}

// routeID reads the id of the URL, and says what is wrong with it. Like the framework it tells a number beyond 32 bits,
// which is an exception to it, from what is no number.
func routeID(r *http.Request) (int, aspnet.ModelState) {
	text := r.PathValue("id")
	id, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err == nil {
		return int(id), nil
	}
	said := errorOccurred
	if !errors.Is(err, strconv.ErrRange) {
		said = "The value '" + text + "' is not valid for Int32."
	}
	return 0, aspnet.ModelState{{Key: "id", Messages: []string{said}}}
}
