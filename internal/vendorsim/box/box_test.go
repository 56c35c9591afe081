package box_test

import (
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/box"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	stream    = "admin_logs_streaming"
	history   = "admin_logs"
	events    = "/2.0/events"
	tokenPath = "/oauth2/token"
)

// newEnterprise returns a client with a token that never ends.
func newEnterprise(t *testing.T) *simtest.Client {
	return simtest.New(t, box.Vendor()).Auth("Bearer " + box.Vendor().Variants["access_token"]("")["access_token"].(string))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func rows(a simtest.Answer) []string {
	out := []string{}
	for _, e := range a.At("entries").Array() {
		out = append(out, e.Raw)
	}
	return out
}

// position returns next_stream_position as it was sent, never through a float.
func position(a simtest.Answer) string {
	next := a.At("next_stream_position")
	if next.Type == gjson.String {
		return next.Str
	}
	return next.Raw
}

// walk follows positions to an empty answer. It returns all rows, the last position
// behind one, and the sizes of the chunks.
func walk(c *simtest.Client, kind, from string, pairs ...string) (all []string, at string, sizes []int) {
	c.Helper()
	all, at = []string{}, from
	for range 2000 {
		query := append([]string{"stream_type", kind}, pairs...)
		if at != "" {
			query = append(query, "stream_position", at)
		}
		a := c.Get(events, query...)
		require.Equal(c, 200, a.Status, a.Body)
		chunk := rows(a)
		require.Equal(c, int64(len(chunk)), a.At("chunk_size").Int())
		if len(chunk) == 0 {
			return all, at, sizes
		}
		all, sizes = append(all, chunk...), append(sizes, len(chunk))
		require.NotEqual(c, at, position(a))
		at = position(a)
	}
	require.Fail(c, "no end")
	return nil, "", nil
}

func TestStreamDeliversByArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newEnterprise(t)
		c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-10*time.Hour), time.Minute))
		all, at, sizes := walk(c, stream, "0", "limit", "100")
		require.Greater(t, len(all), 450)
		byArrival := vendorsim.Raws(c.World.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime}))
		assert.Equal(t, byArrival, all)
		assert.NotEqual(t, vendorsim.Raws(c.World.Between(stream, vendorsim.Query{})), all, "not in the order of time")
		assert.True(t, slices.ContainsFunc(sizes[:len(sizes)-1], func(n int) bool { return n < 100 }), "short chunks are not the end: %v", sizes)
		assert.LessOrEqual(t, slices.Max(sizes), 100)

		time.Sleep(48 * time.Hour) // fake time
		fresh, at, _ := walk(c, stream, at)
		all = append(all, fresh...)
		assert.Equal(t, vendorsim.Raws(c.World.Between(stream, vendorsim.Query{By: vendorsim.VisibleTime})), all, "late rows are among them")
		assert.Greater(t, len(all), len(c.World.Truth(stream, time.Now())), "some come twice")

		time.Sleep(time.Second) // fake time
		e := c.World.EmitLate(stream, time.Now().Add(-time.Hour), time.Hour)
		got, _, _ := walk(c, stream, at)
		assert.Contains(t, got, e.Raw)
		assert.Empty(t, c.World.Violations())
	})
}

func TestPositions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newEnterprise(t)
		want := vendorsim.Raws(c.World.EmitEach(stream, 30, time.Now().Add(-time.Hour), 0))
		c.Knob("full_chunks", "true")
		get := func(kind, at string) simtest.Answer {
			return c.Get(events, "stream_type", kind, "limit", "10", "stream_position", at)
		}
		for _, oldest := range []string{"", "0", "null"} {
			assert.Equal(t, want[:10], rows(get(stream, oldest)), "%q", oldest)
		}
		a := get(stream, "0")
		n, err := strconv.ParseInt(position(a), 10, 64)
		require.NoError(t, err)
		assert.Greater(t, n, int64(1)<<53)
		assert.Equal(t, gjson.String, a.At("next_stream_position").Type)
		assert.Equal(t, want[10:20], rows(get(stream, position(a))), "rows of one moment are told apart")
		assert.Equal(t, want[10:20], rows(get(stream, position(a))), "a position may be sent again")
		c.Knob("number_positions", "true")
		b := get(stream, "0")
		assert.Equal(t, gjson.Number, b.At("next_stream_position").Type)
		assert.Equal(t, position(a), position(b))

		end := get(stream, "now")
		assert.Empty(t, rows(end))
		assert.Equal(t, position(end), position(get(stream, position(end))), "nothing new")
		fresh := c.World.Emit(stream, time.Time{})
		assert.Equal(t, []string{fresh.Raw}, rows(get(stream, position(end))))
		assert.Empty(t, c.World.Violations())

		for name, at := range map[string]string{
			"through a float": strconv.FormatInt(int64(float64(n)), 10), "in exponents": strconv.FormatFloat(float64(n), 'e', -1, 64),
			"made up": "1152922976252290886", "a word": "latest", "negative": "-" + position(a),
		} {
			bad := get(stream, at)
			assert.Equal(t, 400, bad.Status, name)
			assert.Equal(t, "Invalid stream position", bad.At("message").Str, name)
		}
		assert.Equal(t, 400, get(history, position(a)).Status, "a position belongs to its stream type")
		assert.Len(t, c.World.Violations(), 6)
		c.World.ForgetViolations()
		c.World.Faults.Next(vendorsim.CursorExpired, 1, "")
		assert.Equal(t, 400, get(stream, position(a)).Status)
		assert.Empty(t, c.World.Violations(), "expiry is not the client's fault")
	})
}

