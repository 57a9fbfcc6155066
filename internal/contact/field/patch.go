package field

// Patch says which fields to write: absent is untouched, nil is cleared.
type Patch map[*Field]any
