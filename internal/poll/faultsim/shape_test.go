package faultsim_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/providers"
)

type paging int

const (
	byToken paging = iota
	byOffset
	byLink
)

func (p paging) String() string { return [...]string{"tokens", "offsets", "links"}[p] }

type naming int

const (
	vendorIDs  naming = iota
	derivedIDs        // equal ones are numbered by the engine
	noIDs             // the record is its own identity
	identities        // a part of the record is, the rest changes with each read
)

func (n naming) String() string {
	return [...]string{"ids", "derived ids", "no ids", "identities"}[n]
}

type branching int

const (
	noBranches branching = iota
	categories           // the window is read as several chains
	files                // a list of files that never change
)

func (b branching) String() string { return [...]string{"none", "categories", "files"}[b] }

// shape is what one stream of the simulated vendor is like.
type shape struct {
	name string
	providers.Traits
	pageSize                     int // configured; 0: the vendor has none
	interval, lookback, lateness time.Duration

	paging    paging
	naming    naming
	branching branching
	// What the bounds of a query mean, whatever the traits tell.
	sinceExclusive, untilInclusive bool
	mostRows, mostPage             int           // of a window, of a page; 0: any number
	mostSpan                       time.Duration // of a window that is answered in time; 0: any
	terminal                       bool          // the last page of a poll by cursor has no cursor
	anyStart                       bool          // a poll by cursor cannot be begun at a time
	filter                         providers.Filter
	repeats                        bool          // rows come again within Traits.Remember
	spare                          time.Duration // of lateness that no event uses
	events                         int           // in the active part of a run
}

// pace is how fast things happen in a run, so that a run has some hundred polls
// whatever its lateness.
type pace struct {
	lateness, interval []time.Duration
	active             [2]time.Duration
}

var paces = []pace{
	{durations("0s", "1m", "10m"), durations("1m", "2m"), [2]time.Duration{3 * time.Hour, 6 * time.Hour}},
	{durations("30m", "2h"), durations("3m", "5m"), [2]time.Duration{10 * time.Hour, 18 * time.Hour}},
	{durations("6h", "24h", "5m"), durations("15m", "30m"), [2]time.Duration{30 * time.Hour, 60 * time.Hour}},
}

func durations(texts ...string) []time.Duration {
	list := make([]time.Duration, len(texts))
	for i, text := range texts {
		d, err := time.ParseDuration(text)
		if err != nil {
			panic(err)
		}
		list[i] = d
	}
	return list
}

// newShape draws a stream.
func newShape(rnd *rand.Rand, name string, p pace) *shape {
	s := &shape{
		name: name, interval: vendorsim.Pick(rnd, p.interval...), lateness: vendorsim.Pick(rnd, p.lateness...),
		lookback: vendorsim.Pick(rnd, durations("0s", "1h", "6h", "30h")...), events: 100 + rnd.IntN(400),
	}
	s.Resume = vendorsim.Pick(rnd, providers.ByWindow, providers.ByWindow, providers.ByWindow, providers.ByCursor, providers.ByWalk)
	s.Order = vendorsim.Pick(rnd, providers.Unordered, providers.OldestFirst, providers.NewestFirst)
	if share(rnd, 0.3) {
		s.Bounds = providers.IngestionTime
	}
	s.Lateness = s.lateness
	s.Parallel, s.Branches = rnd.IntN(4), rnd.IntN(4)
	s.drawBounds(rnd)
	s.drawPages(rnd)
	s.drawNames(rnd)
	switch s.Resume {
	case providers.ByCursor:
		s.terminal = share(rnd, 0.15)
		s.anyStart = share(rnd, 0.25) && !s.terminal // that would be a list to be walked
		if s.anyStart {
			s.Bounds = providers.EventTime
		}
	case providers.ByWalk:
		s.events = 40 + rnd.IntN(80)
		s.interval *= 2
	}
	if share(rnd, 0.15) {
		s.filter.ActorIDs = []string{"u1", "u3"}
	}
	return s
}

// drawBounds draws what the times of a query mean.
func (s *shape) drawBounds(rnd *rand.Rand) {
	s.Lag = vendorsim.Pick(rnd, durations("0s", "0s", "0s", "10s", "2m")...)
	if share(rnd, 0.3) {
		s.Retention = max(vendorsim.Pick(rnd, durations("8h", "48h", "168h")...), 2*s.lateness+4*time.Hour)
	}
	if s.Resume == providers.ByWalk {
		return
	}
	s.Granularity = vendorsim.Pick(rnd, durations("0s", "1ms", "1s", "1s", "1m", "24h")...)
	if s.Granularity == 24*time.Hour {
		s.interval = max(s.interval, 10*time.Minute)
		s.events = 60 + rnd.IntN(100)
	}
	s.sinceExclusive, s.untilInclusive = share(rnd, 0.3), share(rnd, 0.3)
	if unit := max(s.Granularity, time.Millisecond); s.sinceExclusive || share(rnd, 0.2) {
		s.Edge = unit
	}
	if s.Resume == providers.ByWindow && share(rnd, 0.5) {
		s.MaxWindow = max(vendorsim.Pick(rnd, durations("20m", "3h", "24h", "240h")...), 5*s.Granularity)
	}
}

