package graphqlhttp

const (
	// DefaultMaxBody is the limit of a request body in bytes, unless Transport.MaxBody sets
	// another.
	DefaultMaxBody = 256 << 10

	// MaxQuery is the limit of a document in bytes. Clients with generated documents send large
	// ones, so this is only a first check; ParserTokenLimit limits what a document can cost.
	MaxQuery = 64 << 10

	// MaxURLQuery is the limit of the query string of a GET request in bytes.
	MaxURLQuery = 16 << 10

	// MaxNesting is how deep objects and arrays of a request can be nested. The parser recurses
	// once per level.
	MaxNesting = 64

	// ParserTokenLimit is the limit of a document in tokens. Validation compares fields pairwise,
	// so its time grows with the square of the document. Limiter can limit it further.
	ParserTokenLimit = 1000

	// MaxErrors is how many errors a response shows if the document does not match the schema.
	MaxErrors = 100

	// maxMessage is the limit of the message of such an error in bytes, because messages repeat
	// names of the document.
	maxMessage = 500
)
