package contact

import "time"

// SetThrottleClock makes the service take the time of its throttle from now.
func (s *Service) SetThrottleClock(now func() time.Time) { s.throttle.now = now }
