package server

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"
)

// document is a description of an API for programs. It has no personal data, so clients may cache
// it, but they must revalidate it: the next release may change it.
type document struct {
	mediaType, tag string
	text           []byte
}

func newDocument(mediaType string, text []byte) document {
	return document{mediaType: mediaType + "; charset=utf-8", tag: fmt.Sprintf(`"%x"`, sha256.Sum256(text)), text: text}
}

// ServeHTTP answers with the document, or with 304 if the client has it already.
func (d document) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", d.mediaType)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", d.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(d.text))
}
