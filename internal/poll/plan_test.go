package poll

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

const (
	sec  = int64(time.Second)
	mins = int64(time.Minute)
	hour = int64(time.Hour)
	day  = 24 * hour
)

func planOf(t providers.Traits, interval time.Duration) plan {
	return newPlan(&Stream{Stream: providers.Stream{Traits: t}, PollInterval: interval, Lateness: t.Lateness}, PlantedFaults{})
}

func fresh(p *plan, start int64) ledger.Position {
	var pos ledger.Position
	pos.Start = start
	pos.Passes = pos.Align(p.delays())
	return pos
}

func TestPasses(t *testing.T) {
	for name, tt := range map[string]struct {
		traits   providers.Traits
		interval time.Duration
		want     []pass
	}{
		"no lateness":        {providers.Traits{}, time.Minute, []pass{{0, 15 * mins}}},
		"within overlap":     {providers.Traits{Lateness: time.Minute}, time.Minute, []pass{{mins, 15 * mins}}},
		"a few minutes":      {providers.Traits{Lateness: 5 * time.Minute, Granularity: time.Second}, time.Minute, []pass{{61 * sec, 15 * mins}, {5 * mins, 4 * mins}}},
		"an hour":            {providers.Traits{Lateness: time.Hour, Granularity: time.Second}, time.Minute, []pass{{61 * sec, 15 * mins}, {450 * sec, 4 * mins}, {30 * mins, 15 * mins}, {hour, 15 * mins}}},
		"an hour, by 20min":  {providers.Traits{Lateness: time.Hour}, 20 * time.Minute, []pass{{mins, 80 * mins}, {hour, 80 * mins}}},
		"a day":              {providers.Traits{Lateness: 24 * time.Hour}, time.Minute, []pass{{mins, 15 * mins}, {15 * mins, 450 * sec}, {3 * hour, 90 * mins}, {12 * hour, 6 * hour}, {day, 6 * hour}}},
		"whole days":         {providers.Traits{Lateness: 24 * time.Hour, Granularity: 24 * time.Hour}, time.Minute, []pass{{2 * mins, day}, {15 * mins, 450 * sec}, {3 * hour, 90 * mins}, {12 * hour, 6 * hour}, {day, 6 * hour}}},
		"lag above lateness": {providers.Traits{Lateness: time.Minute, Lag: 5 * time.Minute}, time.Minute, []pass{{6 * mins, 15 * mins}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOf(tt.traits, tt.interval)
			assert.Equal(t, tt.want, p.passes)
			assert.Equal(t, p.lateness, p.passes[len(p.passes)-1].delay)
		})
	}
}

