package aspnet

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxOffset is the largest offset that a DateTimeOffset can have.
const maxOffset = 14 * time.Hour

// inRange reports whether a DateTimeOffset can represent a time: its offset is limited, and both
// its clock time and its UTC time must be in the years 1 to 9999.
func inRange(t time.Time) bool {
	_, seconds := t.Zone()
	offset := time.Duration(seconds) * time.Second
	return offset.Abs() <= maxOffset && inYears(t) && inYears(t.UTC())
}

func inYears(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

// zone returns the location of an offset.
func zone(offset time.Duration) *time.Location {
	if offset == 0 {
		return time.UTC
	}
	return time.FixedZone("", int(offset/time.Second))
}

// parseJSONDate parses the two notations that Json.NET parses itself
// (DateTimeUtils.TryParseDateTimeOffset). For other notations found is false. err is set where the
// framework's constructors throw, after which its reader continues in a different state.
func parseJSONDate(text string) (t time.Time, found bool, err error) {
	switch {
	case strings.HasPrefix(text, "/Date("):
		return parseMicrosoftDate(text)
	case len(text) >= 19 && len(text) <= 40 && text[10] == 'T':
		return parseISODate(text)
	}
	return time.Time{}, false, nil
}

// microsoftDate is milliseconds since 1970 with an offset that only affects the displayed clock
// time. In the middle of a body the framework ignores what follows the hours of the offset
// (DateTimeUtils.TryReadOffset confuses the position in the body with that in the string), so its
// minutes can have any form.
var microsoftDate = regexp.MustCompile(`^/Date\((-?\d+)(?:([+-]\d\d)(?::?(\d\d?))?)?\)/$`)

func parseMicrosoftDate(text string) (t time.Time, found bool, err error) {
	parts := microsoftDate.FindStringSubmatch(text)
	if parts == nil {
		return t, false, nil
	}
	ms, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return t, false, nil //nolint:nilerr // another notation may fit
	}
	t = time.UnixMilli(ms).In(zone(parseOffset(parts[2], parts[3])))
	if !inRange(t) {
		return t, false, errJSON
	}
	return t, true, nil
}

// parseOffset returns the offset for its signed hours and its minutes. Both can be empty.
func parseOffset(hours, minutes string) time.Duration {
	h, _ := strconv.Atoi(strings.TrimLeft(hours, "+-"))
	m, _ := strconv.Atoi(minutes)
	offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if strings.HasPrefix(hours, "-") {
		return -offset
	}
	return offset
}

// isoDate is what Json.NET's DateTimeParser accepts: a date, a time with at most seven digits of a
// second, and an optional offset whose minutes may lack the colon.
var isoDate = regexp.MustCompile(
	`^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?(?:[Zz]|([+-]\d\d):?(\d\d)?)?$`)

func parseISODate(text string) (t time.Time, found bool, err error) {
	parts := isoDate.FindStringSubmatch(text)
	if parts == nil {
		return t, false, nil
	}
	day, err := time.Parse(time.DateOnly, parts[1])
	if err != nil || day.Year() == 0 {
		return t, false, nil //nolint:nilerr // another notation may fit
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
		return t, false, nil // the only limit that DateTimeUtils checks itself
	default:
		t = utc.In(zone(offset))
	}
	if !inRange(t) {
		return t, false, errJSON
	}
	return t, true, nil
}

// parseISOClock returns the time since midnight; 24:00:00 is allowed.
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
