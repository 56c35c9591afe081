package faultsim_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/providers"
)

// burst is how many events may have one time.
const burst = 30

// feed is the vendor's side of one stream: its events, and which of them it shows.
type feed struct {
	*shape
	world *vendorsim.World
	// ingested is when an event became available by the vendor's books; events that
	// are not in it: when they showed.
	ingested map[*vendorsim.Entry]time.Time
	// unlisted is how long after its end the file of a slot is listed.
	unlisted func(slot time.Time) time.Duration

	hit func(kind string)

	mu     sync.Mutex
	stale  atomic.Bool // the log has rows that sorted lacks
	sorted []listed
}

// listed is a row in its place, with the time that the bounds of queries mean.
type listed struct {
	*vendorsim.Entry
	basis time.Time
}

// stream is how the simulator framework sees the feed.
func (f *feed) stream() vendorsim.Stream {
	return vendorsim.Stream{
		Name: f.name, Precision: time.Nanosecond, NoID: f.naming != vendorIDs,
		Generate: func(rnd *rand.Rand, n int, at time.Time) (id, raw string) {
			f.stale.Store(true)
			return f.row(rnd, n, at.Format(time.RFC3339Nano))
		},
	}
}

// row returns the n-th event of the stream as the vendor shows it, with its key:
// what tells it from all others. at is its time as text.
func (s *shape) row(rnd *rand.Rand, n int, at string) (key, raw string) {
	actor := "u" + strconv.Itoa(1+rnd.IntN(4))
	rest := fmt.Sprintf(`"at":%q,"actor":%q,"n":%d,"text":%q`, at, actor, n, vendorsim.Pick(rnd, "", "plain", "\"} ]é🦊", "<a&b>"))
	if vendorsim.OneIn(rnd, 60) {
		rest += `,"bad":true`
	}
	switch s.naming {
	case vendorIDs:
		key = s.name + "-" + strconv.Itoa(n)
		return key, fmt.Sprintf(`{"id":%q,%s}`, key, rest)
	case identities:
		rest += `,"seen":0`
	}
	return keyOf(at, actor, strconv.Itoa(n)), "{" + rest + "}"
}

func keyOf(at, actor, n string) string { return at + "|" + actor + "|" + n }

// fill gives the feed its whole history, that before the run included. beyond makes
// some events show later than the vendor promises.
func (f *feed) fill(rnd *rand.Rand, start time.Time, active time.Duration, end time.Time, beyond bool) {
	f.ingested = map[*vendorsim.Entry]time.Time{}
	f.stale.Store(true)
	mean := float64(active) / float64(f.events)
	n := 0
	for at := start.Add(-f.lookback - time.Hour); at.Before(end); {
		slower := 1.0
		if at.Before(start) || at.After(start.Add(active)) {
			slower = 3
		}
		at = at.Add(time.Duration(rnd.ExpFloat64()*mean*slower) + 1)
		many := 1
		if vendorsim.OneIn(rnd, 40) {
			many += 1 + rnd.IntN(burst-1)
			f.hit("equal times")
		}
		moment := aligned(rnd, at)
		for range many {
			f.emit(rnd, n, moment, beyond)
			n++
		}
	}
	f.delayFiles(rnd.Uint64(), beyond)
}

// aligned puts some moments on round times, where windows begin and end.
func aligned(rnd *rand.Rand, at time.Time) time.Time {
	switch rnd.IntN(16) {
	case 0, 1, 2, 3:
		return at.Truncate(time.Second)
	case 4, 5:
		return at.Truncate(time.Minute)
	case 6:
		return at.Truncate(time.Hour)
	case 7:
		if vendorsim.OneIn(rnd, 4) {
			return at.Truncate(24 * time.Hour)
		}
	}
	return at
}

