package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestEveryCaseRuns runs the whole benchmark, so that it keeps working. It does not check how fast
// anything is.
func TestEveryCaseRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "report.json")
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{
		"-engines", "sqlite", "-rounds", "1", "-seconds", "0.005", "-clients", "1", "-sizes", "50",
		"-grow", "-grow-sizes", "50", "-keep", filepath.Join(dir, "kept"), "-dir", dir, "-json", file,
	}, &stdout, &stderr)
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	t.Logf("%s", &stdout)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	var cases []string
	for _, c := range r.Comparisons {
		cases = append(cases, c.Case)
		for _, f := range []figures{c.Server.Median, c.Other.Median} {
			if f.P50 <= 0 || f.P99 < f.P50 || f.Max < f.P99 {
				t.Errorf("%s: %+v", c.Case, f)
			}
		}
	}
	if !slices.Equal(cases, caseNames) {
		t.Errorf("measured %q, want %q", cases, caseNames)
	}
	if len(r.Growth) != 1 || len(r.Growth[0].Pages) != len(filters)*len(orders) || r.Growth[0].Start <= 0 || r.Growth[0].Memory.Peak <= 0 {
		t.Errorf("the growth is %+v", r.Growth)
	}
	left, err := filepath.Glob(filepath.Join(dir, "contactgraph-bench*"))
	if err != nil || len(left) > 0 {
		t.Errorf("it left %q, %v", left, err)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "kept", "*.db"))
	if err != nil || len(kept) != 2 {
		t.Errorf("it kept %q, %v; want one file per program", kept, err)
	}
}

func TestInvalidFlagsAreRejected(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-engines oracle":        "-engines",
		"-cases delete":          "-cases",
		"-clients 0":             "-clients",
		"-clients x":             "-clients",
		"-clients 64 -sizes 50":  "-clients",
		"-sizes 2000000":         "-sizes",
		"-grow-sizes 60000,1000": "-grow-sizes",
		"-rounds 0":              "-rounds",
		"-seconds 0":             "-seconds",
		"-yardstick-writers 2":   "-yardstick-writers",
		"-against nothing":       "-against",
		"-subscriptions 0":       "-subscriptions",
		"update":                 "update",
	} {
		if _, err := parseOptions(strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error about %s", args, err, want)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, tt := range []struct {
		sorted []time.Duration
		p      float64
		want   time.Duration
	}{
		{nil, 50, 0},
		{[]time.Duration{7}, 50, 7},
		{[]time.Duration{7}, 99, 7},
		{[]time.Duration{1, 9}, 50, 1},
		{[]time.Duration{1, 9}, 51, 9},
		{hundred, 0, 1},
		{hundred, 50, 50},
		{hundred, 99, 99},
		{hundred, 100, 100},
	} {
		if got := percentile(tt.sorted, tt.p); got != tt.want {
			t.Errorf("percentile %v of %v is %v, want %v", tt.p, tt.sorted, got, tt.want)
		}
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 9, 2}, 3}} {
		given := slices.Clone(tt.values)
		if got := median(tt.values); got != tt.want || !slices.Equal(given, tt.values) {
			t.Errorf("the median of %v is %v, want %v; left %v", given, got, tt.want, tt.values)
		}
	}
}

func TestMediansOfRounds(t *testing.T) {
	t.Parallel()
	got := medians([]figures{
		{Rate: 100, P50: 1, P99: 9, Max: 90, CPU: 5, Client: 2},
		{Rate: 300, P50: 3, P99: 5, Max: 10, CPU: 1, Client: 3},
		{Rate: 200, P50: 2, P99: 7, Max: 20, CPU: 9, Client: 1},
	})
	if want := (figures{Rate: 200, P50: 2, P99: 7, Max: 90, CPU: 5, Client: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestContactsAreAssignedOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ clients, size, each int }{{1, 50, 20}, {64, 1000, 15}, {64, 1_000_000, 20}, {10, 10, 1}, {3, 50, 16}} {
		seen := map[int]bool{}
		for i := range tt.clients {
			c := assignContacts(i, tt.clients, tt.size)
			if len(c.own) != tt.each {
				t.Errorf("%+v: client %d has %d contacts", tt, i, len(c.own))
			}
			for _, id := range c.own {
				if seen[id] || id < 1 || id > tt.size {
					t.Errorf("%+v: client %d has contact %d, which another client has or which does not exist", tt, i, id)
				}
				seen[id] = true
			}
		}
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	with := func(rate float64, p99 time.Duration) measurement {
		return measurement{Median: figures{Rate: rate, P99: p99}}
	}
	list := func(p99 ...time.Duration) (all []pages) {
		for i, p := range p99 {
			all = append(all, pages{Rows: pageSize - 10*i, P99: p})
		}
		return all
	}
	r := report{
		Comparisons: []comparison{
			{Engine: sqliteName, Case: caseUpdate, Clients: 64, Server: with(300, 4), Against: againstYardstick, Other: with(100, 10)},
			{Engine: postgresName, Case: caseRead, Clients: 64, Server: with(60, 1), Against: againstYardstick, Other: with(100, 1)},
			{Engine: postgresName, Case: casePage, Clients: 64, Server: with(60, 1), Against: againstYardstick, Other: with(100, 1)},
		},
		Growth: []growth{
			{Engine: sqliteName, Contacts: 1, Update: with(100, 1), Read: with(100, 1), Pages: list(10, 20)},
			{
				Engine: sqliteName, Contacts: 9, Update: with(90, 1), Read: with(80, 1), Pages: list(20, 80),
				Memory: memory{Peak: 160 << 20}, Start: time.Second / 2,
			},
		},
	}
	want := []struct {
		value float64
		met   bool
	}{{3, true}, {0.4, false}, {0.6, false}, {0.9, true}, {0.8, false}, {4, false}, {160 << 20, false}, {0.5, true}}
	got := r.verdicts()
	if len(got) != len(want) {
		t.Fatalf("got %+v, want %d verdicts", got, len(want))
	}
	for i, v := range got {
		if v.Value != want[i].value || v.Met != want[i].met {
			t.Errorf("got %+v, want %+v", v, want[i])
		}
	}
}

func TestShortPageIsComparedWithAFullPage(t *testing.T) {
	t.Parallel()
	first, last := &growth{Pages: make([]pages, len(orders)+1)}, &growth{Pages: make([]pages, len(orders)+1)}
	first.Pages[0] = pages{Rows: pageSize, P99: 10}
	first.Pages[len(orders)] = pages{Rows: 1, P99: 2}
	last.Pages[len(orders)] = pages{Rows: pageSize, P99: 20}
	if got := pageGrowth(first, last, len(orders)); got != 2 {
		t.Errorf("got %v, want 2", got)
	}
}
