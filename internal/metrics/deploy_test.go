package metrics

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	dashboardFile = "../../deploy/grafana/contactgraph.json"
	alertsFile    = "../../deploy/prometheus/alerts.yml"
	alertTests    = "../../deploy/prometheus/alerts_test.yml"
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	metricName      = regexp.MustCompile(`\b(?:contactgraph|process|go)_[a-z_]+`)
	histogramSuffix = regexp.MustCompile(`_(?:bucket|sum|count)$`)
)

// namesIn returns the metrics that a text names.
func namesIn(text string) (found []string) {
	for _, name := range metricName.FindAllString(text, -1) {
		found = append(found, histogramSuffix.ReplaceAllString(name, ""))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// TestDashboardAndAlertsUseExistingMetrics, and the dashboard all of them.
func TestDashboardAndAlertsUseExistingMetrics(t *testing.T) {
	t.Parallel()
	families, err := used(t).registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var existing []string
	for _, f := range families {
		existing = append(existing, f.GetName())
	}
	for _, file := range []string{dashboardFile, alertsFile, alertTests} {
		for _, name := range namesIn(readFile(t, file)) {
			if !slices.Contains(existing, name) {
				t.Errorf("%s: there is no metric %s", file, name)
			}
		}
	}
	ours := func(names []string) []string {
		return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, namespace+"_") })
	}
	if diff := cmp.Diff(names(t), ours(namesIn(readFile(t, dashboardFile)))); diff != "" {
		t.Errorf("the dashboard (-metrics +shown)\n%s", diff)
	}
}

// TestDashboard checks what Grafana needs: each panel has its place, a title and a query.
func TestDashboard(t *testing.T) {
	t.Parallel()
	var d struct {
		UID, Title string
		Panels     []struct {
			ID          int
			Type, Title string
			GridPos     struct{ H, W, X, Y int }
			Targets     []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, dashboardFile)), &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.Title == "" || len(d.Panels) == 0 {
		t.Fatalf("%+v", d)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if p.Title == "" || ids[p.ID] || p.GridPos.W < 1 || p.GridPos.X+p.GridPos.W > 24 || (p.Type != "row") != (len(p.Targets) > 0) {
			t.Errorf("%+v", p)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				place := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[place]; other != "" {
					t.Fatalf("%s and %s are in the same place", other, p.Title)
				}
				taken[place] = p.Title
			}
		}
		for _, target := range p.Targets {
			if !strings.Contains(target.Expr, `instance=~"$instance"`) || target.LegendFormat == "" {
				t.Errorf("%s: %+v", p.Title, target)
			}
		}
	}
}

var alertName = regexp.MustCompile(`(?:- alert: |alertname[:=] ?"?)(Contactgraph\w+)`)

// TestAlertsAreTested: each alert is in the tests of the rules, and has its lines.
func TestAlertsAreTested(t *testing.T) {
	t.Parallel()
	rules, tests := readFile(t, alertsFile), readFile(t, alertTests)
	alerts := alertName.FindAllStringSubmatch(rules, -1)
	if len(alerts) == 0 || strings.Count(rules, "severity:") != len(alerts) || strings.Count(rules, "summary:") != len(alerts) || strings.Count(rules, "description:") != len(alerts) {
		t.Errorf("%d alerts; each needs a severity, a summary and a description", len(alerts))
	}
	for _, a := range alerts {
		if !strings.Contains(tests, `alertname="`+a[1]+`"`) {
			t.Errorf("%s has no test in which it fires", a[1])
		}
	}
}

// TestAlertRules runs promtool, which make test-alerts installs.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		promtool, err = filepath.Abs("../../bin/promtool")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(promtool); err != nil {
			t.Skip("promtool is not installed: make test-alerts installs it")
		}
	}
	for _, args := range [][]string{{"check", "rules", alertsFile}, {"test", "rules", alertTests}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = strings.NewReader(scrape(t, used(t)))
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}
