package vendorhttp

import (
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	minWait = time.Second
	maxWait = time.Hour
)

// clampWait keeps a vendor's word within reason: never at once, never for days.
func clampWait(d time.Duration) time.Duration { return min(max(d, minWait), maxWait) }

// serverNow is the vendor's clock: the Date of the answer, else now. Absolute
// times in the answer are measured against it, so a wrong local clock does no harm.
func serverNow(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

// retryAfter reads the Retry-After header: seconds, an HTTP date, or a timestamp
// as some vendors write it. The result is not clamped.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(serverNow(h, now)), true
	}
	if at, ok := parseTimestamp(value); ok {
		return at.Sub(serverNow(h, now)), true
	}
	if n, ok := leadingNumber(value); ok {
		return seconds(n), true
	}
	return 0, false
}

// reading is what one answer says about the vendor's limit.
type reading struct {
	limit, remaining float64 // negative: not told
	reset            time.Duration
	hasReset         bool
}

// empty tells that the vendor says nothing about its limit. A limit of 0 is how
// one reports that it was something else than the rate that ran out.
func (r *reading) empty() bool { return r.limit == 0 || r.remaining < 0 && !r.hasReset }

// readLimits reads the declared headers of an answer.
func readLimits(h http.Header, names *providers.LimitHeaders, now time.Time) reading {
	r := reading{limit: -1, remaining: -1}
	if names == nil {
		return r
	}
	if names.Limit != "" && names.Limit == names.Remaining {
		r.limit, r.remaining = usage(h.Get(names.Limit))
	} else {
		if n, ok := leadingNumber(header(h, names.Limit)); ok {
			r.limit = n
		}
		if n, ok := leadingNumber(header(h, names.Remaining)); ok {
			r.remaining = n
		}
	}
	if value := header(h, names.Reset); value != "" {
		r.reset, r.hasReset = resetIn(value, names.Kind, serverNow(h, now))
	}
	return r
}

func header(h http.Header, name string) string {
	if name == "" {
		return ""
	}
	return h.Get(name)
}

var usedOfLimit = regexp.MustCompile(`(\d+)\s*/\s*(\d+)`)

// usage reads one header that tells both, as in "api-usage=18/5000".
func usage(value string) (limit, remaining float64) {
	m := usedOfLimit.FindStringSubmatch(value)
	if m == nil {
		return -1, -1
	}
	used, _ := strconv.ParseFloat(m[1], 64)
	limit, _ = strconv.ParseFloat(m[2], 64)
	return limit, max(limit-used, 0)
}

var number = regexp.MustCompile(`^\s*(\d+(?:\.\d+)?)\s*(?:$|[;,]|s$)`)

// leadingNumber reads "110", "110;w=10" and "5, 5;w=1" by the first number.
func leadingNumber(value string) (float64, bool) {
	m := number.FindStringSubmatch(value)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	return n, err == nil
}

func seconds(n float64) time.Duration {
	return time.Duration(min(n, math.MaxInt32) * float64(time.Second))
}

// Numbers below oldEpoch are no time since 1970 that a limit could be reset at,
// and those from newEpochMS on none in seconds: vendors change their mind.
const (
	oldEpoch   = 1e8
	newEpochMS = 1e11
)

// resetIn returns how long it is until the limit is reset. It is not clamped.
func resetIn(value string, kind providers.ResetKind, now time.Time) (time.Duration, bool) {
	if kind == providers.ResetTimestamp {
		if at, ok := parseTimestamp(value); ok {
			return at.Sub(now), true
		}
	}
	n, ok := leadingNumber(value)
	if !ok {
		return 0, false
	}
	switch {
	case n < oldEpoch && kind == providers.ResetEpochMS:
		return seconds(n / 1000), true
	case n < oldEpoch:
		return seconds(n), true
	case n < newEpochMS:
		return time.Unix(0, int64(n*1e9)).Sub(now), true
	default:
		return time.UnixMilli(int64(n)).Sub(now), true
	}
}

var timestampLayouts = []string{
	time.RFC3339,
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05",
}

// parseTimestamp reads ISO 8601, with or without seconds; without a zone it is UTC.
func parseTimestamp(value string) (time.Time, bool) {
	value = strings.TrimSpace(value)
	for _, layout := range timestampLayouts {
		if at, err := time.Parse(layout, value); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
