package ssotest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Token is an ID token before it is signed.
type Token struct {
	Claims map[string]any
	Key    jose.SigningKey // to sign it with; Algorithm "none" leaves it unsigned
	KeyID  string
}

// tokenResponse answers a request for tokens. If the test tampers with them, the ID token of
// package op is changed and signed again.
func (p *Provider) tokenResponse(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	recorded := httptest.NewRecorder()
	handler.ServeHTTP(recorded, r)
	p.mu.Lock()
	tamper, current := p.tamper, p.keys[0]
	p.mu.Unlock()
	body := recorded.Body.Bytes()
	var response map[string]any
	if raw := idToken(body, &response); tamper != nil && raw != "" {
		t := Token{Claims: payload(raw), Key: jose.SigningKey{Algorithm: jose.ES256, Key: current.private}, KeyID: current.id}
		tamper(&t)
		response["id_token"] = t.sign()
		body, _ = json.Marshal(response) //nolint:errchkjson // it was JSON before
	}
	w.Header().Set("Content-Type", recorded.Header().Get("Content-Type"))
	w.WriteHeader(recorded.Code)
	w.Write(body) //nolint:errcheck // the client has disconnected
}

// idToken parses a response, and returns its ID token; "" if there is none.
func idToken(body []byte, response *map[string]any) string {
	if json.Unmarshal(body, response) != nil {
		return ""
	}
	raw, _ := (*response)["id_token"].(string)
	return raw
}

// payload returns the claims of a token.
func payload(token string) map[string]any {
	part, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		panic(err) // package op has written it
	}
	var claims map[string]any
	if err := json.Unmarshal(part, &claims); err != nil {
		panic(err)
	}
	return claims
}

func (t *Token) sign() string {
	text, err := json.Marshal(t.Claims)
	if err != nil {
		panic(err) // the test has set something that is not JSON
	}
	if t.Key.Algorithm == "none" {
		encode := base64.RawURLEncoding.EncodeToString
		return encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + encode(text) + "."
	}
	signer, err := jose.NewSigner(t.Key, (&jose.SignerOptions{}).WithHeader("kid", t.KeyID))
	if err != nil {
		panic(err) // the test has set a key that does not fit the algorithm
	}
	signed, err := signer.Sign(text)
	if err != nil {
		panic(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return compact
}
