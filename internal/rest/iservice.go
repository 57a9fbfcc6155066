package rest

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

	"contactgraph/internal/limiter"
	"contactgraph/internal/usererror"
)

// operations are the operations of one endpoint of the iService API. The URL parameter api selects
// one of them.
type operations []operation

type operation struct {
	name    string
	methods []string
	run     func(*API, http.ResponseWriter, *http.Request, *iserviceResponse) error
}

var (
	custInfoOperations = operations{
		{"setdetails", []string{http.MethodPost}, (*API).setDetails},
	}
	loginOperations = operations{
		{"login", []string{http.MethodPost}, (*API).signIn}, // no GET: a password in a URL would end up in logs
		{"loggedin", []string{http.MethodGet, http.MethodPost}, (*API).signedIn},
		{"logout", []string{http.MethodGet, http.MethodPost}, (*API).signOut},
	}
)

// iserviceResponse is a response of the iService API. Its status is 200 even for errors, because
// clients take any other status for a broken connection; only an unavailable database is reported
// as 503.
type iserviceResponse struct {
	status       int       // 0 stands for 200
	LoggedIn     *loggedIn `json:"loggedIn,omitempty"` // present in every response of the login endpoint, and only there
	Errors       []string  `json:"errors"`
	ErrorDetails []string  `json:"errorDetails"` // entry i explains entry i of Errors
}

// loggedIn describes the signed-in user. An agent has no contactID.
type loggedIn struct {
	IsLoggedIn  bool   `json:"isLoggedIn"`
	ContactID   *int   `json:"contactID"`
	ContactName string `json:"contactName"`
}

// CustInfo handles /f/webapp-api-custinfo: setdetails.
func (a *API) CustInfo(w http.ResponseWriter, r *http.Request) {
	a.serveIService(w, r, custInfoOperations, iserviceResponse{})
}

// Login handles /f/webapp-api-login: login, loggedin and logout.
func (a *API) Login(w http.ResponseWriter, r *http.Request) {
	a.serveIService(w, r, loginOperations, iserviceResponse{LoggedIn: &loggedIn{}})
}

// serveIService runs the operation that the request names, and sends the response.
func (a *API) serveIService(w http.ResponseWriter, r *http.Request, ops operations, resp iserviceResponse) {
	resp.Errors, resp.ErrorDetails = []string{}, []string{}
	err := a.call(func(w http.ResponseWriter, r *http.Request) error {
		op, err := ops.find(r)
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
func (ops operations) find(r *http.Request) (operation, error) {
	name := parameter(r.URL.Query(), "api")
	i := slices.IndexFunc(ops, func(op operation) bool { return strings.EqualFold(op.name, name) })
	if i < 0 {
		return operation{}, errNoOperation
	}
	if !slices.Contains(ops[i].methods, r.Method) {
		return operation{}, errMethod
	}
	return ops[i], nil
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
func (resp *iserviceResponse) send(w http.ResponseWriter) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(resp) //nolint:errchkjson // strings and numbers into memory: it cannot fail
	body := bytes.TrimSpace(buffer.Bytes())
	noStore(w)
	w.Header().Set("Content-Type", applicationJSON+charsetUTF8)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if resp.status != 0 {
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(resp.status)
	}
	_, _ = w.Write(body) // fails only if the client has gone away
}

// addErrors adds the error of a request to resp, and logs it if it is a fault.
func (a *API) addErrors(r *http.Request, err error, resp *iserviceResponse) {
	if e, ok := errors.AsType[requestError](err); ok {
		resp.add(errorMessages[e])
		if e == errInterrupted {
			resp.status = http.StatusServiceUnavailable
		}
		return
	}
	if _, ok := errors.AsType[*limiter.RateError](err); ok {
		resp.add(message{"Too many requests.", "Try again later."})
		return
	}
	errs, ok := errors.AsType[usererror.Errors](err)
	if !ok {
		a.logFault(r, err)
		resp.add(faultMessage)
		if f := faultResponse(err); f.status == http.StatusServiceUnavailable {
			resp.status = f.status
		}
		return
	}
	for _, e := range errs {
		resp.add(messageOf(e))
	}
}

func (resp *iserviceResponse) add(m message) {
	resp.Errors, resp.ErrorDetails = append(resp.Errors, m.summary), append(resp.ErrorDetails, m.detail)
}
