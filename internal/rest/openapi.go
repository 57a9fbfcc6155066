package rest

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"net/http"
	"time"
)

// openAPI is the OpenAPI document of both doors, written by hand.
//
//go:embed openapi.json
var openAPI []byte

// openAPITag changes with the document, so that a client which has it need not fetch it again.
var openAPITag = fmt.Sprintf(`"%x"`, sha256.Sum256(openAPI))

// OpenAPI answers GET /openapi.json with the document that describes both doors. It is about no one, so it may be kept, but
// each use asks whether it is still the same: the next release may say more.
func (*API) OpenAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", applicationJSON+charsetUTF8)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", openAPITag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(openAPI))
}

// OpenAPI returns the document that describes both doors.
func OpenAPI() []byte { return bytes.Clone(openAPI) }
