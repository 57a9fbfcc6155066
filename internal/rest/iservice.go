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

	"contactgraph/internal/usererror"
)

// operations are what one address of the iService door does, by the value of its parameter api.
type operations []operation

type operation struct {
	name    string
	methods []string
	run     func(*API, http.ResponseWriter, *http.Request, *reply) error
}

var (
	custInfoOperations = operations{
		{"setdetails", []string{http.MethodPost}, (*API).setDetails},
	}
	loginOperations = operations{
		{"login", []string{http.MethodPost}, (*API).signIn}, // a password in a URL would stay in logs
		{"loggedin", []string{http.MethodGet, http.MethodPost}, (*API).signedIn},
		{"logout", []string{http.MethodGet, http.MethodPost}, (*API).signOut},
	}
)

// reply is what the iService door says, with status 200: its clients take another one for a broken connection. It has one
// when the connection to the database is.
type reply struct {
	status       int       // 0 stands for 200
	LoggedIn     *loggedIn `json:"loggedIn,omitempty"` // only of the login address, and there always
	Errors       []string  `json:"errors"`
	ErrorDetails []string  `json:"errorDetails"` // entry i explains entry i of Errors
}

// loggedIn says who is signed in. An agent has no contactID.
type loggedIn struct {
	IsLoggedIn  bool   `json:"isLoggedIn"`
	ContactID   *int   `json:"contactID"`
	ContactName string `json:"contactName"`
}

// CustInfo answers /f/webapp-api-custinfo: setdetails.
func (a *API) CustInfo(w http.ResponseWriter, r *http.Request) {
	a.serveIService(w, r, custInfoOperations, reply{})
}

// Login answers /f/webapp-api-login: login, loggedin and logout.
func (a *API) Login(w http.ResponseWriter, r *http.Request) {
	a.serveIService(w, r, loginOperations, reply{LoggedIn: &loggedIn{}})
}

// serveIService runs the operation that the request names, and sends its reply.
func (a *API) serveIService(w http.ResponseWriter, r *http.Request, ops operations, said reply) {
	said.Errors, said.ErrorDetails = []string{}, []string{}
	err := run(func(w http.ResponseWriter, r *http.Request) error {
		op, err := ops.find(r)
		if err != nil {
			return err
		}
		return op.run(a, w, r, &said)
	}, w, r)
	if err != nil {
		a.refuseIService(r, err, &said)
	}
	said.send(w)
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

// parameter returns the first value of a name, whatever its letter case.
func parameter(values url.Values, name string) string {
	for _, other := range slices.Sorted(maps.Keys(values)) {
		if strings.EqualFold(other, name) {
			return values.Get(other)
		}
	}
	return ""
}

// send writes the reply, with < > & as they are.
func (said *reply) send(w http.ResponseWriter) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(said) //nolint:errchkjson // texts and numbers, in memory: it cannot fail
	body := bytes.TrimSpace(buffer.Bytes())
	noStore(w)
	w.Header().Set("Content-Type", applicationJSON+charsetUTF8)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if said.status != 0 {
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(said.status)
	}
	_, _ = w.Write(body) // the client is gone: there is nobody to tell
}

// refuseIService makes said the reply to a request that failed with err.
func (a *API) refuseIService(r *http.Request, err error, said *reply) {
	if why, ok := errors.AsType[refusalError](err); ok {
		said.add(refusedTexts[why])
		return
	}
	errs, ok := errors.AsType[usererror.Errors](err)
	if !ok {
		a.logFault(r, err)
		said.add(faultTexts)
		if f := answerToFault(err); f.status == http.StatusServiceUnavailable {
			said.status = f.status
		}
		return
	}
	for _, e := range errs {
		said.add(textsOf(e))
	}
}

func (said *reply) add(t texts) {
	said.Errors, said.ErrorDetails = append(said.Errors, t.summary), append(said.ErrorDetails, t.detail)
}
