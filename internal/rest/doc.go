// Package rest serves two REST APIs on top of the services. What existed before this program
// responds byte for byte as its clients know it: package webapi has the Contacts API (/api/v1/),
// and package iservice the iService API (/f/webapp-api-…). Package call has what both need, aspnet
// reads the request bodies of the Contacts API, and legacypath the paths of both. openapi.json,
// which OpenAPI serves, documents both.
//
// What the legacy APIs have and this server does not is never answered with 404, which clients take
// for "no such contact".
package rest