func TestStreamOfAnEmptyEnterprise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newEnterprise(t)
		_, _, sizes := walk(c, stream, "0")
		assert.Empty(t, sizes)
		at := position(c.Get(events, "stream_type", stream, "stream_position", "now"))
		e := c.World.Emit(stream, time.Time{})
		all, _, _ := walk(c, stream, at)
		assert.Equal(t, []string{e.Raw}, all)
	})
}

func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newEnterprise(t)
		const day = 24 * time.Hour
		ancient := c.World.Emit(stream, time.Now().Add(-366*day))
		old := c.World.Emit(stream, time.Now().Add(-15*day))
		recent := c.World.Emit(stream, time.Now().Add(-13*day))
		all, at, _ := walk(c, stream, "0")
		assert.Equal(t, []string{recent.Raw}, all, "two weeks")
		all, _, _ = walk(c, history, "0")
		assert.Equal(t, []string{old.Raw, recent.Raw}, all, "a year")
		assert.NotContains(t, all, ancient.Raw)

		time.Sleep(15 * day) // fake time
		late := c.World.Emit(stream, time.Time{})
		all, _, _ = walk(c, stream, at)
		assert.Equal(t, []string{late.Raw}, all, "an old position gives what there is")
		c.Knob("old_position", "400")
		a := c.Get(events, "stream_type", stream, "stream_position", at)
		assert.Equal(t, 400, a.Status)
		assert.Equal(t, "bad_request", a.At("code").Str)
		assert.Empty(t, c.World.Violations())
	})
}

func TestRepeatedAndEmptyChunks(t *testing.T) {
	c := newEnterprise(t)
	want := vendorsim.Raws(c.World.EmitEach(stream, 30, time.Now().Add(-time.Hour), time.Second))
	c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
	a := c.Get(events, "stream_type", stream, "limit", "10")
	assert.Greater(t, len(rows(a)), len(slices.Compact(rows(a))))
	c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
	b := c.Get(events, "stream_type", stream, "stream_position", position(a))
	assert.Empty(t, rows(b))
	assert.Equal(t, position(a), position(b))
	rest, _, _ := walk(c, stream, position(b))
	assert.Subset(t, append(rows(a), rest...), want)
}

func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newEnterprise(t)
		c.World.Run(stream, vendorsim.Plausible(time.Now().Add(-10*time.Hour), time.Minute))
		time.Sleep(6 * time.Hour) // fake time
		missed := c.World.EmitLate(stream, time.Now().Add(-time.Hour), 2*time.Hour)
		all, at, sizes := walk(c, history, "", "limit", "100")
		lag := 10 * time.Minute
		assert.Equal(t, vendorsim.Raws(c.World.Truth(stream, time.Now().Add(-lag))), all, "in the order of time, each once, later")
		assert.True(t, slices.ContainsFunc(sizes[:len(sizes)-1], func(n int) bool { return n < 100 }))

		a := c.Get(events, "stream_type", history, "stream_position", at)
		assert.Empty(t, rows(a))
		assert.Equal(t, "0", position(a), "no use to anybody")
		c.Knob("keeps_position", "true")
		assert.Equal(t, at, position(c.Get(events, "stream_type", history, "stream_position", at)))

		time.Sleep(5 * time.Hour) // fake time
		fresh, _, _ := walk(c, history, at)
		assert.NotContains(t, fresh, missed.Raw, "it came behind the position")
		again, _, _ := walk(c, history, "0")
		assert.Contains(t, again, missed.Raw)
		assert.Equal(t, vendorsim.Raws(c.World.Truth(stream, time.Now().Add(-lag))), again)
		assert.Empty(t, c.World.Violations())
	})
}
