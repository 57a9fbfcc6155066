package rest

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"net/http"
	"time"
)

// openAPI is the OpenAPI document of both APIs, written by hand.
//
//go:embed openapi.json
var openAPI []byte

// openAPITag is the ETag of the document: clients that have it already get a 304.
var openAPITag = fmt.Sprintf(`"%x"`, sha256.Sum256(openAPI))

// OpenAPI handles GET /openapi.json. The document has no personal data, so clients may cache it,
// but they must revalidate it: the next release may change it.
func (*API) OpenAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", applicationJSON+charsetUTF8)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", openAPITag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(openAPI))
}

// OpenAPI returns the document that describes both APIs.
func OpenAPI() []byte { return bytes.Clone(openAPI) }
