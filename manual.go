package main

import (
	"fmt"
	"time"

	"contactgraph/graph"
	"contactgraph/graph/cost"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/settings"
	"contactgraph/web"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// manual returns the limits and costs for the manual, which are those of this server.
func manual(l requestLimits) web.GraphQL {
	return web.GraphQL{
		Costs: fieldCosts(),
		Limits: []web.Limit{
			{What: "Request body, or WebSocket message", Most: inBytes(graphqlhttp.DefaultMaxBody)},
			{What: "GraphQL document", Most: inBytes(graphqlhttp.MaxQuery)},
			{What: "Tokens in a document", Most: number(graphqlhttp.ParserTokenLimit)},
			{What: "Operations in a document", Most: number(cost.MaxOperations)},
			{What: "Fields of a document that merge into one", Most: number(cost.MaxMerged)},
			{What: "Fields of a document whose fragments are expanded", Most: number(cost.MaxExpanded)},
			{What: "signIn mutations in an operation", Most: number(1)},
			{What: "Cost of an operation by an agent, admin or API key", Most: number(l.MaxCost)},
			{What: "Cost of an operation by a customer", Most: number(l.MaxCostCustomer)},
			{What: "Cost of an operation without credentials", Most: number(l.MaxCostAnonymous)},
			{What: "Time for an operation", Most: inWords(l.RequestTimeout)},
			{What: "Query string of a GET request", Most: inBytes(graphqlhttp.MaxURLQuery)},
			{What: "Nesting of objects and arrays in a request's JSON", Most: number(graphqlhttp.MaxNesting)},
			{What: fmt.Sprintf("Contacts per page (default: %d)", query.DefaultPage), Most: number(query.MaxPage)},
			{What: "Changes per page of the change feed", Most: number(changelog.MaxPage)},
			{What: "Items in one mutation of several contacts", Most: number(contact.MaxCommands)},
			{What: "Changes since expectedVersion that a write can be compared with", Most: number(merge.MaxBehind)},
			{What: "Characters in an Idempotency-Key", Most: number(idempotency.MaxLength)},
			{What: "Time for which an Idempotency-Key returns the first result", Most: inWords(changelog.MinRetention)},
			{What: "Lifetime of a session, unless the account sets another", Most: inWords(settings.Account{}.SessionLifetime())},
			{What: "Time after which a session that is not used ends, unless the account sets another", Most: inWords(settings.Account{}.SessionIdle())},
			{What: "Concurrent operations on one WebSocket", Most: number(graphqlhttp.MaxRunning)},
			{What: "Time for which a client may stop reading a stream", Most: inWords(graphqlhttp.DefaultSendTimeout)},
		},
	}
}

func fieldCosts() []web.Cost {
	var all []web.Cost
	for _, c := range graph.FieldCosts() {
		all = append(all, web.Cost(c))
	}
	return all
}

// number formats a number with a comma between thousands.
func number(n int) string { return message.NewPrinter(language.English).Sprint(n) }

func inBytes(n int) string { return fmt.Sprintf("%d KiB", n>>10) }

// inWords formats a duration of whole hours or seconds in words, and any other one as flags have
// it.
func inWords(d time.Duration) string {
	switch {
	case d >= 2*time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Second && d < time.Hour && d%time.Second == 0:
		return fmt.Sprintf("%d seconds", d/time.Second)
	}
	return d.String()
}
