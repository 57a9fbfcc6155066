// Package rest serves two REST APIs on top of the services. What existed before this program
// responds byte for byte as its clients know it:
//
//   - the Contacts API (/api/v1/Contacts/{id}) responds as ASP.NET Web API with Json.NET did;
//     internal/rest/aspnet reads its request bodies. /api/v1/Changes is new and follows its
//     conventions
//   - the iService API (/f/webapp-api-custinfo, /f/webapp-api-login) always responds with status
//     200 and two arrays of errors, except with 503 when it cannot process the request for
//     the moment
//
// Handlers return errors. Each API turns them into responses in one place: sendError for the
// Contacts API, addErrors for iService. codes.go has the tables that map the error codes of the
// domain.
//
// Reading order: rest.go (the API type and what the handlers share), then contacts.go, dto.go and
// response.go for the Contacts API, changes.go for its change log, and iservice.go, setdetails.go,
// payload.go and login.go for the iService API. request.go authenticates requests and reads bodies,
// limit.go has what each operation costs, starting.go the responses before the database is open,
// and idempotency.go executes a retried write only once. openapi.json, which OpenAPI serves,
// documents both APIs.
package rest
