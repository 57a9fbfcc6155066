package main

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"contactgraph/internal/limiter"
)

// requestLimits are the flags that limit what a request and a caller may cost. Their defaults are
// those of package limiter; a test compares them.
type requestLimits struct {
	MaxCost          int           `default:"50000" help:"Highest cost of one request of an agent, admin or API key. extensions.cost of each GraphQL response shows the cost."`
	MaxCostCustomer  int           `default:"10000" help:"Highest cost of one request of a customer."`
	MaxCostAnonymous int           `default:"6000" help:"Highest cost of one request without credentials."`
	CostRate         int           `default:"0" help:"Cost per second that each API key and user may use, and what is not used can be saved up for 10 seconds. 0 means no limit."`
	CostRateCustomer int           `default:"20000" help:"Cost per second that each customer may use, as with --cost-rate. 0 means no limit."`
	CostRateAddress  int           `default:"50000" help:"Cost per second that all requests without credentials from one address may use, as with --cost-rate. 0 means no limit."`
	RequestTimeout   time.Duration `default:"10s" help:"How long an operation may take after its request has arrived. Subscriptions have no limit."`
}

// burstSeconds is for how many seconds a caller that sends nothing can save up cost.
const burstSeconds = 10

// validate checks the flags.
func (l requestLimits) validate() error {
	for name, n := range map[string]int{"max-cost": l.MaxCost, "max-cost-customer": l.MaxCostCustomer, "max-cost-anonymous": l.MaxCostAnonymous} {
		if n < 1 {
			return fmt.Errorf("--%s is %d, but must be at least 1", name, n)
		}
	}
	for name, n := range map[string]int{"cost-rate": l.CostRate, "cost-rate-customer": l.CostRateCustomer, "cost-rate-address": l.CostRateAddress} {
		if n < 0 {
			return fmt.Errorf("--%s is %d, but must not be negative", name, n)
		}
	}
	if l.RequestTimeout <= 0 {
		return errors.New("--request-timeout must be more than 0")
	}
	return nil
}

// byClass returns the limits of each class of callers.
func (l requestLimits) byClass() [3]limiter.Limits {
	of := func(cost, rate int) limiter.Limits {
		return limiter.Limits{Cost: cost, Rate: rate, Burst: burstSeconds * rate}
	}
	return [...]limiter.Limits{
		limiter.Anonymous: of(l.MaxCostAnonymous, l.CostRateAddress),
		limiter.Customer:  of(l.MaxCostCustomer, l.CostRateCustomer),
		limiter.Staff:     of(l.MaxCost, l.CostRate),
	}
}

// limiter returns the limiter of all requests.
func (l requestLimits) limiter() *limiter.Limiter {
	return limiter.New(limiter.Config{Limits: l.byClass(), Cores: runtime.GOMAXPROCS(0)}, time.Now)
}
