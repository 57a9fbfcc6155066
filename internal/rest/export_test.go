package rest

import (
	"net/http"
	"net/http/httptest"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/app"
	"contactgraph/internal/contact"
	"contactgraph/internal/usererror"
)

// CodeResponse returns how the Contacts API responds to a PUT that fails with the code.
func CodeResponse(code usererror.Code) (status int, header http.Header, body string) {
	api := New(Config{Services: &app.Services{Contacts: contact.New(nil, nil, contact.Passwords{}, time.Now, nil)}})
	r := httptest.NewRequest(http.MethodPut, "/", nil)
	w := httptest.NewRecorder()
	api.sendError(w, r, usererror.Errors{{Code: code, Message: "A text.", Latest: &ent.Contact{ID: 7, Secret: "s"}}})
	return w.Code, w.Header(), w.Body.String()
}
