package demo_test

import (
	"flag"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/demo"
)

var benchContacts = flag.Int("contacts", 10_000, "number of contacts to search in a benchmark")

// searches are the kinds of texts that people search for.
var searches = []struct {
	kind string
	text func(c *ent.Contact) string
}{
	{"email", func(c *ent.Contact) string { return *c.Email }},
	{"name and email", func(c *ent.Contact) string { return *c.FirstName + " " + *c.LastName + " <" + *c.Email + ">" }},
	{"domain", func(*ent.Contact) string { return "@example.com" }},
	{"shown phone", func(c *ent.Contact) string { return "+" + *c.PhoneCountryCode + " " + *c.Phone }},
	{"phone", func(c *ent.Contact) string { return *c.Phone }},
	{"E.164", func(c *ent.Contact) string { return *c.PhoneKey }},
	{"last four digits", func(c *ent.Contact) string { return (*c.PhoneKey)[len(*c.PhoneKey)-4:] }},
	{"last seven digits", func(c *ent.Contact) string { return (*c.PhoneKey)[len(*c.PhoneKey)-7:] }},
	{"contact number", func(c *ent.Contact) string { return strconv.Itoa(c.ID) }},
	{"company", func(*ent.Contact) string { return "trading" }},
	{"name and company", func(c *ent.Contact) string { return *c.FirstName + " example foods" }},
	{"first name", func(c *ent.Contact) string { return *c.FirstName }},
	{"name", func(c *ent.Contact) string { return *c.FirstName + " " + *c.LastName }},
	{"name in capitals", func(c *ent.Contact) string { return strings.ToUpper(*c.LastName + " " + *c.FirstName) }},
	{"one letter", func(c *ent.Contact) string { return (*c.FirstName)[:1] }},
	{"line", func(c *ent.Contact) string {
		return *c.FirstName + " " + *c.LastName + ", +" + *c.PhoneCountryCode + " " + *c.Phone + ", " + *c.Email
	}},
	{"nothing", func(c *ent.Contact) string { return *c.FirstName + " " + *c.LastName + "xyz" }},
}

// BenchmarkSearch measures the first page of each kind of search, in two orders, and how long it
// takes to suggest another search.
func BenchmarkSearch(b *testing.B) {
	f := newFixture(b)
	f.mustSeed(b, *benchContacts)
	ctx := f.accountCtx(b, demo.Account)
	var sample []*ent.Contact
	for id := 1; id <= *benchContacts; id += max(1, *benchContacts/400) {
		c := contacttest.Must(f.services.Queries.Get(ctx, id))
		if c.Email != nil && c.Phone != nil && c.PhoneKey != nil {
			sample = append(sample, c)
		}
	}
	measure := func(name string, search func(c *ent.Contact) error) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				if err := search(sample[i%len(sample)]); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
	for _, s := range searches {
		for _, order := range []query.OrderField{query.ByID, query.ByName} {
			measure(s.kind+" by "+string(order), func(c *ent.Contact) error {
				_, err := f.services.Queries.Page(ctx, query.Filter{Search: new(s.text(c))}, query.Order{Field: order}, query.PageArgs{})
				return err
			})
		}
	}
	measure("suggestion for a name", func(c *ent.Contact) error {
		_, err := f.services.Queries.DidYouMean(ctx, query.Filter{Search: new((*c.LastName)[:2] + "q" + (*c.LastName)[2:])})
		return err
	})
	measure("suggestion for a whole name", func(c *ent.Contact) error {
		_, err := f.services.Queries.DidYouMean(ctx, query.Filter{Search: new(*c.FirstName + " " + (*c.LastName)[:2] + "q" + (*c.LastName)[2:])})
		return err
	})
	measure("suggestion for an address", func(c *ent.Contact) error {
		_, err := f.services.Queries.DidYouMean(ctx, query.Filter{Search: new((*c.Email)[:5] + "q" + (*c.Email)[5:])})
		return err
	})
}
