package vendorsim

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Entry is one event of a stream. Entries are never changed once they are added.
type Entry struct {
	Stream string
	// ID is the vendor's id of the event; the simulator's own where rows have none.
	ID string
	// Time is when it happened.
	Time time.Time
	// Visible is when the API first shows it; never before Time.
	Visible time.Time
	// Raw is the row exactly as the API shows it.
	Raw string
	// Seq numbers the entries of a stream in the order in which they were added.
	Seq int
}

// Position is a place in the order in which a stream's rows became visible.
type Position struct {
	Visible time.Time
	Seq     int
}

// Position returns the entry's own place.
func (e *Entry) Position() Position { return Position{e.Visible, e.Seq} }

func (p Position) compare(q Position) int {
	return cmp.Or(p.Visible.Compare(q.Visible), cmp.Compare(p.Seq, q.Seq))
}

// By says which time a query means.
type By int

const (
	// EventTime is when events happened.
	EventTime By = iota
	// VisibleTime is when the API first showed them: storage or ingestion order.
	VisibleTime
)

// Query selects rows of one stream.
type Query struct {
	By By
	// Hidden selects rows that are not visible yet as well.
	Hidden bool
	// Since and Until bound the time; zero is open. Since is inclusive and Until is
	// exclusive, unless said otherwise.
	Since, Until   time.Time
	SinceExclusive bool
	UntilInclusive bool
	// After leaves out what is at or before a place; only with VisibleTime.
	After Position
	// NewestFirst turns the order round. Equal times are ordered by Seq.
	NewestFirst bool
}

// eventLog is guarded by World.mu.
type eventLog struct {
	stream    Stream
	byTime    []*Entry
	byVisible []*Entry
	emitted   int
	traffic   []*flow
}

func (l *eventLog) add(e Entry) *Entry {
	if e.Visible.Before(e.Time) {
		e.Visible = e.Time
	}
	e.Stream, e.Seq = l.stream.Name, len(l.byTime)
	e.Time, e.Visible = e.Time.UTC(), e.Visible.UTC()
	p := &e
	l.byTime = insert(l.byTime, p, byTime)
	l.byVisible = insert(l.byVisible, p, byVisible)
	return p
}

func byTime(a, b *Entry) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Seq, b.Seq))
}

func byVisible(a, b *Entry) int { return a.Position().compare(b.Position()) }

func insert(list []*Entry, e *Entry, order func(a, b *Entry) int) []*Entry {
	i, _ := slices.BinarySearchFunc(list, e, order)
	return slices.Insert(list, i, e)
}

// log returns the named log with all traffic up to now in it. World.mu is held.
func (w *World) log(stream string, now time.Time) *eventLog {
	l, ok := w.logs[stream]
	if !ok {
		panic(fmt.Sprintf("vendorsim: %s has no stream %q", w.Vendor.Key, stream))
	}
	for _, f := range l.traffic {
		f.advance(w, l, now)
	}
	return l
}

// Between returns the rows of a stream that q selects, of the visible ones unless
// it says otherwise.
func (w *World) Between(stream string, q Query) []*Entry {
	now := w.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.log(stream, now)
	list, of := l.byTime, func(e *Entry) time.Time { return e.Time }
	if q.By == VisibleTime {
		list, of = l.byVisible, func(e *Entry) time.Time { return e.Visible }
	}
	from, to := 0, len(list)
	if !q.Since.IsZero() {
		from = bound(list, of, q.Since, q.SinceExclusive)
	}
	if !q.Until.IsZero() {
		to = bound(list, of, q.Until, q.UntilInclusive)
	}
	if q.By == VisibleTime && q.After != (Position{}) {
		i, found := slices.BinarySearchFunc(list, q.After, func(e *Entry, p Position) int { return e.Position().compare(p) })
		if found {
			i++
		}
		from = max(from, i)
	}
	var rows []*Entry
	for i := from; i < to; i++ {
		if q.Hidden || !list[i].Visible.After(now) {
			rows = append(rows, list[i])
		}
	}
	if q.NewestFirst {
		slices.Reverse(rows)
	}
	return rows
}

// bound returns the index of the first entry at or after t, or, with past, of the
// first after t.
func bound(list []*Entry, of func(*Entry) time.Time, t time.Time, past bool) int {
	i, _ := slices.BinarySearchFunc(list, t, func(e *Entry, t time.Time) int {
		if c := of(e).Compare(t); c != 0 || !past {
			return c
		}
		return -1
	})
	return i
}

// Truth returns what a reader of everything must have by time t: one entry per
// id, in event order, among those visible at t.
func (w *World) Truth(stream string, t time.Time) []*Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.log(stream, t)
	seen := make(map[string]bool, len(l.byTime))
	var rows []*Entry
	for _, e := range l.byTime {
		if e.Visible.After(t) || seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		rows = append(rows, e)
	}
	return rows
}

// IDs returns the ids of entries.
func IDs(entries []*Entry) []string {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return ids
}

// Raws returns the rows of entries.
func Raws(entries []*Entry) []string {
	raws := make([]string, len(entries))
	for i, e := range entries {
		raws[i] = e.Raw
	}
	return raws
}

// Slice returns entries[offset : offset+limit], cut to what there is.
func Slice(entries []*Entry, offset, limit int) []*Entry {
	from := min(max(offset, 0), len(entries))
	to := min(from+max(limit, 0), len(entries))
	return entries[from:to]
}
