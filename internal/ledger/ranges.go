package ledger

import (
	"math"
	"slices"
	"sort"
	"time"
)

// Range is the half-open range [From, To) of time, in nanoseconds since 1970 UTC.
type Range struct{ From, To int64 }

// Nanos returns t in nanoseconds since 1970, at the nearest bound when t is beyond
// what they can express (years 1678 to 2262).
func Nanos(t time.Time) int64 {
	switch s := t.Unix(); {
	case s >= math.MaxInt64/int64(time.Second):
		return math.MaxInt64
	case s <= math.MinInt64/int64(time.Second):
		return math.MinInt64
	}
	return t.UnixNano()
}

// Time is the inverse of Nanos, in UTC.
func Time(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// Empty reports whether r holds no moment.
func (r Range) Empty() bool { return r.To <= r.From }

// Len returns the length of r, never negative.
func (r Range) Len() time.Duration {
	if r.Empty() {
		return 0
	}
	if d := r.To - r.From; d > 0 {
		return time.Duration(d)
	}
	return math.MaxInt64
}

// Contains reports whether t lies in r.
func (r Range) Contains(t int64) bool { return r.From <= t && t < r.To }

// Overlaps reports whether r and o have a moment in common.
func (r Range) Overlaps(o Range) bool {
	return !r.Empty() && !o.Empty() && r.From < o.To && o.From < r.To
}

// Hull returns the smallest range that holds r and o.
func (r Range) Hull(o Range) Range {
	if r.Empty() {
		return o
	}
	if o.Empty() {
		return r
	}
	return Range{min(r.From, o.From), max(r.To, o.To)}
}

// Set is a set of moments: ranges that are sorted, not empty, and neither overlap
// nor touch. The zero Set is empty. Methods return new sets and never change one,
// so that sets may be shared.
type Set []Range

// after returns the index of the first range that ends after t.
func (s Set) after(t int64) int {
	return sort.Search(len(s), func(i int) bool { return s[i].To > t })
}

// Contains reports whether t is in s.
func (s Set) Contains(t int64) bool {
	i := s.after(t)
	return i < len(s) && s[i].From <= t
}

// Covers reports whether all of r is in s.
func (s Set) Covers(r Range) bool {
	if r.Empty() {
		return true
	}
	i := s.after(r.From)
	return i < len(s) && s[i].From <= r.From && r.To <= s[i].To
}

// Add returns s with r.
func (s Set) Add(r Range) Set {
	if s.Covers(r) {
		return s
	}
	i := sort.Search(len(s), func(i int) bool { return s[i].To >= r.From })
	j := i
	for ; j < len(s) && s[j].From <= r.To; j++ {
		r = r.Hull(s[j])
	}
	return slices.Concat(s[:i], Set{r}, s[j:])
}

// Union returns the moments that are in s or o.
func (s Set) Union(o Set) Set {
	for _, r := range o {
		s = s.Add(r)
	}
	return s
}

// Gaps returns the moments of r that are not in s.
func (s Set) Gaps(r Range) Set {
	var gaps Set
	from := r.From
	for _, have := range s[s.after(r.From):] {
		if have.From >= r.To {
			break
		}
		if from < have.From {
			gaps = append(gaps, Range{from, have.From})
		}
		from = have.To
	}
	if from < r.To {
		gaps = append(gaps, Range{from, r.To})
	}
	return gaps
}

// Minus returns the moments of s that are not in o.
func (s Set) Minus(o Set) Set {
	if len(o) == 0 {
		return s
	}
	var rest Set
	for _, r := range s {
		rest = append(rest, o.Gaps(r)...)
	}
	return rest
}

// Before returns the moments of s before t.
func (s Set) Before(t int64) Set {
	i := s.after(t)
	if i == len(s) {
		return s
	}
	if s[i].From >= t {
		return slices.Clone(s[:i])
	}
	return append(slices.Clone(s[:i]), Range{s[i].From, t})
}

// Len returns the total length of s.
func (s Set) Len() time.Duration {
	var sum time.Duration
	for _, r := range s {
		if sum += r.Len(); sum < 0 {
			return math.MaxInt64
		}
	}
	return sum
}

// End returns the end of s; ok is false when s is empty.
func (s Set) End() (end int64, ok bool) {
	if len(s) == 0 {
		return 0, false
	}
	return s[len(s)-1].To, true
}
