package reset

import (
	"context"

	"contactgraph/ent"
	"contactgraph/internal/viewer"
)

// Lease is for how long a process takes a request.
const Lease = lease

// SendOne sends the message of one request.
func (s *Service) SendOne(ctx context.Context, row *ent.PasswordReset) error {
	return s.send(viewer.NewSystemContext(ctx, 0), row)
}
