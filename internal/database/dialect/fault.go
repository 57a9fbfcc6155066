package dialect

// Fault classifies an error of an engine. Several of its fields may be true.
type Fault struct {
	// Unique: a unique key is taken. Index is the key's index, where the engine names it; Columns
	// names its columns, where the engine names those instead.
	Unique         bool
	Index, Columns string

	// ForeignKey: a row would refer to a row that does not exist.
	ForeignKey bool
	// Conflict: the transaction lost against another that ran at the same time, and can be run
	// again.
	Conflict bool
	// Aborted: the statement was refused because an earlier one of the transaction had failed.
	Aborted bool
	// Unavailable: the engine cannot be reached, or accepts no work at the moment.
	Unavailable bool
	// Node is the server of a cluster that the engine cannot reach, as host:port, if it names one.
	Node string
	// Corrupt: the stored data are damaged.
	Corrupt bool
	// RolledBack: if it is the error of a commit, nothing was committed.
	RolledBack bool
}
