// Package iservice serves the iService API, which always responds with status 200 and two arrays of
// errors, except with 503 when it cannot process the request for the moment. Handlers return
// errors; addErrors turns them into messages, and messageByCode has the codes of the domain.
//
// Start reading at iservice.go; each other file has the operations of a subject.
package iservice

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"contactgraph/ent/change"
	"contactgraph/internal/contact"
	"contactgraph/internal/limiter"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
)

// API answers the calls of the iService API.
type API struct {
	*call.Calls

	contacts *contact.Service // logs writes as made through this API
}

// New returns the handlers on top of c.
func New(c *call.Calls) *API { return &API{c, c.Via(change.SourceISERVICE)} }

// form is an endpoint. The URL parameter api names one of its operations.
type form struct {
	name       string
	operations []operation
	signsIn    bool     // its responses describe who is signed in
	others     []string // operations that iService has and this server does not
}

// forms lists the endpoints. To add an operation, add its row to the operations of its endpoint.
var forms = []form{
	{"custinfo", custInfoOperations, false, []string{"subscriptions", "setsubscriptions"}},
	{"findanswer", findAnswerOperations, false, []string{"mysubscriptions", "mysubscriptionsset"}},
	{"login", loginOperations, true, nil},
}

// formPath is the start of the path of each endpoint.
const formPath = "/f/webapp-api-"

// Operations names every operation. The tests compare it with the OpenAPI document and with the
// table of access rights.
func Operations() []string {
	var names []string
	for _, f := range forms {
		for _, op := range f.operations {
			names = append(names, "iService "+op.name)
		}
	}
	return names
}

// Register registers the endpoints, and the other paths below /f/.
func (a *API) Register(mux *http.ServeMux) {
	for _, f := range forms {
		mux.HandleFunc(formPath+f.name, func(w http.ResponseWriter, r *http.Request) { a.serveForm(w, r, f) })
	}
	mux.HandleFunc("/f/", unknownForm)
}

// unknownForm answers an endpoint that this server does not have, like every error of this API; and
// other paths below /f/ with 404.
func unknownForm(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, formPath) {
		http.NotFound(w, r)
		return
	}
	resp := newResponse(false)
	resp.add(errorMessages[errNoForm])
	resp.send(w)
}

// operation is an operation of an endpoint of the iService API.
type operation struct {
	name    string
	methods []string
	run     func(*API, http.ResponseWriter, *http.Request, *response) error
}

var (
	custInfoOperations = []operation{
		{"details", post, (*API).details},
		{"name", post, (*API).name},
		{"newcontact", post, (*API).newContact},
		{"search", post, (*API).search},
		{"setdetails", post, (*API).setDetails},
	}
	findAnswerOperations = []operation{
		{"mydetails", post, (*API).myDetails},
	}
	loginOperations = []operation{
		{"login", post, (*API).signIn}, // no GET: a password in a URL would end up in logs
		{"loggedin", getOrPost, (*API).signedIn},
		{"logout", getOrPost, (*API).signOut},
		{"resetSend", post, (*API).resetSend},
		{"resetconfirm", post, (*API).resetConfirm},
		{"register", post, (*API).register},
	}
)

var (
	post      = []string{http.MethodPost}
	getOrPost = []string{http.MethodGet, http.MethodPost}
)

// response is a response of the iService API. Its status is 200 even for errors, because
// clients take any other status for a broken connection; only an unavailable database is reported
// as 503. The members before the errors are the results of operations: a response has those of its
// operation, and none if that failed, except for loggedIn.
type response struct {
	status       int             // 0 stands for 200
	LoggedIn     *loggedIn       `json:"loggedIn,omitempty"` // in the responses of the login endpoint, and only there; not in those of resets
	Properties   []propertyGroup `json:"properties,omitempty"`
	Membership   *[]string       `json:"membership,omitempty"` // ids of segments
	Name         *string         `json:"name,omitempty"`
	Contacts     *[]foundContact `json:"contacts,omitempty"`
	ContactID    *string         `json:"contactID,omitempty"` // of a new contact
	Errors       []string        `json:"errors"`
	ErrorDetails []string        `json:"errorDetails"` // entry i explains entry i of Errors
}

// newResponse returns a response without errors.
func newResponse(signsIn bool) response {
	resp := response{Errors: []string{}, ErrorDetails: []string{}}
	if signsIn {
		resp.LoggedIn = &loggedIn{Logins: []loginEntry{}, AccessibleSegments: []string{}}
	}
	return resp
}

// serveForm runs the operation that the request names, and sends the response.
func (a *API) serveForm(w http.ResponseWriter, r *http.Request, f form) {
	resp := newResponse(f.signsIn)
	err := a.Run(func(w http.ResponseWriter, r *http.Request) error {
		op, err := f.find(r)
		if err != nil {
			return err
		}
		return op.run(a, w, r, &resp)
	}, w, r)
	if err != nil {
		a.addErrors(r, err, &resp)
	}
	resp.send(w)
}

// find returns the operation that the request names.
func (f form) find(r *http.Request) (operation, error) {
	name := parameter(r.URL.Query(), "api")
	i := slices.IndexFunc(f.operations, func(op operation) bool { return strings.EqualFold(op.name, name) })
	if i < 0 {
		if slices.ContainsFunc(f.others, func(other string) bool { return strings.EqualFold(other, name) }) {
			return operation{}, errNotSupported
		}
		return operation{}, errNoOperation
	}
	if !slices.Contains(f.operations[i].methods, r.Method) {
		return operation{}, errMethod
	}
	return f.operations[i], nil
}

// parameter returns the first value of a parameter. The letter case of its name is ignored.
func parameter(values url.Values, name string) string {
	for _, other := range slices.Sorted(maps.Keys(values)) {
		if strings.EqualFold(other, name) {
			return values.Get(other)
		}
	}
	return ""
}

// send writes the response. It leaves < > & unescaped.
func (resp *response) send(w http.ResponseWriter) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(resp) //nolint:errchkjson // strings and numbers into memory: it cannot fail
	body := bytes.TrimSpace(buffer.Bytes())
	call.NoStore(w)
	w.Header().Set("Content-Type", call.ApplicationJSON+call.CharsetUTF8)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if resp.status != 0 {
		w.Header().Set("Retry-After", call.RetryAfter)
		w.WriteHeader(resp.status)
	}
	_, _ = w.Write(body) // fails only if the client has gone away
}

// addErrors adds the error of a request to resp, and logs it if it is a fault.
func (a *API) addErrors(r *http.Request, err error, resp *response) {
	if call.Unavailable(err) {
		resp.status = http.StatusServiceUnavailable
	}
	if e, ok := errors.AsType[call.Error](err); ok {
		resp.add(errorMessages[e])
		return
	}
	if _, ok := errors.AsType[*limiter.RateError](err); ok {
		resp.add(message{"Too many requests.", "Try again later."})
		return
	}
	errs, ok := errors.AsType[usererror.Errors](err)
	if !ok {
		a.LogFault(r, err)
		resp.add(faultMessage)
		return
	}
	for _, e := range errs {
		resp.add(messageOf(e))
	}
}

func (resp *response) add(m message) {
	resp.Errors, resp.ErrorDetails = append(resp.Errors, m.summary), append(resp.ErrorDetails, m.detail)
}
