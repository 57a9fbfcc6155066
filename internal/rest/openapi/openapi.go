// Package openapi has the OpenAPI document of both REST APIs, written by hand.
package openapi

import (
	"bytes"
	_ "embed"
)

//go:embed openapi.json
var document []byte

// Document returns the document.
func Document() []byte { return bytes.Clone(document) }
