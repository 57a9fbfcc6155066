package mail

import "time"

// WithTimeout returns the sender with another limit than Timeout.
func (s *Sender) WithTimeout(d time.Duration) *Sender {
	limited := *s
	limited.timeout = d
	return &limited
}
