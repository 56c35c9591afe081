package faultsim_test

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/providers"
)

// event is one thing that happened, which the vendor may show as several rows.
type event struct {
	rows   []*vendorsim.Entry // in the order in which they showed
	copies int                // how many activities it is: equal rows without id are several
	wanted bool               // by the filters
	basis  time.Time
	shown  time.Time
	late   time.Duration
	got    []*arrival
}

// punctual tells that the event showed when the vendor promises.
func (e *event) punctual(f *feed) bool { return e.late <= f.lateBy() }

// truth is what a feed had and what arrived of it, by key.
func (r *run) truth(f *feed) map[string]*event {
	events := map[string]*event{}
	for _, row := range r.world.Between(f.name, vendorsim.Query{By: vendorsim.VisibleTime}) {
		if f.shown(row).After(r.world.Now()) {
			continue
		}
		e := events[row.ID]
		if e == nil {
			a, err := f.decode(providers.Event{Raw: row.Raw})
			e = &event{wanted: err != nil || f.filter.Match(&a), basis: f.basis(row), shown: f.shown(row)}
			e.late = e.shown.Sub(e.basis)
			events[row.ID] = e
		}
		e.rows = append(e.rows, row)
		if e.copies++; f.naming == vendorIDs {
			e.copies = 1
		}
	}
	for _, uid := range slices.Sorted(maps.Keys(r.pipeline.got)) {
		a := r.pipeline.got[uid]
		if a.stream != f.name {
			continue
		}
		e := events[a.key]
		if e == nil {
			r.fail("%s: %s of uid %s never was", f.name, a.key, uid)
			continue
		}
		e.got = append(e.got, a)
		if f.naming != identities && !slices.ContainsFunc(e.rows, func(row *vendorsim.Entry) bool { return row.Raw == a.raw }) {
			r.fail("%s: the record of %s is not what the vendor sent: %s", f.name, a.key, a.raw)
		}
	}
	return events
}

// judge compares everything that happened with everything that should have.
func (r *run) judge() {
	r.pipeline.mu.Lock()
	defer r.pipeline.mu.Unlock()
	for _, f := range r.feeds {
		events := r.truth(f)
		r.total.days += r.end.Sub(r.start).Hours() / 24
		r.total.events += len(events)
		for _, key := range slices.Sorted(maps.Keys(events)) {
			r.judgeEvent(f, key, events[key])
		}
		if r.mode != wild {
			r.judgeSnapshots(f, events)
		}
		if r.mode.heals() {
			r.judgeEnd(f, events)
		}
	}
	r.total.delivered += r.pipeline.accepted
	r.judgeQuota()
	for _, v := range r.world.Violations() {
		r.fail("the vendor complains: %v", v)
	}
}

// judgeQuota checks that a collector that is alone, and lives on, never meets the
// vendor's limit. A request that the network holds up may arrive with those of the
// vendor's next minute.
func (r *run) judgeQuota() {
	alone := r.fired.n["others use the quota"]+r.fired.n["vendor's clock wrong"]+r.total.crashes == 0 && r.total.restarts == 1
	if alone && r.api.refused > r.fired.n[heldUp] {
		r.fail("the vendor refused %d requests beyond its quota", r.api.refused)
	}
}

func (r *run) judgeEvent(f *feed, key string, e *event) {
	if len(e.got) > e.copies {
		r.fail("%s: %s has %d uids", f.name, key, len(e.got))
	}
	if len(e.got) > 0 && !e.wanted {
		r.fail("%s: %s came, which the filter does not want", f.name, key)
	}
	if len(e.got) > 0 && f.Bounds == providers.EventTime && e.basis.Before(r.start.Add(-f.lookback-r.jump)) && !e.undated() {
		r.fail("%s: %s of %v came, which is before the start", f.name, key, e.basis)
	}
	for _, a := range e.got {
		if a.refused {
			r.total.refused++
		}
		r.total.repeated += max(0, a.count-1)
		if a.count > 1+a.allowed && r.mode != wild {
			r.total.strays++
			r.fail("%s: repeated: %s came %d times where %d are allowed", f.name, key, a.count, 1+a.allowed)
		}
	}
	if due := r.due(f, e); r.mode.heals() && e.wanted && r.inReach(f, e, due) && !due.After(r.end) {
		if len(e.got) < e.copies {
			r.total.lost++
			r.fail("%s: lost: %s of %v, shown at %v, due at %v: %d of %d came", f.name, key, e.basis, e.shown, due, len(e.got), e.copies)
		}
		for _, a := range e.got {
			if at := a.first.Add(-time.Duration(r.ahead.Load())); at.After(due) && due.After(r.healed) {
				r.fail("%s: late: %s of %v, shown at %v, due at %v, came at %v", f.name, key, e.basis, e.shown, due, at)
			}
		}
	}
}