// emit adds an event of a time to the vendor's log, and sometimes its twin.
func (f *feed) emit(rnd *rand.Rand, n int, at time.Time, beyond bool) {
	late := f.delay(rnd, beyond)
	e := vendorsim.Entry{Time: at, Visible: at.Add(late)}
	text := at.Format(time.RFC3339Nano)
	if vendorsim.OneIn(rnd, 80) {
		text = "soon " + strconv.Itoa(n) // no time at all
		f.hit("no time")
	}
	if f.Bounds == providers.EventTime && vendorsim.OneIn(rnd, 150) {
		e.Time = at.Add(upTo(rnd, 4*f.lateness+12*time.Hour)) // somebody's clock is wrong
		if text == at.Format(time.RFC3339Nano) {
			text = e.Time.Format(time.RFC3339Nano)
			f.hit("from the future")
		}
	}
	copies := 1
	if f.naming != vendorIDs && vendorsim.OneIn(rnd, 12) {
		copies = 2 + rnd.IntN(2)
		f.hit("equal rows")
	}
	if f.branching == files { // the file may be late, not what is in it
		late, e.Visible = 0, at
	}
	if f.Bounds == providers.IngestionTime {
		// What matters is when it became available; it may have happened long before.
		// A stream by cursor goes on from the time of its events when the cursor is lost.
		switch {
		case f.Resume == providers.ByCursor:
			e.Time = at.Add(-upTo(rnd, f.lateBy()-late))
		case vendorsim.OneIn(rnd, 4):
			e.Time = at.Add(-upTo(rnd, 72*time.Hour))
		}
		if text == at.Format(time.RFC3339Nano) {
			text = e.Time.Format(time.RFC3339Nano)
		}
	}
	e.ID, e.Raw = f.row(rnd, n, text)
	for range copies {
		f.ingested[f.world.Add(f.name, e)] = at
	}
	if f.repeats && vendorsim.OneIn(rnd, 10) {
		again := e
		again.Visible = e.Visible.Add(upTo(rnd, f.Remember*9/10))
		f.ingested[f.world.Add(f.name, again)] = again.Visible.Add(-late)
	}
}

// delay returns how late an event shows.
func (f *feed) delay(rnd *rand.Rand, beyond bool) time.Duration {
	most := f.lateBy() - f.spare
	switch rnd.IntN(12) {
	case 0:
		f.hit("late as can be")
		return most
	case 1, 2, 3:
		f.hit("late")
		return upTo(rnd, most)
	case 4:
		if beyond {
			f.hit("later than promised")
			return most + upTo(rnd, 3*most+time.Hour)
		}
	}
	return min(upTo(rnd, 3*time.Second), most)
}

func (f *feed) delayFiles(seed uint64, beyond bool) {
	f.unlisted = func(slot time.Time) time.Duration {
		return f.delay(chance(seed).of("file", int(slot.Unix())), beyond)
	}
}

// slot returns the end of the file that an event is in.
func (f *feed) slot(e *vendorsim.Entry) time.Time {
	return f.available(e).Truncate(f.interval).Add(f.interval)
}

func (f *feed) available(e *vendorsim.Entry) time.Time { return cmp.Or(f.ingested[e], e.Visible) }

// basis is the time that the bounds of queries mean.
func (f *feed) basis(e *vendorsim.Entry) time.Time {
	switch {
	case f.branching == files:
		return f.slot(e)
	case f.Bounds == providers.IngestionTime:
		return f.available(e)
	}
	return e.Time
}

// shown is when the vendor's API first shows an event.
func (f *feed) shown(e *vendorsim.Entry) time.Time {
	if f.branching == files {
		slot := f.slot(e)
		return slot.Add(f.unlisted(slot))
	}
	return e.Visible
}

// list returns all rows of the log in the order of the feed, also hidden ones.
func (f *feed) list() []listed {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stale.Swap(false) {
		f.sorted = f.sorted[:0:0]
		for _, e := range f.world.Between(f.name, vendorsim.Query{Hidden: true}) {
			f.sorted = append(f.sorted, listed{e, f.basis(e)})
		}
		slices.SortFunc(f.sorted, func(a, b listed) int { return f.compare(a.Entry, b.Entry) })
	}
	return f.sorted
}

// rows returns what the vendor has now and accept takes, in the order of the feed.
func (f *feed) rows(accept func(listed) bool) (rows []*vendorsim.Entry) {
	now := f.world.Now()
	for _, e := range f.list() {
		if e.Visible.After(now) || !accept(e) {
			continue
		}
		if f.Retention > 0 && !e.basis.After(now.Add(-f.Retention)) {
			f.hit("no longer kept")
			continue
		}
		rows = append(rows, e.Entry)
	}
	return rows
}

// numbered returns the row with a number, nil for none.
func (f *feed) numbered(seq int) *vendorsim.Entry {
	list := f.list()
	if i := slices.IndexFunc(list, func(e listed) bool { return e.Seq == seq }); i >= 0 {
		return list[i].Entry
	}
	return nil
}

// compare orders two rows as the vendor does. Equal rows stand side by side.
func (f *feed) compare(a, b *vendorsim.Entry) int {
	var order int
	switch {
	case f.Resume == providers.ByCursor:
		order = a.Visible.Compare(b.Visible)
	case f.Order == providers.Unordered:
		order = cmp.Compare(mix(uint64(a.Time.UnixNano())), mix(uint64(b.Time.UnixNano())))
	default:
		order = f.basis(a).Compare(f.basis(b))
	}
	if f.Order == providers.NewestFirst && f.Resume != providers.ByCursor {
		order = -order
	}
	return cmp.Or(order, cmp.Compare(a.Raw, b.Raw), cmp.Compare(a.Seq, b.Seq))
}
