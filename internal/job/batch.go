package job

import "time"

const (
	firstSize = 32 // items of the first batch of a run
	// minSize is below what a transaction costs by itself: while others keep the database busy,
	// smaller batches would only need more of them. A fault makes smaller ones.
	minSize = 16
	maxSize = 500 // items of the largest batch
	// turn is how long a batch should take: other writes of the account wait for it.
	turn = 40 * time.Millisecond
)

// resize sets the size of the next batch by how long this one took.
func (r *run) resize(items int, took time.Duration) {
	if items < r.size && took < turn {
		return // it was the last one
	}
	ideal := int(float64(items) * float64(turn) / float64(max(took, time.Millisecond)))
	r.size = min(max(ideal, r.size/2, minSize), 2*r.size, maxSize)
}
