package importfile

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
)

var (
	// dateText is a date of three numbers, and maybe a time of day.
	dateText = regexp.MustCompile(`^(\d{1,4})([-./])\s?(\d{1,2})[-./]\s?(\d{1,4})\.?(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([aApP][mM])?)?$`)
	// ticks is a time as the older JSON of .NET has it: milliseconds since 1970.
	ticks = regexp.MustCompile(`^/Date\((-?\d{1,15})([+-]\d{4})?\)/$`)
	// serial is a day as spreadsheets count it, from 1927 to 2064.
	serial = regexp.MustCompile(`^[1-5]\d{4}(\.\d+)?$`)
)

// parseTime returns the time that a text has, in UTC if it has no offset. order is that of day,
// month and year; if it is "", dates with points begin with the day, and others must be clear.
func parseTime(text, order string) (time.Time, string) {
	t, reason := readTime(text, order)
	if reason == "" && !storable.Time(t) {
		reason = "The year is not from 1 to 9999."
	}
	return t, reason
}

func readTime(text, order string) (time.Time, string) {
	if t, err := revision.ParseTime(text); err == nil {
		return t.UTC(), ""
	}
	if t, ok := parseLayouts(text); ok {
		return t, ""
	}
	if m := ticks.FindStringSubmatch(text); m != nil {
		ms, _ := strconv.ParseInt(m[1], 10, 64) // at most 15 digits
		return time.UnixMilli(ms).UTC(), ""
	}
	if serial.MatchString(text) {
		days, _ := strconv.ParseFloat(text, 64)
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(days * float64(24*time.Hour))).Round(time.Second), ""
	}
	m := dateText.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, "The text is not a date."
	}
	return dateOf(m, order)
}

// parseLayouts reads times with names of months, and those of vCards.
func parseLayouts(text string) (time.Time, bool) {
	for _, layout := range []string{
		"2006-01-02T15:04:05", "20060102", "20060102T150405Z", "20060102T150405", "Jan 2, 2006", "2 Jan 2006", "January 2, 2006", "2 January 2006",
		time.RFC1123Z, time.RFC1123, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05Z07:00", "Jan 2, 2006 3:04 PM",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// dateOf returns the time of a match of dateText.
func dateOf(m []string, order string) (time.Time, string) {
	a, b, c := number(m[1]), number(m[3]), number(m[4])
	var year, month, day int
	switch {
	case len(m[1]) == 4:
		year, month, day = a, b, c
	case order == orderYMD:
		year, month, day = fullYear(a, m[1]), b, c
	case order == orderDMY, order == "" && m[2] == ".", order == "" && a > 12:
		day, month, year = a, b, fullYear(c, m[4])
	case order == orderMDY, b > 12, a == b:
		month, day, year = a, b, fullYear(c, m[4])
	default:
		return time.Time{}, strings.TrimSpace(m[0]) + " can be two dates: choose the order of day and month."
	}
	hour, minute, second := number(m[5]), number(m[6]), number(m[7])
	if half := strings.ToLower(m[8]); half != "" {
		if hour < 1 || hour > 12 {
			return time.Time{}, "The text has no time of day."
		}
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if t.Day() != day || int(t.Month()) != month || t.Hour() != hour || t.Minute() != minute || t.Second() != second {
		return time.Time{}, "There is no such day or time."
	}
	return t, ""
}

// number returns the number of at most four digits, 0 for none.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// fullYear returns the year of a text with two or four digits.
func fullYear(year int, text string) int {
	switch {
	case len(text) > 2:
		return year
	case year < 50:
		return 2000 + year
	default:
		return 1900 + year
	}
}
