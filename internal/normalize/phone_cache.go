package normalize

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// phoneInput is what parsePhone gets.
type phoneInput struct{ country, code, phone string }

// parsedPhone is what parsePhone returns. Its number is not changed any more.
type parsedPhone struct {
	number phoneNumber
	ok     bool
}

// maxParsed is how many numbers are remembered: those of some batches of an import. They take about
// 2 MB.
const maxParsed = 4096

// longestParsed is the length in bytes up to which a text is remembered.
const longestParsed = 64

// parsedPhones has the numbers that were parsed last.
var parsedPhones = newPhoneCache()

type phoneCache struct {
	mu    sync.Mutex
	known *simplelru.LRU[phoneInput, parsedPhone]
}

func newPhoneCache() *phoneCache {
	known, err := simplelru.NewLRU[phoneInput, parsedPhone](maxParsed, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &phoneCache{known: known}
}

// get returns what is known for the input, or parses it. Others do not wait meanwhile.
func (c *phoneCache) get(in phoneInput) (phoneNumber, bool) {
	c.mu.Lock()
	p, known := c.known.Get(in)
	c.mu.Unlock()
	if known {
		return p.number, p.ok
	}
	p.number, p.ok = parseAgain(in.country, in.code, in.phone)
	if len(in.country)+len(in.code)+len(in.phone) <= longestParsed {
		c.mu.Lock()
		c.known.Add(in, p)
		c.mu.Unlock()
	}
	return p.number, p.ok
}
