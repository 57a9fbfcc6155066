package main

import (
	"fmt"
	"io"
	"time"
)

// verdict is a target with the measured value.
type verdict struct {
	Target   string  `json:"target"`
	Measured string  `json:"measured"`
	Value    float64 `json:"value"`
	Met      bool    `json:"met"`
}

// throughput is the unit of the rate of a server.
const throughput = "requests/s"

// targets are the targets of the comparisons.
var targets = []struct {
	against, engine, of string
	clients             int
	what                string
	measure             func(comparison) float64
	atLeast             float64 // 0 if there is no minimum
	atMost              float64 // 0 if there is no maximum
}{
	{againstYardstick, sqliteName, caseUpdate, 64, throughput, rateRatio, 2, 0},
	{againstYardstick, sqliteName, caseUpdate, 64, "p99", p99Ratio, 0, 0.3},
	{againstYardstick, sqliteName, caseUpdate, 1, throughput, rateRatio, 0.6, 0},
	{againstYardstick, sqliteName, caseRead, 64, throughput, rateRatio, 0.6, 0},
	{againstYardstick, postgresName, caseUpdate, 64, throughput, rateRatio, 1, 0},
	{againstYardstick, postgresName, caseRead, 64, throughput, rateRatio, 0.7, 0},
	{againstNoLog, sqliteName, caseUpdate, 64, throughput, rateRatio, 0.75, 0},
	{againstNoLog, postgresName, caseUpdate, 64, throughput, rateRatio, 0.75, 0},
	{againstUnwatched, sqliteName, caseUpdate, 64, throughput, rateRatio, 0.5, 0},
	{againstUnwatched, postgresName, caseUpdate, 64, throughput, rateRatio, 0.5, 0},
}

func rateRatio(c comparison) float64 { return ratio(c.Server.Median.Rate, c.Other.Median.Rate) }
func p99Ratio(c comparison) float64  { return ratio(c.Server.Median.P99, c.Other.Median.P99) }

// The targets of the growth, from the smallest number of contacts to the largest.
const (
	minSpeedKept  = 0.85
	maxPageGrowth = 3
	maxMemory     = 150 << 20
	// maxSubscribedMemory is the limit with -against unwatched.
	maxSubscribedMemory = 512 << 20
	maxStart            = time.Second
)

// verdicts checks the results against the targets. Targets that were not measured are left out.
func (r *report) verdicts() []verdict {
	var all []verdict
	for _, b := range targets {
		for _, c := range r.Comparisons {
			if c.Against != b.against || c.Engine != b.engine || c.Case != b.of || c.Clients != b.clients {
				continue
			}
			sign, bound, value := "≥", b.atLeast, b.measure(c)
			met := value >= bound
			if b.atMost > 0 {
				sign, bound = "≤", b.atMost
				met = value <= bound
			}
			all = append(all, verdict{
				fmt.Sprintf("%s, %s, %d clients, %d contacts: %s %s %g times that of %s", b.engine, b.of, b.clients, c.Contacts, b.what, sign, bound, b.against),
				fmt.Sprintf("%.2f", value), value, met,
			})
		}
	}
	for _, m := range r.Memory {
		if len(r.Comparisons) > 0 && r.Comparisons[0].Against == againstUnwatched {
			all = append(all, verdict{
				fmt.Sprintf("%s: RSS with all subscriptions open < %s MiB", m.Engine, megabytes(maxSubscribedMemory)),
				megabytes(m.Peak) + " MiB", float64(m.Peak), m.Peak < maxSubscribedMemory,
			})
		}
	}
	for _, engine := range engineNames {
		if sizes := r.grown(engine); len(sizes) > 0 {
			all = append(all, r.growthVerdicts(&sizes[0], &sizes[len(sizes)-1])...)
		}
	}
	return all
}

// growthVerdicts compares the largest number of contacts with the smallest.
func (*report) growthVerdicts(first, last *growth) []verdict {
	at := fmt.Sprintf("%s, from %d to %d contacts", last.Engine, first.Contacts, last.Contacts)
	var all []verdict
	for _, m := range []struct {
		name        string
		first, last figures
	}{{caseUpdate, first.Update.Median, last.Update.Median}, {caseRead, first.Read.Median, last.Read.Median}} {
		kept := ratio(m.last.Rate, m.first.Rate)
		all = append(all, verdict{fmt.Sprintf("%s: speed of %s ≥ %g times", at, m.name, minSpeedKept), fmt.Sprintf("%.2f", kept), kept, kept >= minSpeedKept})
	}
	grows, worst, failed := worstPage(first, last)
	start, peak := last.Start, last.Memory.Peak
	return append(all,
		verdict{fmt.Sprintf("%s: p99 of a page < %d times", at, maxPageGrowth), fmt.Sprintf("%.2f (%s); %d lists failed", grows, worst, failed), grows, grows < maxPageGrowth && failed == 0},
		verdict{fmt.Sprintf("%s, %d contacts: RSS under load < %s MiB", last.Engine, last.Contacts, megabytes(maxMemory)), megabytes(peak) + " MiB", float64(peak), peak < maxMemory},
		verdict{fmt.Sprintf("%s, %d contacts: start in < %v", last.Engine, last.Contacts, maxStart), milliseconds(start) + " ms", start.Seconds(), start < maxStart},
	)
}

// worstPage returns the list whose p99 grows most, and how many lists failed.
func worstPage(first, last *growth) (grows float64, worst string, failed int) {
	for i, p := range last.Pages {
		if p.Failed != "" {
			failed++
		}
		if g := pageGrowth(first, last, i); g > grows {
			grows, worst = g, fmt.Sprintf("filter %s, order %s, %s ms", p.Filter, p.Order, milliseconds(p.P99))
		}
	}
	return grows, worst, failed
}

// pageGrowth returns the ratio of the last p99 of list i to the first. If the list was too short
// for a full page at first, its last p99 is compared with that of a full page of all contacts, so
// that a list does not look slower only because it has become longer.
func pageGrowth(first, last *growth, i int) float64 {
	before, after := first.Pages[i], last.Pages[i]
	base := before.P99
	if before.Rows < after.Rows {
		base = max(base, first.Pages[i%len(orders)].P99) // the lists without a filter come first
	}
	return ratio(after.P99, base)
}

func (r *report) printVerdicts(w io.Writer) error {
	var rows [][]any
	for _, v := range r.verdicts() {
		met := "NO"
		if v.Met {
			met = "yes"
		}
		rows = append(rows, []any{v.Target, v.Measured, met})
	}
	return table(w, "Targets", 0, []any{"target", "measured", "met"}, rows)
}
