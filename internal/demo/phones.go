package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// country has the phone numbers that its regulator reserves for films, books and the like, so that
// no demo contact has the number of a real person.
type country struct {
	code   string
	blocks []block
}

// block is a range of numbers: the format of the national number, the first number to format, and
// how many there are.
type block struct {
	format string
	first  int
	size   int
}

// countries lists the numbers as published by PTS, Bundesnetzagentur, Ofcom, NANPA, Arcep and ACMA.
// The last two countries have enough numbers for all practical sizes of the demo data.
var countries = []country{
	{"46", []block{
		{"070-174 06 %02d", 5, 95}, {"08-465 004 %02d", 0, 100}, {"031-390 06 %02d", 0, 100}, {"040-628 04 %02d", 0, 100},
	}},
	{"49", []block{
		{"030 23125 %03d", 0, 1000}, {"040 66969 %03d", 0, 1000}, {"069 90009 %03d", 0, 1000}, {"089 99998 %03d", 0, 1000},
	}},
	{"44", []block{
		{"020 7946 0%03d", 0, 1000}, {"0113 496 0%03d", 0, 1000}, {"0131 496 0%03d", 0, 1000}, {"0161 496 0%03d", 0, 1000},
	}},
	{"1", []block{
		{"(212) 555-%04d", 100, 100}, {"(312) 555-%04d", 100, 100}, {"(415) 555-%04d", 100, 100},
	}},
	{"33", []block{
		{"01 99 00 %04d", 0, 10000}, {"02 61 91 %04d", 0, 10000}, {"04 65 71 %04d", 0, 10000}, {"05 36 49 %04d", 0, 10000},
	}},
	{"61", []block{
		{"(02) 5550 %04d", 0, 10000}, {"(03) 5550 %04d", 0, 10000}, {"(07) 5550 %04d", 0, 10000}, {"(08) 5550 %04d", 0, 10000},
	}},
}

// phones returns each number once. It chooses the country at random. Within a country the numbers
// are in order, so that a transaction changes neighboring entries of the indexes.
type phones struct {
	random *rand.Rand
	left   []*supply // of the countries that have unused numbers
}

// supply is a country with the count of its numbers that are used.
type supply struct {
	country
	used int
}

func newPhones(random *rand.Rand) *phones {
	p := &phones{random: random}
	for _, c := range countries {
		p.left = append(p.left, &supply{country: c})
	}
	return p
}

// next returns a country code and a national number. ok is false when all numbers are used.
func (p *phones) next() (code, number string, ok bool) {
	for len(p.left) > 0 {
		i := p.random.IntN(len(p.left))
		s := p.left[i]
		if number, ok = s.at(s.used); ok {
			s.used++
			return s.code, number, true
		}
		p.left = slices.Delete(p.left, i, i+1)
	}
	return "", "", false
}

// at returns the number at an index into all blocks of the country. ok is false beyond the last
// number.
func (c country) at(index int) (number string, ok bool) {
	for _, b := range c.blocks {
		if index < b.size {
			return fmt.Sprintf(b.format, b.first+index), true
		}
		index -= b.size
	}
	return "", false
}