// undated tells that the vendor gives no time for the event.
func (e *event) undated() bool { return len(e.rows) > 0 && !isDated(e.rows[0].Raw) }

// due is when an event must be delivered: some time after it showed, and not before
// everything has recovered.
func (r *run) due(f *feed, e *event) time.Time {
	due := e.shown.Add(f.fresh())
	if f.Resume != providers.ByCursor && e.basis.After(e.shown) { // from the future
		due = e.basis.Add(f.fresh())
	}
	// What a wrong clock took for read already comes when it is read again.
	if (e.late > f.soon() || r.mode == clock) && f.Resume != providers.ByCursor {
		due = e.basis.Add(f.settledAfter())
	}
	if recovered := r.healed.Add(recovery + f.catchUp(r.active)); due.Before(recovered) {
		due = recovered
	}
	return due.Add(r.jump)
}

// inReach tells that the stream is wanted from before the event on, and that the
// vendor still has it when it is due.
func (r *run) inReach(f *feed, e *event, due time.Time) bool {
	begun, ok := r.disk.begun[f.name]
	if !ok || !e.punctual(f) {
		return false
	}
	from := begun.Add(-f.lookback)
	if f.Retention > 0 {
		if kept := begun.Add(-f.Retention); kept.After(from) {
			from = kept
		}
		if !e.basis.Add(f.Retention).After(due) {
			return false
		}
	}
	return e.basis.After(from.Add(r.jump))
}

// judgeEnd checks what the engine says of itself once all is well.
func (r *run) judgeEnd(f *feed, events map[string]*event) {
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	c := r.watch.coverage[f.name]
	if most := f.settledAfter() - f.lateness + r.jump; c.Gap > most {
		r.fail("%s: a gap of %v is left (%.3f settled), %v is usual", f.name, c.Gap, c.Settled, most)
	}
	// Where long windows are not answered, some are tried now and then.
	if state := r.watch.state[f.name]; state != poll.Running && (state != poll.Retrying || f.mostSpan == 0) {
		r.fail("%s: state %d at the end: %v", f.name, state, r.watch.why[f.name])
	}
	if n := r.watch.skipped[f.name]; n > 0 && f.Retention == 0 {
		r.fail("%s: %d skipped of a stream that keeps everything", f.name, n)
	}
	if most := r.mayRemember(f, events); c.Seen > most {
		r.fail("%s: %d ids are remembered, %d may come again", f.name, c.Seen, most)
	}
	if left := len(r.pipeline.flight[f.name]); left > 0 {
		r.fail("%s: %d were accepted and are not committed", f.name, left)
	}
}

// newestOf returns the time of the newest event that has come.
func newestOf(events map[string]*event) (newest time.Time) {
	for _, e := range events {
		if len(e.got) > 0 && !e.undated() && e.basis.After(newest) && !e.basis.After(e.shown) {
			newest = e.basis
		}
	}
	return newest
}

// mayRemember returns how many ids, and files, may be remembered at the end.
func (r *run) mayRemember(f *feed, events map[string]*event) int {
	width := max(f.lateness/8, min(cmp.Or(f.MaxWindow, 24*time.Hour)/16, 3*time.Hour))
	newest := r.end
	if f.Resume == providers.ByCursor {
		newest = newestOf(events)
	}
	horizon := newest.Add(-2*f.settledAfter() - 4*width - 2*f.Edge - f.Granularity - f.Remember - f.lateness - r.jump)
	n := int(r.end.Sub(horizon)/f.interval) + 1 // files
	for _, e := range events {
		listed := f.Resume == providers.ByWalk && f.Bounds == providers.IngestionTime
		endures := f.Resume != providers.ByWindow && (e.undated() || e.basis.After(e.shown))
		switch {
		case listed, endures:
			// What is still on the list is remembered anew beside what it was with, which
			// is forgotten once all that is on the list is elsewhere.
			n += 2 * len(e.got)
		case e.basis.After(horizon):
			n += len(e.got)
		default:
			for _, a := range e.got {
				if a.first.After(horizon) {
					n++
				}
			}
		}
	}
	return n
}
