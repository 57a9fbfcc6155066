package persisted

// HashOf returns the SHA-256 of a text in hexadecimal digits.
var HashOf = hashOf

// Small returns documents of which at most so many bytes are kept, in all groups and in each.
func Small(most, share int) *Documents { return &Documents{automatic: newAutomatic(most, share)} }

// Bytes returns how many bytes are kept.
func (d *Documents) Bytes() int { return d.automatic.bytes }
