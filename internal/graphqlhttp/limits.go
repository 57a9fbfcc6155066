package graphqlhttp

const (
	// DefaultMaxBody bounds a request body in bytes, where Transport.MaxBody
	// does not say otherwise.
	DefaultMaxBody = 256 << 10

	// MaxQuery bounds the document in bytes. Clients with generated documents
	// send large ones, so this is no more than a first hurdle; what the
	// document may cost is bounded by ParserTokenLimit.
	MaxQuery = 64 << 10

	// MaxURLQuery bounds the query string of a GET request in bytes.
	MaxURLQuery = 16 << 10

	// MaxNesting bounds how deep objects and arrays of a request may nest. The
	// reader recurses once a level.
	MaxNesting = 64

	// ParserTokenLimit bounds the tokens of a document. Validation compares
	// fields pairwise, so its time grows with the square of the document: the
	// worst one of 1,000 tokens takes about 0.15 s, of 15,000 tokens 18 s.
	ParserTokenLimit = 1000
)
