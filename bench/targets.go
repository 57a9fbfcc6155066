package main

import (
	"fmt"
	"io"
	"time"
)

// verdict is a target and what was measured.
type verdict struct {
	Target   string  `json:"target"`
	Measured string  `json:"measured"`
	Value    float64 `json:"value"`
	Met      bool    `json:"met"`
}

// throughput is what a server's speed is measured in.
const throughput = "requests/s"

// bounds are the targets of the comparison.
var bounds = []struct {
	beside, engine, of string
	clients            int
	what               string
	measure            func(comparison) float64
	least              float64 // 0 if there is none
	most               float64 // 0 if there is none
}{
	{besideYardstick, sqliteName, caseUpdate, 64, throughput, rateRatio, 2, 0},
	{besideYardstick, sqliteName, caseUpdate, 64, "p99", p99Ratio, 0, 0.3},
	{besideYardstick, sqliteName, caseUpdate, 1, throughput, rateRatio, 0.6, 0},
	{besideYardstick, sqliteName, caseRead, 64, throughput, rateRatio, 0.6, 0},
	{besideYardstick, postgresName, caseUpdate, 64, throughput, rateRatio, 1, 0},
	{besideYardstick, postgresName, caseRead, 64, throughput, rateRatio, 0.7, 0},
	{besideNoLog, sqliteName, caseUpdate, 64, throughput, rateRatio, 0.75, 0},
	{besideNoLog, postgresName, caseUpdate, 64, throughput, rateRatio, 0.75, 0},
	{besideUnwatched, sqliteName, caseUpdate, 64, throughput, rateRatio, 0.5, 0},
	{besideUnwatched, postgresName, caseUpdate, 64, throughput, rateRatio, 0.5, 0},
}

func rateRatio(c comparison) float64 { return ratio(c.Server.Median.Rate, c.Other.Median.Rate) }
func p99Ratio(c comparison) float64  { return ratio(c.Server.Median.P99, c.Other.Median.P99) }

// The targets of growth, from the fewest contacts to the most.
const (
	speedKept = 0.85
	pageGrows = 3
	memoryMax = 150 << 20
	// watchedMax bounds the memory under subscriptions.
	watchedMax = 512 << 20
	startMax   = time.Second
)

// judge holds what was measured to the targets. What was not measured is not there.
func (r *report) judge() []verdict {
	var all []verdict
	for _, b := range bounds {
		for _, c := range r.Comparisons {
			if c.Beside != b.beside || c.Engine != b.engine || c.Case != b.of || c.Clients != b.clients {
				continue
			}
			sign, bound, value := "≥", b.least, b.measure(c)
			met := value >= bound
			if b.most > 0 {
				sign, bound = "≤", b.most
				met = value <= bound
			}
			all = append(all, verdict{
				fmt.Sprintf("%s, %s, %d clients, %d contacts: %s %s %g of %s's", b.engine, b.of, b.clients, c.Contacts, b.what, sign, bound, b.beside),
				fmt.Sprintf("%.2f", value), value, met,
			})
		}
	}
	for _, m := range r.Memory {
		if len(r.Comparisons) > 0 && r.Comparisons[0].Beside == besideUnwatched {
			all = append(all, verdict{
				fmt.Sprintf("%s: RSS with all subscriptions open < %s MiB", m.Engine, megabytes(watchedMax)),
				megabytes(m.Most) + " MiB", float64(m.Most), m.Most < watchedMax,
			})
		}
	}
	for _, engine := range engineNames {
		if sizes := r.grown(engine); len(sizes) > 0 {
			all = append(all, r.judgeGrowth(&sizes[0], &sizes[len(sizes)-1])...)
		}
	}
	return all
}

// judgeGrowth holds the most contacts to the fewest.
func (*report) judgeGrowth(first, last *growth) []verdict {
	at := fmt.Sprintf("%s, from %d to %d contacts", last.Engine, first.Contacts, last.Contacts)
	var all []verdict
	for _, m := range []struct {
		name        string
		first, last figures
	}{{caseUpdate, first.Update.Median, last.Update.Median}, {caseRead, first.Read.Median, last.Read.Median}} {
		kept := ratio(m.last.Rate, m.first.Rate)
		all = append(all, verdict{fmt.Sprintf("%s: %s keeps ≥ %g of its speed", at, m.name, speedKept), fmt.Sprintf("%.2f", kept), kept, kept >= speedKept})
	}
	grows, worst, failed := worstPage(first, last)
	start, most := last.Start, last.Memory.Most
	return append(all,
		verdict{fmt.Sprintf("%s: the p99 of a page < %d times", at, pageGrows), fmt.Sprintf("%.2f (%s); %d lists failed", grows, worst, failed), grows, grows < pageGrows && failed == 0},
		verdict{fmt.Sprintf("%s, %d contacts: RSS under load < %s MiB", last.Engine, last.Contacts, megabytes(memoryMax)), megabytes(most) + " MiB", float64(most), most < memoryMax},
		verdict{fmt.Sprintf("%s, %d contacts: start < %v", last.Engine, last.Contacts, startMax), milliseconds(start) + " ms", start.Seconds(), start < startMax},
	)
}

// worstPage is the list whose p99 grows the most, and how many had no answer.
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

// pageGrowth says how many times its p99 at first the p99 of list i is at last. A list that was too short for a full page at
// first is measured by the full page of all contacts there: that it has more to show by now is not held against it.
func pageGrowth(first, last *growth, i int) float64 {
	was, is := first.Pages[i], last.Pages[i]
	before := was.P99
	if was.Rows < is.Rows {
		before = max(before, first.Pages[i%len(orders)].P99) // the lists without a filter come first
	}
	return ratio(is.P99, before)
}

func (r *report) printVerdicts(w io.Writer) error {
	var rows [][]any
	for _, v := range r.judge() {
		met := "NO"
		if v.Met {
			met = "yes"
		}
		rows = append(rows, []any{v.Target, v.Measured, met})
	}
	return table(w, "Targets", 0, []any{"target", "measured", "met"}, rows)
}
