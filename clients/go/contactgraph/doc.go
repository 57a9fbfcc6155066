// Package contactgraph is the Go client of contactgraph. It reads and writes contacts, merges
// writes with those of others, repeats requests safely, and follows the change feed.
//
//	client := contactgraph.New("https://contacts.example.com/graphql", contactgraph.WithAPIKey(key))
//	contact, err := client.ReadContact(ctx, "7")
//
// # Values
//
// Results have plain values: a text or time that the API returns as null is the zero value, and an
// object is nil. A write distinguishes three states of each field of a ContactPatch: absent, the
// zero value, leaves the field as it is; Set writes a value; Clear writes null.
//
// # Errors
//
// A write that the server rejects for reasons that a person can fix returns a *RejectedError. Any
// other failure of a request is an *Error with a Code. Both work with errors.Is and errors.As:
//
//	var conflict *contactgraph.VersionConflict
//	switch {
//	case errors.As(err, &conflict): // others have changed the same fields: see conflict.Fields
//	case errors.Is(err, contactgraph.UserErrorCodeEmailTaken):
//	case errors.Is(err, contactgraph.CodeUnauthenticated):
//	case contactgraph.IsOutcomeUnknown(err): // the write may have been applied
//	}
//
// Of a write of many, each item of RejectedError.Items is an error of the same kind:
//
//	var rejected *contactgraph.RejectedError
//	if errors.As(err, &rejected) {
//		for _, item := range rejected.Items {
//			log.Println(item.Index, errors.Is(item, contactgraph.UserErrorCodeEmailTaken))
//		}
//	}
//
// # Repeated requests
//
// A request without a response, and one that the server is too busy for, is sent again, with waits
// that become longer: up to five times in total, unless WithAttempts sets another number, and not
// after the end of the context. A write has an idempotency key, so that it is applied once however
// often it is sent.
//
// # Other operations
//
// A Client is a graphql.Client of github.com/Khan/genqlient: functions that genqlient generates for
// your own operations can use it, with all of the above. In genqlient.yaml, bind the inputs to the
// types of this package, because genqlient itself cannot leave a field absent:
//
//	bindings:
//	  ContactPatch: { type: contactgraph/clients/go/contactgraph.ContactPatch }
//	  UserError: { type: contactgraph/clients/go/contactgraph.UserError }
package contactgraph
