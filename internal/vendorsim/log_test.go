package vendorsim_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func TestBetween(t *testing.T) {
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return day.Add(time.Duration(minutes) * time.Minute) }
	w := vendorsim.NewWorld(acme(), vendorsim.Options{Now: func() time.Time { return at(10) }})
	for _, e := range []struct {
		id            string
		time, visible int
	}{{"a", 0, 0}, {"late", 1, 6}, {"b", 2, 2}, {"c", 4, 4}, {"twin", 4, 4}, {"future", 5, 11}} {
		w.Add("events", vendorsim.Entry{ID: e.id, Time: at(e.time), Visible: at(e.visible), Raw: "{}"})
	}
	for name, tt := range map[string]struct {
		query vendorsim.Query
		want  string
	}{
		"all by time":             {vendorsim.Query{}, "a late b c twin"},
		"newest first":            {vendorsim.Query{NewestFirst: true}, "twin c b late a"},
		"since is inclusive":      {vendorsim.Query{Since: at(2)}, "b c twin"},
		"since exclusive":         {vendorsim.Query{Since: at(2), SinceExclusive: true}, "c twin"},
		"until is exclusive":      {vendorsim.Query{Until: at(4)}, "a late b"},
		"until inclusive":         {vendorsim.Query{Until: at(4), UntilInclusive: true}, "a late b c twin"},
		"between":                 {vendorsim.Query{Since: at(1), Until: at(2)}, "late"},
		"nothing":                 {vendorsim.Query{Since: at(7)}, ""},
		"turned round":            {vendorsim.Query{Since: at(4), Until: at(1)}, ""},
		"all by visible":          {vendorsim.Query{By: vendorsim.VisibleTime}, "a b c twin late"},
		"visible since":           {vendorsim.Query{By: vendorsim.VisibleTime, Since: at(4)}, "c twin late"},
		"after a place":           {vendorsim.Query{By: vendorsim.VisibleTime, After: vendorsim.Position{Visible: at(4), Seq: 3}}, "twin late"},
		"after a place not taken": {vendorsim.Query{By: vendorsim.VisibleTime, After: vendorsim.Position{Visible: at(3)}}, "c twin late"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, strings.Join(vendorsim.IDs(w.Between("events", tt.query)), " "))
		})
	}
	assert.Panics(t, func() { w.Between("no such stream", vendorsim.Query{}) })
}

func TestSlice(t *testing.T) {
	all := []*vendorsim.Entry{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	assert.Equal(t, []string{"b", "c"}, vendorsim.IDs(vendorsim.Slice(all, 1, 5)))
	assert.Equal(t, []string{"a"}, vendorsim.IDs(vendorsim.Slice(all, 0, 1)))
	assert.Empty(t, vendorsim.Slice(all, 9, 5))
	assert.Empty(t, vendorsim.Slice(all, 1, 0))
}

func TestLateRowsAppearInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		late := w.EmitLate("events", time.Time{}, 5*time.Minute)
		now := w.Emit("events", time.Time{})
		assert.Equal(t, []string{now.ID}, vendorsim.IDs(w.Between("events", vendorsim.Query{})))
		assert.Len(t, w.Truth("events", time.Now()), 1)
		time.Sleep(5 * time.Minute) // fake time
		assert.Equal(t, []string{late.ID, now.ID}, vendorsim.IDs(w.Between("events", vendorsim.Query{})))
		assert.Len(t, w.Truth("events", time.Now()), 2)
	})
}

func TestRepeatedRowIsOneEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		e := w.Emit("events", time.Time{})
		w.Repeat(e, time.Now().Add(time.Second))
		time.Sleep(time.Second) // fake time
		rows := w.Between("events", vendorsim.Query{})
		require.Len(t, rows, 2)
		assert.Equal(t, rows[0].Raw, rows[1].Raw)
		assert.Len(t, w.Truth("events", time.Now()), 1)
	})
}

func TestEmitEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		start := time.Now().Add(-time.Hour).UTC()
		steady := w.EmitEach("events", 3, start, time.Second)
		burst := w.EmitEach("events", 3, start, 0)
		assert.Equal(t, start.Add(2*time.Second), steady[2].Time)
		assert.Equal(t, start, burst[2].Time)
		ids := append(vendorsim.IDs(steady), vendorsim.IDs(burst)...)
		slices.Sort(ids)
		assert.Len(t, slices.Compact(ids), 6, "ids are unique")
	})
}

func history(w *vendorsim.World, stream string) []string {
	var out []string
	for _, e := range w.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime}) {
		out = append(out, e.ID+" "+e.Time.String()+" "+e.Visible.String()+" "+e.Raw)
	}
	return out
}

func TestTrafficIsTheSameAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		traffic := vendorsim.Plausible(time.Now().Add(-time.Hour), time.Second)
		often, restarted, other := newWorld(1), newWorld(1), newWorld(2)
		often.RunAll(traffic)
		for range 100 { // asked often ...
			often.Between("events", vendorsim.Query{})
			time.Sleep(7 * time.Second) // fake time
		}
		restarted.RunAll(traffic) // ... or once
		other.RunAll(traffic)
		for _, stream := range []string{"events", "seconds"} {
			assert.Equal(t, history(often, stream), history(restarted, stream))
		}
		assert.NotEqual(t, history(often, "events"), history(other, "events"))
	})
}

func TestTrafficIsPlausible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(3)
		start := time.Now()
		w.RunAll(vendorsim.Plausible(start, time.Second))
		time.Sleep(3 * time.Hour) // fake time
		rows := w.Between("events", vendorsim.Query{})
		assert.InDelta(t, 11900, len(rows), 1500, "about one a second, and bursts")
		late, same, twice := 0, 0, len(rows)-len(w.Truth("events", time.Now()))
		for i, e := range rows {
			if e.Visible.Sub(e.Time) > 10*time.Second {
				late++
			}
			assert.LessOrEqual(t, e.Visible.Sub(e.Time), 12*time.Minute)
			if i > 0 && e.Time.Equal(rows[i-1].Time) && e.ID != rows[i-1].ID {
				same++
			}
			assert.False(t, e.Time.Before(start))
		}
		assert.Greater(t, late, 100)
		assert.Greater(t, same, 300)
		assert.Greater(t, twice, 50)
		for _, e := range w.Between("seconds", vendorsim.Query{}) {
			assert.Zero(t, e.Time.Nanosecond(), "times have the stream's precision")
		}
		assert.Len(t, w.Between("seconds", vendorsim.Query{}), len(w.Truth("seconds", time.Now())), "rows without id never come twice")
	})
}

// TestStorageOrderNeverGrowsBehind is what cursors rely on: a row never becomes
// visible at a place that was passed.
func TestStorageOrderNeverGrowsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.RunAll(vendorsim.Plausible(time.Now(), 700*time.Millisecond))
		for _, stream := range []string{"events", "seconds"} {
			var at vendorsim.Position
			got := 0
			for range 2000 {
				for _, e := range w.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime, After: at}) {
					at = e.Position()
					got++
				}
				time.Sleep(331 * time.Millisecond) // fake time
			}
			time.Sleep(time.Millisecond)
			all := w.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime, Until: at.Visible, UntilInclusive: true})
			assert.Len(t, all, got, stream)
		}
	})
}

func TestTrafficStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(5)
		stop := time.Now().Add(10 * time.Minute)
		w.Run("events", vendorsim.Traffic{Start: time.Now(), Stop: stop, Every: time.Second})
		time.Sleep(time.Hour) // fake time
		rows := w.Between("events", vendorsim.Query{})
		assert.InDelta(t, 600, len(rows), 120)
		assert.True(t, rows[len(rows)-1].Time.Before(stop))
	})
}

func TestWorldIsSafeForConcurrentUse(t *testing.T) {
	w := newWorld(6)
	w.RunAll(vendorsim.Plausible(time.Now().Add(-time.Minute), 10*time.Millisecond))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				w.Repeat(w.Emit("events", time.Time{}), time.Now())
				w.Between("events", vendorsim.Query{NewestFirst: true})
				w.Truth("seconds", time.Now())
			}
		})
	}
	wg.Wait()
	assert.GreaterOrEqual(t, len(w.Truth("events", time.Now())), 400)
}
