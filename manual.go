package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"contactgraph/graph"
	"contactgraph/internal/auth"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/idempotency"
	"contactgraph/web"
)

// manual is what the manual of the GraphQL API has from the code, so that it says what is so.
func manual() web.GraphQL {
	return web.GraphQL{
		PayloadCodes: codes(graph.PayloadCodes()),
		Codes:        codes(graph.Codes()),
		KeyLife:      inWords(changelog.MinRetention),
		Limits: []web.Limit{
			{What: "A request's body, or a message over a WebSocket", Most: inBytes(graphqlhttp.DefaultMaxBody)},
			{What: "A document", Most: inBytes(graphqlhttp.MaxQuery)},
			{What: "A document's tokens", Most: number(graphqlhttp.ParserTokenLimit)},
			{What: "The query string of a GET request", Most: inBytes(graphqlhttp.MaxURLQuery)},
			{What: "Objects and arrays of a request's JSON within each other", Most: number(graphqlhttp.MaxNesting)},
			{What: fmt.Sprintf("Contacts on a page (%d unless said otherwise)", query.DefaultPage), Most: number(query.MaxPage)},
			{What: "Changes on a page of the feed", Most: number(changelog.MaxPage)},
			{What: "Updates in one updateContacts", Most: number(contact.MaxUpdates)},
			{What: "Writes between expectedVersion and now that a write is compared with", Most: number(merge.MaxBehind)},
			{What: "Characters of an Idempotency-Key", Most: number(idempotency.MaxLength)},
			{What: "A repeat under an Idempotency-Key finds the outcome for", Most: inWords(changelog.MinRetention)},
			{What: "A session lasts", Most: inWords(auth.SessionLifetime)},
			{What: "Operations at the same time on one WebSocket", Most: number(graphqlhttp.MaxRunning)},
			{What: "A reader of a stream may leave what is sent for", Most: inWords(graphqlhttp.DefaultSendTimeout)},
		},
	}
}

func codes(list []graph.Code) []web.Code {
	all := make([]web.Code, len(list))
	for i, c := range list {
		all[i] = web.Code{Name: c.Name, Meaning: strings.ReplaceAll(c.Meaning, "`", "")} // the page has no Markdown
	}
	return all
}

func number(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

func inBytes(n int) string { return fmt.Sprintf("%d KiB", n>>10) }

func inWords(d time.Duration) string {
	if d >= time.Hour {
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}