func TestLiveWindow(t *testing.T) {
	now := 100*day + 10*hour
	for name, tt := range map[string]struct {
		traits providers.Traits
		start  int64
		read   ledger.Range // by a read that began at its end
		span   int64
		want   ledger.Range
		ok     bool
	}{
		"first":               {providers.Traits{Lateness: time.Hour}, now - day, ledger.Range{}, day, ledger.Range{From: now - 15*mins, To: now}, true},
		"first, no lookback":  {providers.Traits{Lateness: time.Hour}, now, ledger.Range{}, day, ledger.Range{}, false},
		"a minute later":      {providers.Traits{Lateness: time.Hour}, now - day, ledger.Range{From: now - day, To: now - mins}, day, ledger.Range{From: now - 2*mins, To: now}, true},
		"by the second":       {providers.Traits{Lateness: time.Hour, Granularity: time.Second}, now - day, ledger.Range{From: now - day, To: now - mins - 7}, day, ledger.Range{From: now - 2*mins - 2*sec, To: now}, true},
		"with a lag":          {providers.Traits{Lateness: time.Hour, Lag: 30 * time.Second}, now - day, ledger.Range{From: now - day, To: now - mins}, day, ledger.Range{From: now - mins - 90*sec, To: now - 30*sec}, true},
		"after an outage":     {providers.Traits{Lateness: time.Hour}, now - day, ledger.Range{From: now - day, To: now - 5*hour}, day, ledger.Range{From: now - 15*mins, To: now}, true},
		"shorter spans":       {providers.Traits{Lateness: time.Hour}, now - day, ledger.Range{From: now - day, To: now - 5*hour}, 4 * mins, ledger.Range{From: now - 4*mins, To: now}, true},
		"whole days":          {providers.Traits{Lateness: time.Hour, Granularity: 24 * time.Hour}, now - 9*day, ledger.Range{From: now - 9*day, To: now - mins}, day, ledger.Range{From: 100 * day, To: now}, true},
		"clock behind":        {providers.Traits{Lateness: time.Hour}, now - day, ledger.Range{From: now - day, To: now + hour}, day, ledger.Range{}, false},
		"longest query a day": {providers.Traits{Lateness: time.Hour, Granularity: 24 * time.Hour, MaxWindow: 24 * time.Hour}, now - 9*day, ledger.Range{From: now - 9*day, To: now - 11*hour}, day, ledger.Range{From: 100 * day, To: now}, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOf(tt.traits, time.Minute)
			pos := fresh(&p, tt.start)
			if !tt.read.Empty() {
				pos = p.cover(pos, tt.read, tt.read.To)
			}
			got, ok := p.live(&pos, now, tt.span)
			assert.Equal(t, tt.ok, ok)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestQueryIsWidenedAndRounded(t *testing.T) {
	for name, tt := range map[string]struct {
		gran, edge time.Duration
		in, want   ledger.Range
	}{
		"as it is":      {0, 0, ledger.Range{From: 7, To: 9}, ledger.Range{From: 7, To: 9}},
		"seconds":       {time.Second, 0, ledger.Range{From: 1, To: sec + 1}, ledger.Range{From: 0, To: 2 * sec}},
		"full seconds":  {time.Second, 0, ledger.Range{From: sec, To: 2 * sec}, ledger.Range{From: sec, To: 2 * sec}},
		"with an edge":  {time.Second, time.Second, ledger.Range{From: sec + 1, To: 2 * sec}, ledger.Range{From: 0, To: 3 * sec}},
		"edge of a bit": {time.Second, 1, ledger.Range{From: sec, To: 2 * sec}, ledger.Range{From: 0, To: 3 * sec}},
		"days":          {24 * time.Hour, 0, ledger.Range{From: -1, To: 1}, ledger.Range{From: -day, To: day}},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOf(providers.Traits{Granularity: tt.gran, Edge: tt.edge}, time.Minute)
			assert.Equal(t, tt.want, p.query(tt.in))
		})
	}
}

func TestBacklogComesNewestFirst(t *testing.T) {
	now := 100 * day
	p := planOf(providers.Traits{Lateness: time.Hour, MaxWindow: 6 * time.Hour, Retention: 48 * time.Hour}, time.Minute)
	pos := fresh(&p, now-3*day)
	pos = p.cover(pos, ledger.Range{From: now - 15*mins, To: now}, now)
	pos = p.cover(pos, ledger.Range{From: now - 5*hour, To: now - 3*hour}, now)
	var windows []ledger.Range
	for range 20 {
		window, expired := p.pick(&pos, p.due(&pos, now), now, p.maxSpan)
		if !expired.Empty() {
			assert.Equal(t, ledger.Range{From: now - 3*day, To: now - 2*day}, expired)
			pos = p.drop(pos, expired)
			continue
		}
		if window.Empty() {
			break
		}
		windows = append(windows, window)
		pos = p.cover(pos, window, now)
	}
	assert.Equal(t, []ledger.Range{
		{From: now - 3*hour, To: now - 15*mins},
		{From: now - 11*hour, To: now - 5*hour},
		{From: now - 17*hour, To: now - 11*hour},
		{From: now - 23*hour, To: now - 17*hour},
		{From: now - 29*hour, To: now - 23*hour},
		{From: now - 35*hour, To: now - 29*hour},
		{From: now - 41*hour, To: now - 35*hour},
		{From: now - 47*hour, To: now - 41*hour},
		{From: now - 48*hour, To: now - 47*hour},
	}, windows)
	assert.Empty(t, p.due(&pos, now))
	assert.Empty(t, pos.Settled().Gaps(ledger.Range{From: now - 3*day, To: now - hour}))
}

func TestClockThatWasAhead(t *testing.T) {
	now := 100 * day
	p := planOf(providers.Traits{Lateness: time.Hour}, time.Minute)
	pos := p.cover(fresh(&p, now-day), ledger.Range{From: now - day, To: now + 3*hour}, now+3*hour)
	back, ahead := p.rewind(pos, now)
	assert.True(t, ahead)
	for _, pass := range back.Passes {
		assert.Equal(t, ledger.Set{{From: now - day, To: now}}, pass.Read)
	}
	_, ahead = p.rewind(back, now)
	assert.False(t, ahead)
	end, _ := pos.Settled().End()
	assert.Equal(t, now+2*hour, end, "the position itself stays as it is")
}

// TestPlanReadsEverythingLateEnough drives the planner alone through days of random
// reads, failures and outages, and holds the rule: in the end every moment was read
// by a read that began at least lateness after it, and no pass reads more than its
// share.
func TestPlanReadsEverythingLateEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		traits := providers.Traits{
			Lateness:    time.Duration(rapid.Int64Range(0, 2*day).Draw(t, "lateness")),
			Granularity: rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, "granularity"),
			Edge:        rapid.SampledFrom([]time.Duration{0, 1, time.Second}).Draw(t, "edge"),
			Lag:         rapid.SampledFrom([]time.Duration{0, time.Second, 10 * time.Minute}).Draw(t, "lag"),
			MaxWindow:   rapid.SampledFrom([]time.Duration{0, time.Hour, 3 * 24 * time.Hour}).Draw(t, "longest"),
		}
		interval := rapid.SampledFrom([]time.Duration{time.Minute, 10 * time.Minute}).Draw(t, "interval")
		p := planOf(traits, interval)
		now := 1000 * day
		start := now - rapid.Int64Range(0, 5*day).Draw(t, "lookback")
		pos := fresh(&p, start)
		settled := ledger.Set{} // by the rule alone
		read := func(window ledger.Range) {
			q := p.query(window)
			require.False(t, window.Empty())
			require.LessOrEqual(t, q.From, window.From)
			require.GreaterOrEqual(t, q.To, window.To)
			require.GreaterOrEqual(t, window.From, start)
			require.LessOrEqual(t, window.To, now-p.lag)
			pos = p.cover(pos, window, now)
			settled = settled.Add(ledger.Range{From: window.From, To: min(window.To, now-int64(traits.Lateness))})
		}
		reads := 0
		for range rapid.IntRange(10, 120).Draw(t, "polls") {
			if window, ok := p.live(&pos, now, p.maxSpan); ok && rapid.IntRange(0, 5).Draw(t, "live") > 0 {
				read(window)
			}
			for range rapid.IntRange(0, 5).Draw(t, "windows") {
				span := rapid.Int64Range(p.minSpan, p.maxSpan).Draw(t, "span")
				if window, _ := p.pick(&pos, p.due(&pos, now), now, span); !window.Empty() {
					reads++
					read(window)
				}
			}
			now += rapid.SampledFrom([]int64{int64(interval), int64(interval), 7 * int64(interval), 9 * hour}).Draw(t, "pause")
		}
		now += int64(traits.Lateness) + int64(traits.Granularity) + day
		for range 10_000 {
			if window, ok := p.live(&pos, now, p.maxSpan); ok {
				read(window)
			}
			window, _ := p.pick(&pos, p.due(&pos, now), now, p.maxSpan)
			if window.Empty() {
				break
			}
			read(window)
		}
		open := pos.Settled().Gaps(ledger.Range{From: start, To: now - p.lateness})
		last := p.passes[len(p.passes)-1]
		require.LessOrEqual(t, int64(open.Len()), max(last.quantum, p.gran), "only a part of the newest quantum is open: %v", open)
		require.Empty(t, pos.Settled().Minus(settled), "nothing is settled that was not read late enough")
		for i := 1; i < len(pos.Passes); i++ {
			require.Empty(t, pos.Passes[i].Read.Minus(pos.Passes[i-1].Read), "a later pass has read no more than an earlier one")
		}
	})
}

