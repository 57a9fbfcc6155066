package demo

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"

	"github.com/nyaruka/phonenumbers"
)

func TestPhonesAreUnique(t *testing.T) {
	t.Parallel()
	p := newPhones(rand.New(rand.NewPCG(1, 2)))
	numbers, normalized := map[string]bool{}, map[string]bool{}
	for code, number, ok := p.next(); ok; code, number, ok = p.next() {
		if len(normalized) < 500 { // parsing a number is slow
			normalized[normalize.Phone("", code, number)] = true
		}
		if numbers[code+number] {
			t.Fatalf("%s %s is returned twice", code, number)
		}
		numbers[code+number] = true
	}
	if len(normalized) != 500 || len(numbers) < 80_000 {
		t.Errorf("%d keys of the first 500, %d numbers", len(normalized), len(numbers))
	}
	if own := documentedContact().Set; numbers[own[field.PhoneCountryCode].(string)+own[field.Phone].(string)] {
		t.Error("the documented contact's number is returned")
	}
}

func TestPhonesAreValid(t *testing.T) {
	t.Parallel()
	for _, c := range countries {
		calling, _ := strconv.Atoi(c.code)
		first := 0
		for _, b := range c.blocks {
			for _, end := range []int{first, first + b.size - 1} {
				number, ok := c.at(end)
				n, err := phonenumbers.Parse(number, phonenumbers.GetRegionCodeForCountryCode(calling))
				if !ok || err != nil || !phonenumbers.IsValidNumber(n) || len(number) > 20 {
					t.Errorf("%s %s: %v", c.code, number, err)
				}
			}
			first += b.size
		}
	}
}
