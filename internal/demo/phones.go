package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// country has phone numbers that its regulator sets aside for films, books and the like, so that no demo contact has
// somebody's number.
type country struct {
	code   string
	blocks []block
}

// block is a run of numbers: the format of the national number, the first running number in it, and how many there are.
type block struct {
	format string
	first  int
	size   int
}

// countries lists the numbers as published by PTS, Bundesnetzagentur, Ofcom, NANPA, Arcep and ACMA. The last two have
// enough for any number of contacts that one would try.
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

// phones gives out numbers of a country at random, none twice. Within a country they go in order, which keeps the writes of
// very many contacts close together in the database.
type phones struct {
	random *rand.Rand
	left   []*run
}

// run is what a country has left: how many of its numbers have been given out.
type run struct {
	country
	given int
}

func newPhones(random *rand.Rand) *phones {
	p := &phones{random: random}
	for _, c := range countries {
		p.left = append(p.left, &run{country: c})
	}
	return p
}

// next returns a country code and a national number; ok is false when all have been given out.
func (p *phones) next() (code, number string, ok bool) {
	for len(p.left) > 0 {
		i := p.random.IntN(len(p.left))
		r := p.left[i]
		if number, ok = r.at(r.given); ok {
			r.given++
			return r.code, number, true
		}
		p.left = slices.Delete(p.left, i, i+1)
	}
	return "", "", false
}

// at is the number at a place in the country's blocks, laid end to end; ok is false beyond the last.
func (c country) at(place int) (number string, ok bool) {
	for _, b := range c.blocks {
		if place < b.size {
			return fmt.Sprintf(b.format, b.first+place), true
		}
		place -= b.size
	}
	return "", false
}
