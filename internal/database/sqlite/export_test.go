package sqlite

// CreateComplete creates a file completely or not.
var CreateComplete = createComplete
