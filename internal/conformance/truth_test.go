package conformance_test

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// seen is one record that arrived.
type seen struct {
	stream, uid, id, raw, decodeError string
	at                                time.Time
	attrs                             map[string]string
}

// records returns everything that arrived.
func (r *rig) records() []seen {
	var out []seen
	for _, logs := range r.sink.AllLogs() {
		for _, resource := range logs.ResourceLogs().All() {
			stream := text(resource.Resource().Attributes(), "activity.stream")
			for _, scope := range resource.ScopeLogs().All() {
				for _, record := range scope.LogRecords().All() {
					a := record.Attributes()
					s := seen{
						stream: stream, uid: text(a, "log.record.uid"), id: text(a, "activity.id"),
						at: record.Timestamp().AsTime(), raw: record.Body().AsString(), decodeError: text(a, "activity.decode_error"), attrs: map[string]string{},
					}
					for k, v := range a.All() {
						s.attrs[k] = v.AsString()
					}
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func text(m pcommon.Map, key string) string {
	if v, ok := m.Get(key); ok {
		return v.AsString()
	}
	return ""
}

// expected returns, for each of a stream's events that is visible now, the row and
// the vendor's id. A row that the vendor returns twice is one event.
func (r *rig) expected(stream string) (rows map[string]int, ids map[string]bool) {
	rows, ids = map[string]int{}, map[string]bool{}
	noID := false
	for _, s := range r.vendor.Streams {
		noID = noID || s.Name == stream && s.NoID
	}
	for _, e := range r.world.Truth(stream, r.world.Now()) {
		if !noID && ids[e.ID] {
			continue
		}
		ids[e.ID] = true
		rows[e.Raw]++
	}
	return rows, ids
}

// complete requires that every visible event of the streams arrived exactly once.
// Events are known by their bytes or, where the receiver makes the raw record (rows
// of CSV files), by their number.
func (r *rig) complete(streams ...string) {
	r.t.Helper()
	if len(streams) == 0 {
		streams = r.streams()
	}
	got := map[string][]seen{}
	uids := map[string]int{}
	for _, s := range r.records() {
		got[s.stream] = append(got[s.stream], s)
		uids[s.uid]++
	}
	for _, s := range r.records() {
		if n := uids[s.uid]; n > 1 {
			assert.Equal(r.t, 1, n, "arrived %d times: %s", n, clip(s.raw))
			uids[s.uid] = 1
		}
	}
	for _, stream := range streams {
		rows, _ := r.expected(stream)
		total := 0
		for _, n := range rows {
			total += n
		}
		if !assert.Len(r.t, got[stream], total, "events of %s", stream) {
			r.explain(stream, rows, got[stream])
			continue
		}
		if !r.rowsAreRaw(rows, got[stream]) {
			continue // the count must do
		}
		for _, s := range got[stream] {
			rows[s.raw]--
		}
		for raw, n := range rows {
			assert.Zero(r.t, n, "%s: %.200s", stream, raw)
		}
	}
}

// whole requires that every visible event of all of the vendor's logs arrived
// exactly once, whatever the stream is called that brought it.
func (r *rig) whole() {
	r.t.Helper()
	want, got := map[string]int{}, r.records()
	for _, s := range r.vendor.Streams {
		rows, _ := r.expected(s.Name)
		for raw, n := range rows {
			want[raw] += n
		}
	}
	left := map[string]int{}
	for _, s := range got {
		left[s.raw]++
	}
	if !assert.True(r.t, maps.Equal(want, left), "%d of %d rows", len(got), len(want)) {
		r.explain("all streams", want, got)
	}
}

// rowsAreRaw tells that bodies are the vendor's rows.
func (r *rig) rowsAreRaw(rows map[string]int, got []seen) bool {
	return slices.ContainsFunc(got, func(s seen) bool { return rows[s.raw] > 0 })
}

// explain logs the first rows that are missing or too many.
func (r *rig) explain(stream string, rows map[string]int, got []seen) {
	r.t.Helper()
	left := map[string]int{}
	for k, n := range rows {
		left[k] = n
	}
	for _, s := range got {
		left[s.raw]--
	}
	var lines []string
	for raw, n := range left {
		switch {
		case n > 0:
			lines = append(lines, "missing: "+clip(raw))
		case n < 0:
			lines = append(lines, "too many: "+clip(raw))
		}
	}
	sort.Strings(lines)
	r.t.Logf("%s: %d differences\n%s", stream, len(lines), strings.Join(lines[:min(len(lines), 5)], "\n"))
	for _, l := range r.logs.All() {
		r.t.Logf("log: %s %s %v", l.Level, l.Message, l.ContextMap())
	}
}

func clip(s string) string { return s[:min(len(s), 300)] }

// streams are the vendor's streams that the configuration reads, seen from what the
// simulator offers.
func (r *rig) streams() []string {
	var names []string
	configured, _ := r.entry["streams"].([]any)
	for _, s := range r.vendor.Streams {
		if len(configured) > 0 && !slices.Contains(configured, any(s.Name)) {
			continue
		}
		names = append(names, s.Name)
	}
	return names
}