// TestCostInRequests holds what the package documentation says about the requests
// of a day in a steady state.
func TestCostInRequests(t *testing.T) {
	for name, tt := range map[string]struct {
		traits providers.Traits
		most   float64 // reads apart from live ones, in percent of these
	}{
		"five minutes": {providers.Traits{Lateness: 5 * time.Minute, Granularity: time.Second}, 26},
		"an hour":      {providers.Traits{Lateness: time.Hour, Granularity: time.Second}, 41},
		"a day":        {providers.Traits{Lateness: 24 * time.Hour, Granularity: time.Second}, 17},
		"whole days":   {providers.Traits{Lateness: 24 * time.Hour, Granularity: 24 * time.Hour}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOf(tt.traits, time.Minute)
			now := 1000 * day
			pos := fresh(&p, now-3*day)
			pos = p.drop(pos, ledger.Range{From: now - 3*day, To: now - 2*day})
			live, other := 0, 0
			for minute := range 6 * 24 * 60 {
				if minute == 4*24*60 {
					live, other = 0, 0 // steady by now
				}
				if window, ok := p.live(&pos, now, p.maxSpan); ok {
					pos = p.cover(pos, window, now)
					live++
				}
				for {
					window, _ := p.pick(&pos, p.due(&pos, now), now, p.maxSpan)
					if window.Empty() {
						break
					}
					pos = p.cover(pos, window, now)
					other++
				}
				now += mins
			}
			assert.Equal(t, 2*24*60, live)
			assert.LessOrEqual(t, 100*float64(other)/float64(live), tt.most)
			assert.NotZero(t, other)
		})
	}
}
