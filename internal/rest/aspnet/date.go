package aspnet

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// parseDate parses a date as DateTimeOffset.Parse does in the invariant culture. A date without an
// offset is in UTC, the time zone of the replaced server. It accepts the notations that clients
// use, such as
//
//	2024-11-21  2024/11/21 6:40 PM  11/21/2024 06:40:14.5 +02:00  2024-11-21T06:40Z
//	21 Nov 2024  21-Nov-24  Thursday, November 21, 2024  Thu, 21 Nov 2024 06:40:14 GMT
//
// and rejects what the framework rejects. It also rejects what the framework would complete from
// the current date: a time alone, or a date without a year.
func parseDate(text string) (time.Time, bool) {
	p := dateParser{rest: text}
	for p.rest != "" {
		if !p.next() {
			return time.Time{}, false
		}
	}
	return p.date()
}

// dateParser collects the parts of a date. They can be in any order that is unambiguous.
type dateParser struct {
	rest     string
	parts    []datePart // the numbers and the name of the month, at most three
	weekday  *time.Weekday
	clock    *clock
	half     string // AM, PM or ""
	location *time.Location
}

// datePart is one number of a date or, if month is set, the name of a month.
type datePart struct {
	month  time.Month
	number int
	digits int
}

// clock is a time of day on a 12-hour or 24-hour clock.
type clock struct {
	hour, minute, second int
	nanosecond           time.Duration
}

// next reads one part. White space, commas and points between the parts have no meaning.
func (p *dateParser) next() bool {
	p.rest = strings.TrimLeftFunc(p.rest, func(c rune) bool { return c == ',' || c == '.' || unicode.IsSpace(c) })
	if p.rest == "" {
		return true
	}
	switch c := p.rest[0]; {
	case isDigit(c):
		return p.readNumber()
	case c == '+' || c == '-':
		return p.readOffset()
	default:
		return p.readWord(p.takeWhile(isLetter))
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func (p *dateParser) takeWhile(is func(byte) bool) string {
	n := 0
	for n < len(p.rest) && is(p.rest[n]) {
		n++
	}
	taken := p.rest[:n]
	p.rest = p.rest[n:]
	return taken
}

// readNumber reads a number, which is the hour of a time or a part of the date.
func (p *dateParser) readNumber() bool {
	digits := p.takeWhile(isDigit)
	after := strings.TrimLeft(p.rest, " ")
	if strings.HasPrefix(after, ":") {
		p.rest = after
		return p.readClock(digits)
	}
	if len(after) > 1 && (equalFold(after[:2], "am") || equalFold(after[:2], "pm")) && p.clock == nil {
		return p.setClock(clock{hour: twoDigits(digits)})
	}
	n, err := strconv.Atoi(digits)
	return err == nil && len(digits) <= 4 && p.addPart(datePart{number: n, digits: len(digits)})
}

// addPart adds a part and consumes the - or / after it, which another part must then follow. After
// a complete date a - starts an offset.
func (p *dateParser) addPart(part datePart) bool {
	if len(p.parts) == 3 {
		return false
	}
	p.parts = append(p.parts, part)
	after := strings.TrimLeft(p.rest, " ")
	if len(p.parts) == 3 || !strings.HasPrefix(after, "-") && !strings.HasPrefix(after, "/") {
		return true
	}
	p.rest = strings.TrimLeft(after[1:], " ")
	return p.rest != "" && (isDigit(p.rest[0]) || isLetter(p.rest[0]))
}

// readClock reads a time after its hour.
func (p *dateParser) readClock(hour string) bool {
	var fields [2]string
	fields[0] = p.takeField()
	if fields[0] == "" {
		return false
	}
	if strings.HasPrefix(p.rest, ":") {
		if fields[1] = p.takeField(); fields[1] == "" {
			return false
		}
	}
	c := clock{hour: twoDigits(hour), minute: twoDigits(fields[0]), second: twoDigits(fields[1])}
	if fields[1] != "" && len(p.rest) > 1 && p.rest[0] == '.' && isDigit(p.rest[1]) {
		p.rest = p.rest[1:]
		c.nanosecond = parseFraction(p.takeWhile(isDigit))
	}
	return p.setClock(c)
}

// takeField consumes a colon and the digits after it.
func (p *dateParser) takeField() string {
	p.rest = strings.TrimPrefix(p.rest, ":")
	return p.takeWhile(isDigit)
}

// setClock sets the time. It can be before or after the date, but not inside it.
func (p *dateParser) setClock(c clock) bool {
	if p.clock != nil || len(p.parts) != 0 && len(p.parts) != 3 || c.hour > 23 || c.minute > 59 || c.second > 59 {
		return false
	}
	p.clock = &c
	return true
}

// twoDigits parses a number of at most two digits. For a longer one it returns a number that every
// field rejects.
func twoDigits(digits string) int {
	if len(digits) > 2 {
		return 100
	}
	n, _ := strconv.Atoi(digits)
	return n
}

// parseFraction parses the decimals of a second, rounded to a tick of 100 ns.
func parseFraction(digits string) time.Duration {
	padded := digits + "00000000"
	ticks, _ := strconv.Atoi(padded[:7])
	if padded[7] >= '5' {
		ticks++
	}
	return time.Duration(ticks) * 100
}

// readOffset reads an offset such as +2, +02, +0200 or +02:00.
func (p *dateParser) readOffset() bool {
	sign := p.rest[:1]
	p.rest = p.rest[1:]
	hours, minutes := p.takeWhile(isDigit), ""
	switch {
	case hours == "" || len(hours) > 4:
		return false
	case len(hours) > 2:
		hours, minutes = hours[:len(hours)-2], hours[len(hours)-2:]
	case strings.HasPrefix(p.rest, ":"):
		if minutes = p.takeField(); minutes == "" {
			return false
		}
	}
	if twoDigits(minutes) > 59 {
		return false
	}
	return p.setZone(zone(parseOffset(sign+hours, minutes)))
}

func (p *dateParser) setZone(location *time.Location) bool {
	if p.location != nil || p.clock == nil && len(p.parts) < 3 {
		return false
	}
	p.location = location
	return true
}

// readWord reads a word and handles it by its meaning.
func (p *dateParser) readWord(word string) bool {
	switch strings.ToUpper(word) {
	case "AM", "PM":
		known := p.clock != nil && p.half == ""
		p.half = strings.ToUpper(word)
		return known
	case "Z", "GMT":
		return p.setZone(time.UTC)
	case "T":
		return p.readISOClock()
	}
	for month := time.January; month <= time.December; month++ {
		if named(word, month.String()) {
			return p.addPart(datePart{month: month})
		}
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if named(word, day.String()) && p.weekday == nil {
			p.weekday = &day
			return true
		}
	}
	return false
}

// named reports whether a word is a name or its first three letters.
func named(word, name string) bool {
	return equalFold(word, name) || equalFold(word, name[:3])
}
