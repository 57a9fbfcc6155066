package aspnet

import (
	"regexp"
	"time"
)

// isoClock is the time of an ISO 8601 date, which must be complete.
var isoClock = regexp.MustCompile(`^\s*(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*([Zz]|[+-][\d:]+)?\s*$`)

// readISOClock reads the rest after a T. A date of numbers that starts with its year must precede
// it (DateTimeParse.ParseISO8601).
func (p *dateParser) readISOClock() bool {
	parts := isoClock.FindStringSubmatch(p.rest)
	if parts == nil || len(p.parts) < 3 || p.parts[0].digits < 3 ||
		p.parts[1].month != 0 || p.parts[2].month != 0 || p.location != nil {
		return false
	}
	p.rest = parts[5]
	return p.setClock(clock{
		hour: twoDigits(parts[1]), minute: twoDigits(parts[2]), second: twoDigits(parts[3]),
		nanosecond: parseFraction(parts[4]),
	})
}

// date combines the parts.
func (p *dateParser) date() (time.Time, bool) {
	year, month, day, ok := p.calendar()
	if !ok {
		return time.Time{}, false
	}
	location := time.UTC
	if p.location != nil {
		location = p.location
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, location)
	if t.Year() != year || t.Month() != month || t.Day() != day {
		return time.Time{}, false
	}
	if p.clock != nil {
		sinceMidnight, ok := p.clock.duration(p.half)
		if !ok || len(p.parts) < 3 {
			return time.Time{}, false
		}
		t = t.Add(sinceMidnight)
	}
	return t, inRange(t) && (p.weekday == nil || t.Weekday() == *p.weekday)
}

// duration returns the time since midnight. AM rejects hours after noon; PM accepts them unchanged.
func (c clock) duration(half string) (time.Duration, bool) {
	hour := c.hour
	switch {
	case half == "AM" && hour > 12:
		return 0, false
	case half == "AM" && hour == 12:
		hour = 0
	case half == "PM" && hour < 12:
		hour += 12
	}
	return time.Duration(hour)*time.Hour + time.Duration(c.minute)*time.Minute +
		time.Duration(c.second)*time.Second + c.nanosecond, true
}

// calendar assigns the parts of the date: a number of more than two digits is the year, the name of
// a month can be at any position, and the remaining numbers are in the order of the invariant
// culture, month before day.
func (p *dateParser) calendar() (year int, month time.Month, day int, ok bool) {
	var months, numbers []datePart
	for _, part := range p.parts {
		if part.month != 0 {
			months = append(months, part)
		} else {
			numbers = append(numbers, part)
		}
	}
	if len(numbers) == 0 || len(months) > 1 || len(p.parts) < 2 {
		return 0, 0, 0, false
	}
	y, others := splitYear(numbers)
	for _, part := range others {
		if part.digits > 2 {
			return 0, 0, 0, false
		}
	}
	if len(p.parts) == 2 { // a month's first day, of a year that cannot be a day
		others = append(others, datePart{number: 1})
		if y.digits != 4 {
			return 0, 0, 0, false
		}
	}
	if len(months) == 1 {
		return y.year(), months[0].month, others[0].number, true
	}
	return y.year(), time.Month(others[0].number), others[1].number, true
}

// splitYear takes the year from the numbers of a date: the first if it is too long for a day or
// month, otherwise the last.
func splitYear(numbers []datePart) (year datePart, others []datePart) {
	last := len(numbers) - 1
	if numbers[0].digits > 2 {
		return numbers[0], numbers[1:]
	}
	return numbers[last], numbers[:last:last]
}

// year completes a year of one or two digits as Calendar.TwoDigitYearMax does.
func (d datePart) year() int {
	switch {
	case d.digits > 2:
		return d.number
	case d.number < 30:
		return 2000 + d.number
	default:
		return 1900 + d.number
	}
}
