// Package rest serves the two documented REST APIs on top of internal/contact, byte for byte as
// their existing clients know them:
//
//   - the Contacts API (/api/v1/Contacts/{id}, /api/v1/Changes) responds as ASP.NET Web API with
//     Json.NET did; internal/rest/aspnet reads its request bodies
//   - the iService API (/f/webapp-api-custinfo, /f/webapp-api-login) always responds with status 200
//     and two arrays of errors, except when the database is unavailable
//
// Handlers return errors. Each API turns them into responses in one place: sendError for the
// Contacts API, addErrors for iService. codes.go has the tables that map the error codes of the
// domain.
//
// Reading order: rest.go (the API type and what the handlers share), then contacts.go, dto.go and
// response.go for the Contacts API, changes.go for its change log, and iservice.go, setdetails.go,
// payload.go and login.go for the iService API. request.go authenticates requests and reads bodies,
// idempotency.go executes a retried write only once. openapi.json, which OpenAPI serves, documents
// both APIs.
package rest
