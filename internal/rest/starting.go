package rest

import "net/http"

// Starting has the handlers of both APIs for a server that is preparing its database: they answer
// with 503. What needs no database works as always.
type Starting struct{ *API }

// NewStarting returns the handlers.
func NewStarting() Starting { return Starting{&API{}} }

// unavailable is the response of the Contacts API.
var unavailable = messageResponse(http.StatusServiceUnavailable, errorOccurred).with("Retry-After", retryAfter)

// GetContact answers with 503.
func (Starting) GetContact(w http.ResponseWriter, r *http.Request) { unavailable.send(w, r) }

// PutContact answers with 503.
func (Starting) PutContact(w http.ResponseWriter, r *http.Request) { unavailable.send(w, r) }

// GetChanges answers with 503.
func (Starting) GetChanges(w http.ResponseWriter, r *http.Request) { unavailable.send(w, r) }

// ExportAuditLog answers with 503.
func (Starting) ExportAuditLog(w http.ResponseWriter, r *http.Request) { unavailable.send(w, r) }

// CustInfo answers with 503.
func (Starting) CustInfo(w http.ResponseWriter, _ *http.Request) { sendStarting(w, iserviceResponse{}) }

// Login answers with 503.
func (Starting) Login(w http.ResponseWriter, _ *http.Request) {
	sendStarting(w, iserviceResponse{LoggedIn: &loggedIn{}})
}

func sendStarting(w http.ResponseWriter, resp iserviceResponse) {
	resp.add(faultMessage)
	resp.status = http.StatusServiceUnavailable
	resp.send(w)
}
