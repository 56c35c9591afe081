package ledger_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/otelactivity/otelactivity/internal/ledger"
)

type (
	set = ledger.Set
	rng = ledger.Range
)

func TestSetAdd(t *testing.T) {
	for name, tt := range map[string]struct {
		s    set
		r    rng
		want set
	}{
		"into nothing":          {nil, rng{1, 2}, set{{1, 2}}},
		"empty range":           {set{{1, 2}}, rng{5, 5}, set{{1, 2}}},
		"before":                {set{{5, 6}}, rng{1, 2}, set{{1, 2}, {5, 6}}},
		"after":                 {set{{1, 2}}, rng{5, 6}, set{{1, 2}, {5, 6}}},
		"touching on the left":  {set{{5, 6}}, rng{1, 5}, set{{1, 6}}},
		"touching on the right": {set{{1, 5}}, rng{5, 6}, set{{1, 6}}},
		"inside":                {set{{1, 9}}, rng{3, 4}, set{{1, 9}}},
		"around":                {set{{3, 4}}, rng{1, 9}, set{{1, 9}}},
		"bridging two":          {set{{1, 3}, {5, 7}}, rng{3, 5}, set{{1, 7}}},
		"swallowing several":    {set{{1, 2}, {3, 4}, {5, 6}, {9, 10}}, rng{2, 7}, set{{1, 7}, {9, 10}}},
		"between two":           {set{{1, 2}, {9, 10}}, rng{4, 5}, set{{1, 2}, {4, 5}, {9, 10}}},
		"negative times":        {set{{-5, -3}}, rng{-3, 0}, set{{-5, 0}}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, tt.s.Add(tt.r)) })
	}
}

func TestSetGaps(t *testing.T) {
	s := set{{2, 4}, {6, 8}}
	for name, tt := range map[string]struct {
		in   rng
		want set
	}{
		"everything":           {rng{0, 10}, set{{0, 2}, {4, 6}, {8, 10}}},
		"inside a range":       {rng{2, 4}, nil},
		"inside a gap":         {rng{4, 5}, set{{4, 5}}},
		"cut on both sides":    {rng{3, 7}, set{{4, 6}}},
		"beyond the end":       {rng{8, 9}, set{{8, 9}}},
		"before the beginning": {rng{0, 1}, set{{0, 1}}},
		"empty":                {rng{5, 5}, nil},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, s.Gaps(tt.in)) })
	}
}

func TestSetBefore(t *testing.T) {
	s := set{{2, 4}, {6, 8}}
	for at, want := range map[int64]set{
		9: {{2, 4}, {6, 8}}, 8: {{2, 4}, {6, 8}}, 7: {{2, 4}, {6, 7}}, 6: {{2, 4}}, 5: {{2, 4}}, 3: {{2, 3}}, 2: {}, 1: {},
	} {
		assert.Equal(t, want, s.Before(at), "before %d", at)
	}
	assert.Equal(t, set{{2, 4}, {6, 8}}, s, "the set itself stays as it is")
}

func TestNanos(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	assert.Equal(t, at, ledger.Time(ledger.Nanos(at)))
	assert.Equal(t, int64(math.MaxInt64), ledger.Nanos(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)))
	assert.Equal(t, int64(math.MinInt64), ledger.Nanos(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)))
}

func TestRangeLenNeverOverflows(t *testing.T) {
	assert.Equal(t, time.Duration(math.MaxInt64), rng{math.MinInt64, math.MaxInt64}.Len())
	assert.Equal(t, time.Duration(math.MaxInt64), set{{-math.MaxInt64, 0}, {1, math.MaxInt64}}.Len())
	assert.Zero(t, rng{5, 4}.Len())
}

const span = 64 // the model's moments are 0..span-1

// model is a set as one bit per moment.
type model [span]bool

func modelOf(s set) (m model) {
	for _, r := range s {
		for t := max(r.From, 0); t < min(r.To, span); t++ {
			m[t] = true
		}
	}
	return m
}

func genRange(t *rapid.T, name string) rng {
	return rng{rapid.Int64Range(0, span).Draw(t, name+" from"), rapid.Int64Range(0, span).Draw(t, name+" to")}
}

func genSet(t *rapid.T, name string) set {
	var s set
	for range rapid.IntRange(0, 8).Draw(t, name+" size") {
		s = s.Add(genRange(t, name))
	}
	return s
}

func TestSetAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, o, r := genSet(t, "s"), genSet(t, "o"), genRange(t, "r")
		at := rapid.Int64Range(0, span).Draw(t, "at")
		ms, mo, mr := modelOf(s), modelOf(o), modelOf(set{r})
		want := func(f func(i int) bool) (m model) {
			for i := range m {
				m[i] = f(i)
			}
			return m
		}
		covers := true
		for i := range mr {
			covers = covers && (!mr[i] || ms[i])
		}
		count := 0
		for _, in := range ms {
			if in {
				count++
			}
		}
		assert.Equal(t, want(func(i int) bool { return ms[i] || mr[i] }), modelOf(s.Add(r)))
		assert.Equal(t, want(func(i int) bool { return ms[i] || mo[i] }), modelOf(s.Union(o)))
		assert.Equal(t, want(func(i int) bool { return ms[i] && !mo[i] }), modelOf(s.Minus(o)))
		assert.Equal(t, want(func(i int) bool { return mr[i] && !ms[i] }), modelOf(s.Gaps(r)))
		assert.Equal(t, want(func(i int) bool { return ms[i] && int64(i) < at }), modelOf(s.Before(at)))
		assert.Equal(t, covers, s.Covers(r))
		assert.Equal(t, at < span && ms[at%span], s.Contains(at))
		assert.Equal(t, time.Duration(count), s.Len())
		for _, result := range []set{s, s.Add(r), s.Union(o), s.Minus(o), s.Gaps(r), s.Before(at)} {
			sorted(t, result)
		}
		assert.Equal(t, ms, modelOf(s), "no method changes its set")
	})
}

// sorted checks what every set promises about its ranges.
func sorted(t assert.TestingT, s set) {
	for i, r := range s {
		assert.Less(t, r.From, r.To)
		if i > 0 {
			assert.Less(t, s[i-1].To, r.From)
		}
	}
}
