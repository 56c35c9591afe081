package poll_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// event is one event of the fake vendor.
type event struct {
	ID      string    `json:"id,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Bad     string    `json:"bad,omitempty"` // "error" or "panic" when decoded
	Actor   string    `json:"actor,omitempty"`
	stored  time.Time // the time that windows of ingestion go by; zero: At
	visible time.Time // when the vendor first shows it
}

// vendor is a fake vendor with one list of events, and the three ways to read it.
type vendor struct {
	mu      sync.Mutex
	events  []event
	dropped int // events that the list no longer begins with, to which cursors refer
	asked   []providers.Query
	shown   int                                          // pages answered
	refuse  func(providers.Query) error                  // asked before each answer
	change  func(providers.Query, *providers.Page)       // the last word about each page
	onFetch func(ctx context.Context, q providers.Query) // outside the lock
}

func (v *vendor) add(es ...event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, e := range es {
		if e.visible.IsZero() {
			e.visible = e.At
		}
		i, _ := slices.BinarySearchFunc(v.events, e, func(a, b event) int { return cmp.Or(a.At.Compare(b.At), -1) })
		v.events = slices.Insert(v.events, i, e)
	}
}

// now adds an event that happens and shows now.
func (v *vendor) now(id string) { v.add(event{ID: id, At: time.Now()}) }

func (v *vendor) fetch(list func(now time.Time, q providers.Query) []event, byCursor bool) func(context.Context, providers.Client, providers.Query) (providers.Page, error) {
	return func(ctx context.Context, _ providers.Client, q providers.Query) (providers.Page, error) {
		v.mu.Lock()
		onFetch := v.onFetch
		v.mu.Unlock()
		if onFetch != nil {
			onFetch(ctx, q)
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.asked = append(v.asked, q)
		if v.refuse != nil {
			if err := v.refuse(q); err != nil {
				return providers.Page{}, err
			}
		}
		all := list(time.Now(), q)
		offset, _ := strconv.Atoi(q.Cursor)
		if byCursor {
			offset -= v.dropped
		}
		offset = min(max(offset, 0), len(all))
		end := min(offset+q.PageSize, len(all))
		p := providers.Page{Next: strconv.Itoa(end), More: end < len(all)}
		if byCursor {
			p.Next = strconv.Itoa(v.dropped + end)
		}
		if byCursor && v.dropped+end == 0 {
			p.Next = ""
		}
		for _, e := range all[offset:end] {
			raw, err := json.Marshal(e)
			if err != nil {
				return p, err
			}
			p.Events = append(p.Events, providers.Event{Raw: string(raw)})
		}
		if v.change != nil {
			v.change(q, &p)
		}
		v.shown++
		return p, nil
	}
}

// inWindow lists what is visible of a window, in the order o.
func (v *vendor) inWindow(o providers.Order) func(time.Time, providers.Query) []event {
	return func(now time.Time, q providers.Query) []event {
		from, _ := slices.BinarySearchFunc(v.events, q.Since, func(e event, t time.Time) int { return e.At.Compare(t) })
		to, _ := slices.BinarySearchFunc(v.events, q.Until, func(e event, t time.Time) int { return e.At.Compare(t) })
		return visible(v.events[from:max(from, to)], now, o)
	}
}

// storedIn lists what is visible of a window of ingestion time.
func (v *vendor) storedIn(o providers.Order) func(time.Time, providers.Query) []event {
	return func(now time.Time, q providers.Query) []event {
		var in []event
		for _, e := range v.events {
			if at := cmp.Or(e.stored, e.At); !at.Before(q.Since) && at.Before(q.Until) {
				in = append(in, e)
			}
		}
		return visible(in, now, o)
	}
}

// list lists what is visible of everything, in the order o.
func (v *vendor) list(o providers.Order) func(time.Time, providers.Query) []event {
	return func(now time.Time, _ providers.Query) []event { return visible(v.events, now, o) }
}

// arrivals lists everything in the order in which it showed. Its offsets are cursors
// that last.
func (v *vendor) arrivals(now time.Time, _ providers.Query) []event {
	in := visible(v.events, now, providers.OldestFirst)
	slices.SortStableFunc(in, func(a, b event) int { return a.visible.Compare(b.visible) })
	return in
}

// visible returns the events that show by now, of a list that is sorted by time.
func visible(events []event, now time.Time, o providers.Order) []event {
	in := make([]event, 0, len(events))
	for _, e := range events {
		if !e.visible.After(now) {
			in = append(in, e)
		}
	}
	switch o {
	case providers.NewestFirst:
		slices.Reverse(in)
	case providers.Unordered: // an order that has nothing to do with time, but stays
		slices.SortStableFunc(in, func(a, b event) int { return int(a.ID[len(a.ID)-1]%2) - int(b.ID[len(b.ID)-1]%2) })
	}
	return in
}

func (v *vendor) stream(t providers.Traits) providers.Stream {
	if t.PageSize == 0 {
		t.PageSize = 10
	}
	s := providers.Stream{Name: "audit", Traits: t, Decode: decode}
	switch t.Resume {
	case providers.ByWindow:
		s.Fetch = v.fetch(v.inWindow(t.Order), false)
		if t.Bounds == providers.IngestionTime {
			s.Fetch = v.fetch(v.storedIn(t.Order), false)
		}
	case providers.ByWalk:
		s.Fetch = v.fetch(v.list(t.Order), false)
	default:
		s.Fetch = v.fetch(v.arrivals, true)
	}
	return s
}

func decode(e providers.Event) (providers.Activity, error) {
	var in event
	if err := json.Unmarshal([]byte(e.Raw), &in); err != nil {
		return providers.Activity{}, err
	}
	a := providers.Activity{ID: in.ID, CreatedAt: in.At.UTC(), RawAction: "test", Actor: providers.Actor{ID: in.Actor}}
	switch in.Bad {
	case "error":
		return a, fmt.Errorf("a bad event")
	case "panic":
		panic("a very bad event")
	}
	return a, nil
}

func (v *vendor) queries() []providers.Query {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.asked)
}

func (v *vendor) forgetQueries() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked = nil
}
