package query

import "context"

// PageWithin is Page with other limits: few, some, far and farWithSet.
func (s *Service) PageWithLimits(ctx context.Context, f Filter, o Order, a PageArgs, l [4]int) (*Page, error) {
	return s.page(ctx, f, o, a, limits{l[0], l[1], l[2], l[3]})
}
