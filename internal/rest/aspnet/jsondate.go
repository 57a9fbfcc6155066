package aspnet

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxOffset is the largest offset of a DateTimeOffset.
const maxOffset = 14 * time.Hour

// inRange reports whether a DateTimeOffset can hold a time: its offset is limited, and
// neither its clock nor its UTC time may leave the years 1 to 9999.
func inRange(t time.Time) bool {
	_, seconds := t.Zone()
	offset := time.Duration(seconds) * time.Second
	return offset.Abs() <= maxOffset && inYears(t) && inYears(t.UTC())
}

func inYears(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

// zone is the location of an offset.
func zone(offset time.Duration) *time.Location {
	if offset == 0 {
		return time.UTC
	}
	return time.FixedZone("", int(offset/time.Second))
}

// parseJSONDate reads the two notations that Json.NET reads itself
// (DateTimeUtils.TryParseDateTimeOffset). Text in another notation is not found. It fails
// where the framework's constructors throw, which is not the same to the reader.
func parseJSONDate(text string) (t time.Time, found bool, err error) {
	switch {
	case strings.HasPrefix(text, "/Date("):
		return parseMicrosoftDate(text)
	case len(text) >= 19 && len(text) <= 40 && text[10] == 'T':
		return parseISODate(text)
	}
	return time.Time{}, false, nil
}

// microsoftDate is milliseconds since 1970 with an offset that only tells the clock. In
// the middle of a body the framework ignores what follows the hours of the offset
// (DateTimeUtils.TryReadOffset mistakes the place in the body for that in the string),
// so its minutes may be written in any way.
var microsoftDate = regexp.MustCompile(`^/Date\((-?\d+)(?:([+-]\d\d)(?::?(\d\d?))?)?\)/$`)

func parseMicrosoftDate(text string) (t time.Time, found bool, err error) {
	parts := microsoftDate.FindStringSubmatch(text)
	if parts == nil {
		return t, false, nil
	}
	ms, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return t, false, nil //nolint:nilerr // another form may fit
	}
	t = time.UnixMilli(ms).In(zone(parseOffset(parts[2], parts[3])))
	if !inRange(t) {
		return t, false, errJSON
	}
	return t, true, nil
}

// parseOffset reads an offset from its hours with the sign, or nothing, and its minutes,
// or nothing.
func parseOffset(hours, minutes string) time.Duration {
	h, _ := strconv.Atoi(strings.TrimLeft(hours, "+-"))
	m, _ := strconv.Atoi(minutes)
	offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if strings.HasPrefix(hours, "-") {
		return -offset
	}
	return offset
}

// isoDate is what Json.NET's DateTimeParser takes: a date, a time with at most seven
// digits of a second, and an offset whose minutes may lack the colon, or all of it.
var isoDate = regexp.MustCompile(
	`^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?(?:[Zz]|([+-]\d\d):?(\d\d)?)?$`)

func parseISODate(text string) (t time.Time, found bool, err error) {
	parts := isoDate.FindStringSubmatch(text)
	if parts == nil {
		return t, false, nil
	}
	day, err := time.Parse(time.DateOnly, parts[1])
	if err != nil || day.Year() == 0 {
		return t, false, nil //nolint:nilerr // another form may fit
	}
	clock, ok := parseISOClock(parts[2], parts[3], parts[4], parts[5])
	if !ok {
		return t, false, nil
	}
	offset := parseOffset(parts[6], parts[7])
	switch utc := day.Add(clock - offset); {
	case !inYears(day.Add(clock)):
		return t, false, errJSON
	case !inYears(utc):
		return t, false, nil // the one limit at which DateTimeUtils looks itself
	default:
		t = utc.In(zone(offset))
	}
	if !inRange(t) {
		return t, false, errJSON
	}
	return t, true, nil
}

// parseISOClock returns the time since midnight, for which 24:00:00 is allowed.
func parseISOClock(hours, minutes, seconds, fraction string) (time.Duration, bool) {
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(minutes)
	s, _ := strconv.Atoi(seconds)
	ns, _ := strconv.Atoi((fraction + "000000000")[:9])
	if h > 24 || m > 59 || s > 59 || h == 24 && m+s+ns > 0 {
		return 0, false
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(ns), true
}
