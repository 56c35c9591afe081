package vendorsim

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Add puts a ready entry into a stream: bad rows, hand-made cases. A zero Time
// means now; Visible is at least Time.
func (w *World) Add(stream string, e Entry) *Entry {
	now := w.Now()
	if e.Time.IsZero() {
		e.Time = now
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log(stream, now).add(e)
}

// emittedFrom keeps the numbers of single events apart from those of traffic, so
// that each is decided by its own history alone.
const emittedFrom = 1 << 32

// Emit generates one event at a time (zero: now), visible at once.
func (w *World) Emit(stream string, at time.Time) *Entry { return w.EmitLate(stream, at, 0) }

// EmitLate generates one event at a time (zero: now) that appears only after late.
func (w *World) EmitLate(stream string, at time.Time, late time.Duration) *Entry {
	now := w.Now()
	if at.IsZero() {
		at = now
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.log(stream, now)
	l.emitted++
	return w.generate(l, emittedFrom+l.emitted, at, late)
}

// EmitEach generates n events from a time on, step apart: a steady rate, or with
// a step of 0 a burst of equal timestamps.
func (w *World) EmitEach(stream string, n int, from time.Time, step time.Duration) []*Entry {
	if from.IsZero() {
		from = w.Now()
	}
	entries := make([]*Entry, n)
	for i := range n {
		entries[i] = w.Emit(stream, from.Add(time.Duration(i)*step))
	}
	return entries
}

// Repeat makes the vendor return e a second time, from visible on.
func (w *World) Repeat(e *Entry, visible time.Time) *Entry {
	again := *e
	again.Visible = visible
	return w.Add(e.Stream, again)
}

func (w *World) generate(l *eventLog, n int, at time.Time, late time.Duration) *Entry {
	// Visible is not truncated: a row must not appear behind rows served before.
	visible := at.Add(late)
	at = at.UTC().Truncate(l.stream.precision())
	id, raw := l.stream.Generate(w.Rand("event", l.stream.Name, n), n, at)
	return l.add(Entry{ID: id, Time: at, Visible: visible, Raw: raw})
}

// Traffic is an endless supply of events, decided by the world's seed and by time
// alone: two worlds with equal seed and equal Traffic show the same history,
// whenever they are asked. It needs no goroutine; events come into being when a
// query or the truth looks at a time.
type Traffic struct {
	// Start is the time of the first event, Stop ends the supply (zero: never).
	Start, Stop time.Time
	// Every is the mean distance of two events; at least a microsecond.
	Every time.Duration
	// Jitter delays the visibility of each event by up to this much, so that the
	// order of storage differs from the order of time.
	Jitter time.Duration
	// Late is the share of events that appear up to LateBy late (zero: the
	// stream's Lateness).
	Late   float64
	LateBy time.Duration
	// Same is the share of events with the time of the event before.
	Same float64
	// Twice is the share of rows that the vendor returns twice (never on streams
	// without ids).
	Twice float64
	// Burst is the share of slots (eight times Every) with twenty times the events.
	Burst float64
}

// Plausible is Traffic with a little of everything that a reader must stand.
func Plausible(start time.Time, every time.Duration) Traffic {
	return Traffic{
		Start: start, Every: every, Jitter: 2 * time.Second,
		Late: 0.02, Same: 0.05, Twice: 0.01, Burst: 0.005,
	}
}

// Run adds traffic to a stream.
func (w *World) Run(stream string, t Traffic) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.log(stream, w.now().UTC())
	t.Every = max(t.Every, time.Microsecond)
	if t.LateBy <= 0 {
		t.LateBy = l.stream.lateness()
	}
	l.traffic = append(l.traffic, &flow{Traffic: t, name: len(l.traffic), next: t.Start})
}

// RunAll adds the same traffic to every stream of the vendor.
func (w *World) RunAll(t Traffic) {
	for _, s := range w.Vendor.Streams {
		w.Run(s.Name, t)
	}
}

// flow is traffic with how far it has been generated.
type flow struct {
	Traffic
	name int
	slot int
	next time.Time // start of the next slot
	n    int
}

const eventsPerSlot = 8

// advance generates every slot that begins at or before now: later ones hold no
// event that could be visible.
func (f *flow) advance(w *World, l *eventLog, now time.Time) {
	length := eventsPerSlot * f.Every
	for !f.next.After(now) && (f.Stop.IsZero() || f.next.Before(f.Stop)) {
		f.fill(w, l, length)
		f.slot++
		f.next = f.next.Add(length)
	}
}

func (f *flow) fill(w *World, l *eventLog, length time.Duration) {
	rnd := w.Rand("traffic", l.stream.Name, f.name, f.slot)
	count := eventsPerSlot/2 + rnd.IntN(eventsPerSlot+1)
	if rnd.Float64() < f.Burst {
		count *= 20
	}
	times := make([]time.Time, count)
	for i := range times {
		times[i] = f.next.Add(upTo(rnd, length))
	}
	slices.SortFunc(times, time.Time.Compare)
	for i, at := range times {
		if i > 0 && rnd.Float64() < f.Same {
			at = times[i-1]
			times[i] = at
		}
		late := f.delay(rnd)
		twice := rnd.Float64() < f.Twice && !l.stream.NoID
		if !f.Stop.IsZero() && !at.Before(f.Stop) {
			continue
		}
		f.n++
		e := w.generate(l, f.name<<40+f.n, at, late)
		if twice {
			l.add(Entry{ID: e.ID, Time: e.Time, Raw: e.Raw, Visible: e.Visible.Add(upTo(rnd, time.Minute))})
		}
	}
}

func (f *flow) delay(rnd *rand.Rand) time.Duration {
	var d time.Duration
	if f.Jitter > 0 {
		d = upTo(rnd, f.Jitter)
	}
	if rnd.Float64() < f.Late {
		d += upTo(rnd, f.LateBy)
	}
	return d
}

func upTo(rnd *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(rnd.Int64N(max(int64(d), 1)))
}
