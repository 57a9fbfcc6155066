package main

import (
	"context"
	"fmt"

	"clients/rest"
)

func useREST(ctx context.Context, url string) {
	const id = 10
	api := must(rest.NewClientWithResponses(url, rest.WithHTTPClient(key{})))
	before := must(api.GetContactWithResponse(ctx, id, nil)).JSON200
	name := "Eleonora"
	change := rest.UpdateContactDto{
		Version: before.Version, FirstName: &name, LastName: before.LastName, Email: before.Email,
		LimitMailsTemporarilyUntil: &before.LastModified,
	}

	saved := must(api.PutContactWithResponse(ctx, id, nil, change))
	want(saved.StatusCode(), 200)
	want(*saved.JSON200.FirstName, name)
	want(saved.JSON200.Phone, nil)

	stale := must(api.PutContactWithResponse(ctx, id, nil, change))
	want(stale.StatusCode(), 409)
	want(stale.HTTPResponse.Header.Get("X-Conflict"), "version")
	want(must(stale.JSON409.AsReadContactDto()).Version, saved.JSON200.Version)

	for _, values := range [][]rest.PropertyValue{{{Value: "M"}}, {}} {
		details := must(api.SetDetailsWithResponse(ctx, &rest.SetDetailsParams{Api: rest.Setdetails}, rest.SetDetails{
			ContactID: id, Membership: &[]string{"2", "3"},
			Details: &rest.Details{Properties: &[]rest.PropertyValues{{PropertyID: "2", Values: &values}}},
		}))
		want(fmt.Sprint(details.JSON200.Errors), "[]")
	}

	signIn := rest.SignIn{EmailAddress: "customer11@1to1service.com", Password: "demo-password"}
	login := must(api.LoginWithFormdataBodyWithResponse(ctx, &rest.LoginParams{Api: rest.LoginParamsApiLogin}, signIn))
	want(*login.JSON200.LoggedIn.ContactID, 466)

	contactID := rest.ContactId(id)
	log := must(api.GetChangesWithResponse(ctx, &rest.GetChangesParams{ContactId: &contactID})).JSON200
	last := log.Changes[len(log.Changes)-1]
	want(last.Kind, rest.DETAILS)
	want(fmt.Sprint(last.Fields), "[{[] [map[description:<nil> value:M]] properties.2}]")
}
