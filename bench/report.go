package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"
)

// report contains the results of a run.
type report struct {
	Machine     machine      `json:"machine"`
	Settings    string       `json:"settings"`
	Comparisons []comparison `json:"comparisons"`
	Memory      []memoryAt   `json:"memory"`
	Growth      []growth     `json:"growth"`
}

// memoryAt is the memory of the server after the comparisons.
type memoryAt struct {
	memory

	Engine   string `json:"engine"`
	Contacts int    `json:"contacts"`
}

func (r *report) writeJSON(file string) error {
	text, err := json.MarshalIndent(struct {
		*report

		Verdicts []verdict `json:"verdicts"`
	}{r, r.verdicts()}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Clean(file), append(text, '\n'), 0o600)
}

func (r *report) printTo(w io.Writer) error {
	return errors.Join(
		r.printMachine(w), r.printComparisons(w), r.printMemory(w), r.printGrowth(w), r.printPages(w), r.printVerdicts(w),
	)
}

// right is the alignment of the cells in a table of numbers.
const right = tabwriter.AlignRight

// table prints a title and the rows with aligned cells. It prints nothing without rows.
func table(w io.Writer, title string, align uint, head []any, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(w, "\n%s\n\n", title); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', align)
	for _, row := range append([][]any{head}, rows...) {
		for _, cell := range row {
			if _, err := fmt.Fprintf(t, "%v\t", cell); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(t); err != nil {
			return err
		}
	}
	return t.Flush()
}

func (r *report) printMachine(w io.Writer) error {
	m := r.Machine
	_, err := fmt.Fprintf(w, "%d cores (%s), load %s before the run\n%s, Linux %s\n%s in %s; fsync of a page: median %s, p99 %s\n%s\n",
		m.Cores, m.CPU, m.Load, m.Go, m.Kernel, m.FileSystem, m.Dir, milliseconds(m.Fsync), milliseconds(m.FsyncP99), r.Settings)
	return err
}

func (r *report) printComparisons(w io.Writer) error {
	var rows [][]any
	for _, c := range r.Comparisons {
		for _, p := range []struct {
			name string
			figures
			ratio string
		}{{c.Against, c.Other.Median, ""}, {"server", c.Server.Median, c.ratios()}} {
			rows = append(rows, []any{
				c.Engine, c.Contacts, c.Case, c.Clients, p.name, strconv.Itoa(int(p.Rate)), milliseconds(p.P50), milliseconds(p.P99),
				milliseconds(p.Max), microseconds(p.CPU), microseconds(p.Client), p.ratio,
			})
		}
	}
	title := "Comparison: medians of the rounds (max: of all requests), and the ratios of the medians of the server to those of the other"
	head := []any{"engine", "contacts", "case", "clients", "", throughput, "p50 ms", "p99 ms", "max ms", "CPU µs", "client µs", "ratio: rate, p99, CPU"} //nolint:goconst // a heading
	return table(w, title, right, head, rows)
}

// ratios returns the ratios of the medians.
func (c comparison) ratios() string {
	s, y := c.Server.Median, c.Other.Median
	return fmt.Sprintf("%.2f, %.2f, %.2f", ratio(s.Rate, y.Rate), ratio(s.P99, y.P99), ratio(s.CPU, y.CPU))
}

func (r *report) printMemory(w io.Writer) error {
	var rows [][]any
	for _, m := range r.Memory {
		rows = append(rows, []any{m.Engine, m.Contacts, megabytes(m.RSS), megabytes(m.Peak)})
	}
	return table(w, "Memory of the server after the comparison", right, []any{"engine", "contacts", "RSS MiB", "peak MiB"}, rows)
}

func (r *report) printGrowth(w io.Writer) error {
	var rows [][]any
	for _, g := range r.Growth {
		first := &r.grown(g.Engine)[0]
		for _, m := range []struct {
			name string
			of   func(*growth) figures
		}{{caseUpdate, func(g *growth) figures { return g.Update.Median }}, {caseRead, func(g *growth) figures { return g.Read.Median }}} {
			f := m.of(&g)
			rows = append(rows, []any{
				g.Engine, g.Contacts, m.name, g.Clients, strconv.Itoa(int(f.Rate)), fmt.Sprintf("%.2f", ratio(f.Rate, m.of(first).Rate)),
				milliseconds(f.P99), microseconds(f.CPU), milliseconds(g.Start), megabytes(g.Memory.RSS), megabytes(g.Memory.Peak),
			})
		}
	}
	title := "Growth of the server: its speed relative to the smallest number of contacts, the time to start, and the memory"
	head := []any{"engine", "contacts", "case", "clients", throughput, "speed", "p99 ms", "CPU µs", "start ms", "RSS MiB", "peak MiB"}
	return table(w, title, right, head, rows)
}

// grown returns the growth on an engine, in ascending order of contacts.
func (r *report) grown(engine string) (sizes []growth) {
	for _, g := range r.Growth {
		if g.Engine == engine {
			sizes = append(sizes, g)
		}
	}
	return sizes
}

func (r *report) printPages(w io.Writer) error {
	for _, engine := range engineNames {
		sizes := r.grown(engine)
		if len(sizes) == 0 {
			continue
		}
		head := []any{"filter", "order"}
		for _, g := range sizes {
			head = append(head, fmt.Sprintf("rows (%d contacts)", g.Contacts), "p50 ms", "p99 ms")
		}
		var rows [][]any
		for i := range sizes[0].Pages {
			rows = append(rows, listRow(sizes, i))
		}
		title := "Pages of 50 contacts on " + engine + " with one client: each filter in each order, and the growth of p99"
		if err := table(w, title, right, append(head, "p99 growth"), rows); err != nil {
			return err
		}
	}
	return nil
}

// listRow returns the results of list i with each number of contacts.
func listRow(sizes []growth, i int) []any {
	row := []any{sizes[0].Pages[i].Filter, sizes[0].Pages[i].Order}
	for _, g := range sizes {
		p := g.Pages[i]
		p99 := milliseconds(p.P99)
		if p.Failed != "" {
			p99 = "failed"
		}
		row = append(row, p.Rows, milliseconds(p.P50), p99)
	}
	return append(row, fmt.Sprintf("%.2f", pageGrowth(&sizes[0], &sizes[len(sizes)-1], i)))
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1e3) }
func microseconds(d time.Duration) string { return strconv.FormatInt(d.Microseconds(), 10) }
func megabytes(bytes int64) string        { return fmt.Sprintf("%.0f", float64(bytes)/(1<<20)) }