// drawPages draws how a window is cut into pages.
func (s *shape) drawPages(rnd *rand.Rand) {
	s.PageSize = 8 + rnd.IntN(60)
	s.paging = vendorsim.Pick(rnd, byToken, byOffset, byLink)
	switch {
	case share(rnd, 0.15):
		s.PageSize = 0
	case s.Granularity == 24*time.Hour || s.Resume == providers.ByWalk:
		s.PageSize = 60 + rnd.IntN(60)
	}
	s.pageSize, s.MaxPageSize = s.PageSize, 2*s.PageSize
	if s.pageSize > 0 && share(rnd, 0.15) {
		s.mostPage = max(4, s.pageSize/(2+rnd.IntN(3)))
	}
	if s.Resume == providers.ByCursor && s.paging == byOffset {
		s.paging = byToken
	}
	if s.Resume != providers.ByWindow {
		return
	}
	if s.Granularity <= time.Minute && share(rnd, 0.2) {
		s.mostRows = 4 * burst
	}
	if s.Granularity <= time.Second && share(rnd, 0.1) {
		s.mostSpan = max(vendorsim.Pick(rnd, durations("10m", "30m", "3h")...), 4*s.interval)
	}
	if s.pageSize >= 20 && s.mostPage == 0 && s.Granularity <= time.Minute && share(rnd, 0.15) {
		s.MaxPages = 8 + rnd.IntN(8)
	}
	switch rnd.IntN(8) {
	case 0:
		s.branching = categories
	case 1:
		s.branching, s.Bounds, s.paging = files, providers.IngestionTime, byToken
		s.FixedBranches = share(rnd, 0.7)
	}
}

// drawNames draws how events are told apart. Where equal rows count, a page never
// ends among them, as the contract asks for.
func (s *shape) drawNames(rnd *rand.Rand) {
	s.naming = vendorsim.Pick(rnd, vendorIDs, vendorIDs, vendorIDs, derivedIDs, noIDs, identities)
	s.NumberRepeats = s.naming == derivedIDs
	switch {
	case s.naming != vendorIDs && s.paging == byOffset:
		s.paging = byLink
	case s.Retention > 0 && s.paging == byOffset && s.Order != providers.NewestFirst:
		// Rows that leave the list move the others under an offset.
		s.paging = byToken
	}
	if s.naming == vendorIDs && s.Resume == providers.ByWindow && s.Bounds == providers.IngestionTime && share(rnd, 0.5) {
		s.repeats, s.Remember = true, vendorsim.Pick(rnd, durations("30m", "6h")...)
	}
}

// lateBy is how late an event may show at most.
func (s *shape) lateBy() time.Duration {
	if s.Resume == providers.ByCursor {
		return s.lateness
	}
	return max(s.lateness, s.Lag)
}

// soon is how late an event may show for the next live read to bring it.
func (s *shape) soon() time.Duration { return min(time.Minute, s.lateness) }

// settledAfter is how long after its time an event is surely delivered, when all is
// well.
func (s *shape) settledAfter() time.Duration {
	if s.Resume == providers.ByCursor {
		return s.lateness + s.fresh()
	}
	quantum := max(min(s.lateness/4, 6*time.Hour), 4*s.interval)
	return s.lateness + s.Lag + quantum + 2*s.Granularity + 2*s.fresh() + 5*time.Minute + s.slowness()
}

// slowness is how long it may take until windows are short enough for the vendor.
func (s *shape) slowness() time.Duration {
	if s.mostSpan == 0 {
		return 0
	}
	return 2 * time.Hour
}

// catchUp is how long the backlog of an outage, or the first one, may take beyond the
// recovery of everything: where the vendor does not answer long windows, each part that
// it would answer may first be tried in a longer one, for the span of patience.
func (s *shape) catchUp(outage time.Duration) time.Duration {
	if s.mostSpan == 0 {
		return 0
	}
	parts := int64((s.lookback+s.settledAfter()+outage)/s.mostSpan) + 1
	return min(time.Duration(6*parts)*time.Minute, 24*time.Hour)
}

// fresh is how long after it shows a punctual event is surely delivered, when all is
// well.
func (s *shape) fresh() time.Duration { return s.Lag + 3*s.interval + 2*time.Minute + s.slowness()/3 }

func (s *shape) String() string {
	return fmt.Sprintf("%s: %+v interval %v lookback %v lateness %v page size %d paging %d naming %d branching %d "+
		"since exclusive %t until inclusive %t most span %v most rows %d most page %d terminal %t any start %t repeats %t filter %v",
		s.name, s.Traits, s.interval, s.lookback, s.lateness, s.pageSize, s.paging, s.naming, s.branching,
		s.sinceExclusive, s.untilInclusive, s.mostSpan, s.mostRows, s.mostPage, s.terminal, s.anyStart, s.repeats, s.filter.ActorIDs)
}
