package aspnet

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// errJSON stands for every exception of the framework's reader. Callers need not know which one it
// was; only the state in which it leaves the reader matters.
var errJSON = errors.New("aspnet: the body does not fit the model")

// maxDepth is FormattingUtilities.DefaultMaxDepth.
const maxDepth = 256

// token is the kind of what was read last.
type token int

const (
	tokenNone token = iota
	tokenStartObject
	tokenStartArray
	tokenStartConstructor
	tokenPropertyName
	tokenComment
	tokenInteger
	tokenFloat
	tokenString
	tokenBoolean
	tokenNull
	tokenUndefined
	tokenDate
	tokenBytes
	tokenEndObject
	tokenEndArray
	tokenEndConstructor
)

// state determines what the reader accepts next.
type state int

const (
	stateStart state = iota
	stateProperty
	stateObjectStart
	stateObject
	stateArrayStart
	stateArray
	stateConstructorStart
	stateConstructor
	statePostValue
	stateFinished
)

// container is the kind of value that encloses a token.
type container int

const (
	noContainer container = iota
	inObject
	inArray
	inConstructor
)

// closes maps each end token to the container that it ends.
var closes = map[token]container{
	tokenEndObject: inObject, tokenEndArray: inArray, tokenEndConstructor: inConstructor,
}

// position is a position in a container: the last member of an object, or the index of the last
// element of an array.
type position struct {
	container container
	name      string
	index     int
}

// reader is Json.NET's JsonTextReader. After an error it is in the same state as the framework's
// reader after an exception, so that reading can continue from there.
type reader struct {
	text    []uint16
	pos     int
	state   state
	token   token
	value   any
	current position
	outer   []position // the enclosing positions, outermost first
	tooDeep bool       // maxDepth was reported and not yet left

	repaired bool // an unpaired surrogate of the last string token was replaced
}

// peek returns the next unit, or false at the end of the text.
func (r *reader) peek() (uint16, bool) { return r.peekAt(0) }

func (r *reader) peekAt(offset int) (uint16, bool) {
	if r.pos+offset >= len(r.text) {
		return 0, false
	}
	return r.text[r.pos+offset], true
}

// depth is JsonReader.Depth.
func (r *reader) depth() int {
	if r.startsContainer() || r.current.container == noContainer {
		return len(r.outer)
	}
	return len(r.outer) + 1
}

func (r *reader) startsContainer() bool {
	return r.token == tokenStartObject || r.token == tokenStartArray || r.token == tokenStartConstructor
}

// setValue makes a value the current token (JsonReader.SetToken).
func (r *reader) setValue(t token, value any) {
	r.finishValue()
	r.token, r.value = t, value
}

// finishValue is JsonReader.SetPostValueState with the index updated.
func (r *reader) finishValue() {
	r.leaveValue()
	r.current.index++
}

// leaveValue sets the state that follows a value or the end of a container.
func (r *reader) leaveValue() {
	r.state = statePostValue
	if r.current.container == noContainer {
		r.state = stateFinished
	}
}

// push enters a container (JsonReader.SetToken with a start token, and Push). Beyond maxDepth it
// fails once, and then accepts deeper levels until the depth is below it again.
func (r *reader) push(t token) error {
	r.token, r.value = t, nil
	next := position{container: inObject, index: -1}
	r.state = stateObjectStart
	switch t {
	case tokenStartArray:
		next.container, r.state = inArray, stateArrayStart
	case tokenStartConstructor:
		next.container, r.state = inConstructor, stateConstructorStart
	}
	r.current.index++
	if r.current.container != noContainer {
		r.outer = append(r.outer, r.current)
	}
	r.current = next
	if r.depth()+1 > maxDepth && !r.tooDeep {
		r.tooDeep = true
		return errJSON
	}
	return nil
}

// pop leaves a container (JsonReader.ValidateEnd). If another kind of container is open, it fails
// but leaves that one all the same.
func (r *reader) pop(t token) error {
	r.token, r.value = t, nil
	left := r.current.container
	r.current = position{}
	if last := len(r.outer) - 1; last >= 0 {
		r.current, r.outer = r.outer[last], r.outer[:last]
	}
	if r.depth() <= maxDepth {
		r.tooDeep = false
	}
	if left != closes[t] {
		return errJSON
	}
	r.leaveValue()
	return nil
}

// resume sets the state that follows a comma (JsonReader.SetStateBasedOnCurrent).
func (r *reader) resume() {
	switch r.current.container {
	case inObject:
		r.state = stateObject
	case inArray:
		r.state = stateArray
	case inConstructor:
		r.state = stateConstructor
	default:
		r.state = stateFinished
	}
}

// skip skips the children of the current token, or the value of the current property
// (JsonReader.Skip).
func (r *reader) skip() error {
	if r.token == tokenPropertyName {
		if _, err := r.read(); err != nil {
			return err
		}
	}
	if !r.startsContainer() {
		return nil
	}
	for depth := r.depth(); ; {
		if more, err := r.read(); err != nil || !more || r.depth() <= depth {
			return err
		}
	}
}

// skipPast continues after an error until the reader is back at a depth
// (JsonSerializerInternalReader.HandleError).
func (r *reader) skipPast(depth int) error {
	if err := r.skip(); err != nil {
		return err
	}
	for r.depth() > depth {
		if more, err := r.read(); err != nil || !more {
			return err
		}
	}
	return nil
}

// path is JsonReader.Path, split into the member of the root object and the indexes after it. It
// ends before the members of nested objects, whose names are not part of the model.
func (r *reader) path() (member, indexes string) {
	places := r.outer
	switch r.state {
	case stateObjectStart, stateArrayStart, stateConstructorStart:
	default:
		places = append(slices.Clip(places), r.current)
	}
	var at strings.Builder
	for i, p := range places {
		switch {
		case i == 0:
			member = p.name
		case p.container == inArray || p.container == inConstructor:
			at.WriteString("[" + strconv.Itoa(p.index) + "]")
		default:
			return member, at.String()
		}
	}
	return member, at.String()
}
