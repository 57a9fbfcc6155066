package gate

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"contactgraph/graph/apierror"
	"contactgraph/graph/cost"
	"contactgraph/graph/persisted"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/limiter"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// Limiter finds the documents of requests that only identify them, rejects requests that cost too
// much, and lets the others wait for their turn.
type Limiter struct {
	Persisted *persisted.Documents
	Model     *cost.Model
	Documents *Documents // those that gqlgen has validated
	Callers   *limiter.Limiter
}

var _ graphqlhttp.Limiter = Limiter{}

// costReport is what extensions.cost of a response contains.
type costReport struct {
	weight    int
	limit     int
	remaining int // in the bucket of the caller; -1 without a limit
}

var _ graphqlhttp.Cost = (*costReport)(nil)

// AppendJSON appends an object with the members weight, limit and, if there is a limit of the
// rate, remaining.
func (r *costReport) AppendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"weight":`...), int64(r.weight), 10)
	b = strconv.AppendInt(append(b, `,"limit":`...), int64(r.limit), 10)
	if r.remaining >= 0 {
		b = strconv.AppendInt(append(b, `,"remaining":`...), int64(r.remaining), 10)
	}
	return append(b, '}')
}

// MarshalJSON returns what AppendJSON appends.
func (r *costReport) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

// Acquire finds the document of the request, weighs it and waits until it can run. It rejects a
// request with
//
//   - PERSISTED_QUERY_NOT_FOUND and the like if its document cannot be found;
//   - FORBIDDEN if its API key can only run trusted documents, and this is none;
//   - COST_LIMIT if it costs more than the limit of its caller's class, if validating its document
//     could take too long, or if it signs in more than once;
//   - RATE_LIMITED if its caller has used up its cost;
//   - SERVICE_UNAVAILABLE if too many requests are waiting.
//
// A document that cannot be parsed gets a permit: the executor reports why.
func (l Limiter) Acquire(ctx context.Context, params *graphqlhttp.Request) (*graphqlhttp.Permit, *gqlerror.Error) {
	who := principalOf(ctx).caller
	limit := l.Callers.Limits(who.Class).Cost
	report := &costReport{weight: cost.Base, limit: limit, remaining: -1}
	permit := &graphqlhttp.Permit{Cost: report}
	if err := l.Callers.Charge(who, 1); err != nil { // before the document is parsed
		return permit, waitError(err)
	}
	if rejected := l.document(ctx, params); rejected != nil {
		return permit, rejected
	}
	weight, err := l.weigh(ctx, params, limit)
	report.weight = weight
	if err == nil && weight > limit {
		err = cost.DocumentError(fmt.Sprintf(
			"This operation costs %s, but at most %d is allowed for %s: select fewer fields or smaller pages, or send several operations.",
			atMost(weight), limit, who.Class))
	}
	if err != nil {
		if rejected := principalOf(ctx).rejection(); rejected != nil { // it counts as anonymous, but may be allowed more
			return permit, rejected
		}
		if limited := l.Callers.Charge(who, rejectionCost); limited != nil {
			return permit, waitError(limited)
		}
		return permit, apierror.New(apierror.CodeCostLimit, err.Error())
	}
	granted, err := l.Callers.Acquire(ctx, who, weight)
	permit.Release = granted.Release
	permit.Hold = func(bytes int) (release func(), ok bool) {
		release, err := granted.Hold(bytes)
		return release, err == nil
	}
	report.remaining = granted.Remaining
	return permit, waitError(err)
}

// rejectionCost is what a caller spends with a request that costs too much: to find that out takes
// a few milliseconds.
const rejectionCost = 500

// atMost formats a weight that may be too large to be computed.
func atMost(weight int) string {
	if weight >= cost.Saturated {
		return "too much to count"
	}
	return strconv.Itoa(weight)
}

// weigh returns the cost of a request. It fails if the document itself exceeds a limit.
func (l Limiter) weigh(ctx context.Context, params *graphqlhttp.Request, limit int) (int, error) {
	doc, validated := l.Documents.Get(ctx, params.Query)
	if !validated {
		parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, graphqlhttp.ParserTokenLimit)
		if err != nil {
			return cost.Base, nil //nolint:nilerr // the executor reports it
		}
		if err := cost.Check(parsed); err != nil {
			return cost.Base, err
		}
		doc = parsed
	}
	op := doc.Operations.ForName(params.OperationName)
	if op == nil {
		return cost.Base, nil
	}
	c := l.Model.Of(doc, op, params.Variables, limit)
	if c.SignIns > 1 {
		return c.Total, errSignIns
	}
	return c.Total, nil
}

const errSignIns = cost.DocumentError("An operation can sign in only once: send each signIn in a request of its own.")

// waitError translates the error of a request that got no permit.
func waitError(err error) *gqlerror.Error {
	if err == nil {
		return nil
	}
	if limited, ok := errors.AsType[*limiter.RateError](err); ok {
		e := apierror.New(apierror.CodeRateLimited, "You have sent too many requests: wait, or send requests that cost less.")
		e.Extensions[graphqlhttp.ExtensionRetryAfter] = limited.RetryAfter
		return e
	}
	return apierror.New(apierror.Fault(err))
}
