package export

// SetPart sets how many contacts Next reads.
func (s *Service) SetPart(n int) { s.part = n }
