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
	numbers, theirs := map[string]bool{}, map[string]bool{}
	for code, number, ok := p.next(); ok; code, number, ok = p.next() {
		if len(theirs) < 500 { // reading a number takes long
			theirs[normalize.Phone(code, number)] = true
		}
		if numbers[code+number] {
			t.Fatalf("%s %s is given out twice", code, number)
		}
		numbers[code+number] = true
	}
	if len(theirs) != 500 || len(numbers) < 80_000 {
		t.Errorf("%d keys of the first 500, %d numbers", len(theirs), len(numbers))
	}
	if own := customer().Set; numbers[own[field.PhoneCountryCode].(string)+own[field.Phone].(string)] {
		t.Error("the customer's number is given out")
	}
}

func TestPhonesAreValid(t *testing.T) {
	t.Parallel()
	for _, c := range countries {
		calling, _ := strconv.Atoi(c.code)
		place := 0
		for _, b := range c.blocks {
			for _, end := range []int{place, place + b.size - 1} {
				number, ok := c.at(end)
				n, err := phonenumbers.Parse(number, phonenumbers.GetRegionCodeForCountryCode(calling))
				if !ok || err != nil || !phonenumbers.IsValidNumber(n) || len(number) > 20 {
					t.Errorf("%s %s: %v", c.code, number, err)
				}
			}
			place += b.size
		}
	}
}
