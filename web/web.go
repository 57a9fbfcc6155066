// Package web serves the HTML pages: the console, the playground and the API docs. make web builds
// them from src/ to dist/, which is embedded: the server needs no other files, and the pages load
// nothing from other servers.
package web

import (
	"crypto/rand"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/vearutop/statigz"
	"github.com/vearutop/statigz/brotli"
)

// dist has the built files: uncompressed pages, and assets in compressed form only.
//
//go:embed dist
var dist embed.FS

// Settings are what the pages need to know about the server. They are public.
type Settings struct {
	Demo *Demo `json:"demo"` // nil on a server without demo data
	SSO  *SSO  `json:"sso"`  // nil on a server without an OpenID Connect provider
	// PasswordReset is true if the server sends links for new passwords by email.
	PasswordReset bool `json:"passwordReset"`
}

// SSO is the OpenID Connect provider that staff can sign in by.
type SSO struct {
	Name string `json:"name"` // on the button
}

// GraphQL has the limits and costs that the manual of the GraphQL API shows.
type GraphQL struct {
	Limits []Limit
	Costs  []Cost // of fields
}

// Cost is what a field costs, and how many elements its list is assumed to have.
type Cost struct {
	Field string
	Cost  int
	Size  string // "" if the field is not a list
}

// Limit is a limit with its value and unit as text.
type Limit struct{ What, Most string }

// Demo has the credentials for the demo data.
type Demo struct {
	Key     string   `json:"key"` // an API key
	SignIns []SignIn `json:"signIns"`
}

// SignIn is a demo user.
type SignIn struct {
	Role     string `json:"role"` // a ViewerRole of the GraphQL API
	Login    string `json:"login"`
	Password string `json:"password"`
	Account  string `json:"account"`
}

// The file names of the pages.
const (
	Console    = "console.html"
	Playground = "playground.html"
	Docs       = "docs.html"
	GraphQLAPI = manual + "graphql.html"
)

// manual is the folder of the pages of the manual.
const manual = "manual/"

// ManualPage returns the file name of a page of the manual, which may not exist.
func ManualPage(name string) string { return manual + name + ".html" }

// policies are the parts of the Content-Security-Policy that differ between the pages. NONCE stands
// for the nonce of the page's style elements.
var policies = map[string]string{
	Console: "style-src 'self' 'nonce-NONCE'; img-src 'self' data:",
	// The editors create style elements and attributes, and their style sheets contain fonts.
	Playground: "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self'",
	Docs:       "style-src 'self' 'unsafe-inline'; img-src 'self' data:",
}

// manualPolicy is that part for the pages of the manual.
const manualPolicy = "style-src 'self'; img-src 'self'"

// Site serves the pages and their assets.
type Site struct {
	settings func() Settings
	graphQL  GraphQL
	pages    *template.Template
	assets   http.Handler
}

// New returns a Site. It calls settings for each request of a page.
func New(settings func() Settings, graphQL GraphQL) *Site {
	return &Site{
		settings: settings,
		graphQL:  graphQL,
		pages:    parse(),
		assets:   statigz.FileServer(dist, brotli.AddEncoding, statigz.FSPrefix("dist"), statigz.OnNotFound(notFound)),
	}
}

// parse returns the templates of all pages, each with its file name.
func parse() *template.Template {
	pages := template.New("")
	for _, pattern := range []string{"dist/*.html", "dist/" + manual + "*.html"} {
		files, _ := fs.Glob(dist, pattern) // the patterns are valid
		for _, file := range files {
			text, err := dist.ReadFile(file)
			if err != nil {
				panic(err)
			}
			template.Must(pages.New(strings.TrimPrefix(file, "dist/")).Parse(string(text)))
		}
	}
	return pages
}

// Has reports whether there is a page of that file name.
func (s *Site) Has(name string) bool { return s.pages.Lookup(name) != nil }

// Page responds with the page of that file name.
func (s *Site) Page(w http.ResponseWriter, name string) {
	nonce := rand.Text()
	policy := policies[name]
	if strings.HasPrefix(name, manual) {
		policy = manualPolicy
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; "+
		strings.ReplaceAll(policy, "NONCE", nonce)+"; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
	err := s.pages.ExecuteTemplate(w, name, struct {
		Settings Settings
		GraphQL  GraphQL
		Nonce    string
	}{s.settings(), s.graphQL, nonce})
	_ = err // the client has disconnected: the tests show that nothing else fails
}

// Asset responds with an asset in an encoding that the client accepts. Its name contains a hash of
// its content, so that browsers may cache it forever.
func (s *Site) Asset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	s.assets.ServeHTTP(untagged{w}, r)
}

// untagged removes the entity tag: clients never revalidate a response that they cache forever, and
// statigz writes tags without quotes.
type untagged struct{ http.ResponseWriter }

// WriteHeader writes the header without the tag.
func (w untagged) WriteHeader(status int) {
	w.Header().Del("Etag")
	w.ResponseWriter.WriteHeader(status)
}

func (w untagged) Write(b []byte) (int, error) {
	w.Header().Del("Etag") // if the body is written without WriteHeader
	return w.ResponseWriter.Write(b)
}

// notFound responds for an unknown asset. It may exist in an older release, or in a newer one that
// is being rolled out, so the response must not be cached.
func notFound(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	http.NotFound(w, r)
}
