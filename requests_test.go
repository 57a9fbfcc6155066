package main

import (
	"testing"

	"contactgraph/internal/limiter"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

func TestDefaultLimits(t *testing.T) {
	t.Parallel()
	var flags struct {
		Requests requestLimits `embed:""`
	}
	parser, err := kong.New(&flags)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(limiter.DefaultLimits(), flags.Requests.byClass()); diff != "" {
		t.Errorf("the flags differ from package limiter (-limiter +flags)\n%s", diff)
	}
	if err := flags.Requests.validate(); err != nil {
		t.Error(err)
	}
}

func TestRequestLimitsAreChecked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*requestLimits){
		"--max-cost":           func(l *requestLimits) { l.MaxCost = 0 },
		"--cost-rate-customer": func(l *requestLimits) { l.CostRateCustomer = -1 },
		"--request-timeout":    func(l *requestLimits) { l.RequestTimeout = 0 },
	} {
		l := requestLimits{MaxCost: 1, MaxCostCustomer: 1, MaxCostAnonymous: 1, RequestTimeout: 1}
		if err := l.validate(); err != nil {
			t.Fatal(err)
		}
		change(&l)
		if l.validate() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
