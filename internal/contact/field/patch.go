package field

// Patch maps each field that is written to its new value. nil clears the field; fields that are not
// in the map stay as they are.
type Patch map[*Field]any
