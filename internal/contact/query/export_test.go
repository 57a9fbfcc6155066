package query

import "context"

// PageWithLimits is Page with other limits: maxSort, maxSet, maxScan and maxScanWithSet.
func (s *Service) PageWithLimits(ctx context.Context, f Filter, o Order, a PageArgs, l [4]int) (*Page, error) {
	return s.page(ctx, f, o, a, limits{l[0], l[1], l[2], l[3]})
}
