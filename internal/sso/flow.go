package sso

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// flowLife is how long a person can take to sign in at the provider.
const flowLife = 10 * time.Minute

// flow is a sign-in between Start and Callback.
type flow struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"` // of PKCE
	Return   string    `json:"r"` // the path of the console to open then
	Expires  time.Time `json:"e"`
}

func newFlow(returnTo string, now time.Time) flow {
	return flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Return: returnTo, Expires: now.Add(flowLife)}
}

// newBox returns what encrypts the cookie. All processes have the same key, because they have the
// same client secret.
func newBox(c Config) cipher.AEAD {
	key, err := hkdf.Key(sha256.New, []byte(string(c.ClientSecret)), []byte(c.Issuer+"\n"+c.ClientID), "contactgraph sign-in cookie", 32)
	if err != nil {
		panic(err) // only for a key that is too long
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a key of another length
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for another cipher
	}
	return box
}

// cookieName returns the name of the cookie. Like that of the session, it has the prefix __Host- if
// browsers use HTTPS, so that another host of the domain cannot replace it.
func (s *Service) cookieName() string {
	if s.secure {
		return "__Host-contactgraph_oidc"
	}
	return "contactgraph_oidc"
}

// setFlow stores a sign-in in the browser.
func (s *Service) setFlow(w http.ResponseWriter, f flow) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	sealed := s.box.Seal(nil, nil, text, []byte(s.cookieName())) //nolint:gosec // the cipher generates the nonce
	c := s.emptyCookie()                                         //nolint:gosec // secure decides whether it is limited to HTTPS
	c.Value = base64.RawURLEncoding.EncodeToString(sealed)
	c.MaxAge = int(flowLife / time.Second)
	http.SetCookie(w, c)
	return nil
}

// takeFlow returns the sign-in that the state belongs to, and deletes its cookie. It fails with the
// reason State if there is none in this browser.
func (s *Service) takeFlow(w http.ResponseWriter, r *http.Request) (flow, error) {
	c := s.emptyCookie() //nolint:gosec // secure decides whether it is limited to HTTPS
	c.MaxAge = -1
	http.SetCookie(w, c)
	sent, err := r.Cookie(s.cookieName())
	if err != nil {
		return flow{}, fail(State, "the browser has no cookie of a sign-in")
	}
	sealed, err := base64.RawURLEncoding.DecodeString(sent.Value)
	if err != nil {
		return flow{}, fail(State, "the cookie of the sign-in is malformed")
	}
	text, err := s.box.Open(nil, nil, sealed, []byte(s.cookieName()))
	if err != nil {
		return flow{}, fail(State, "the cookie of the sign-in was not written with this client secret")
	}
	var f flow
	if err := json.Unmarshal(text, &f); err != nil {
		return flow{}, fail(State, "the cookie of the sign-in is of another version")
	}
	if !s.now().Before(f.Expires) {
		return f, fail(State, "the sign-in has expired")
	}
	if subtle.ConstantTimeCompare([]byte(r.URL.Query().Get("state")), []byte(f.State)) != 1 {
		return f, fail(State, "the state is not that of the sign-in in this browser")
	}
	return f, nil
}

// emptyCookie has the attributes that setting and clearing share. The browser sends it when the
// provider sends it back, which is a GET request from another site.
func (s *Service) emptyCookie() *http.Cookie {
	//nolint:gosec // secure decides whether it is limited to HTTPS
	return &http.Cookie{Name: s.cookieName(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.secure}
}

// maxReturn is the longest path to return to: the cookie has to fit into a header.
const maxReturn = 1000

// closePath is where a tab returns to that was opened only for the sign-in.
const closePath = "/sign-in/close"

// returnPath returns the path of the console that text is, with its query, and "/" for any other
// text: a browser must never be sent to another host.
func returnPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxReturn || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" ||
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	if text == closePath {
		return text
	}
	if path.Clean(u.Path) != u.Path || u.Path != "/" && !strings.HasPrefix(u.Path, "/contacts/") && !strings.HasPrefix(u.Path, "/manage/") {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}).String()
}
