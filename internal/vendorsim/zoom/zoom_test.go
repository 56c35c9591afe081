package zoom_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
	"github.com/otelactivity/otelactivity/internal/vendorsim/zoom"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	activities = "/v2/report/activities"
	operations = "/v2/report/operationlogs"
	day        = 24 * time.Hour
)

// lists are the two reports: stream, path and the name of the rows.
var lists = [][3]string{
	{"activities", activities, "activity_logs"},
	{"operation_logs", operations, "operation_logs"},
}

// newAccount is a client with a fresh token.
func newAccount(t *testing.T) *simtest.Client {
	c := simtest.New(t, zoom.Vendor())
	a := c.Auth(basic()).Post(tokens, simtest.Form, grant(nil))
	require.Equal(t, 200, a.Status, a.Body)
	return c.Auth("Bearer " + a.At("access_token").Str)
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func midnight(t time.Time) time.Time { return t.UTC().Truncate(day) }

func rows(a simtest.Answer) []string {
	out := []string{}
	for _, name := range []string{"activity_logs", "operation_logs"} {
		for _, row := range a.At(name).Array() {
			out = append(out, row.Raw)
		}
	}
	return out
}

// walk reads a chain of pages to its end.
func walk(c *simtest.Client, path string, pairs ...string) []string {
	c.Helper()
	var all []string
	query := pairs
	for range 500 {
		a := c.Get(path, query...)
		require.Equal(c, 200, a.Status, a.Body)
		all = append(all, rows(a)...)
		token := a.At("next_page_token").Str
		if token == "" {
			return all
		}
		query = append([]string{"next_page_token", token}, pairs...)
	}
	require.Fail(c, "no end")
	return nil
}

func TestTokensReachEverything(t *testing.T) {
	for _, list := range lists {
		synctest.Test(t, func(t *testing.T) {
			c := newAccount(t)
			time.Sleep(6 * time.Hour) // fake time: away from midnight
			token := c.Auth(basic()).Post(tokens, simtest.Form, grant(nil)).At("access_token").Str
			c.Auth("Bearer " + token)
			c.World.RunAll(vendorsim.Plausible(time.Now().Add(-4*time.Hour), 20*time.Second))
			entries := c.World.Between(list[0], vendorsim.Query{NewestFirst: true})
			require.Greater(t, len(entries), 600)
			window := []string{"from", date(time.Now().Add(-day)), "to", date(time.Now())}
			want := vendorsim.Raws(entries)
			assert.Equal(t, want, walk(c, list[1], append(window, "page_size", "300")...), "newest first")
			assert.Equal(t, want, walk(c, list[1], window...), "thirty by default")
			c.World.Faults.Set(vendorsim.EmptyPage, 0.3)
			assert.Equal(t, want, walk(c, list[1], window...), "an empty page is not the end")
			c.World.Faults.Heal()
			c.World.Faults.Set(vendorsim.DuplicateRows, 1)
			assert.Greater(t, len(walk(c, list[1], window...)), len(want))
			c.World.Faults.Heal()
			c.Knob("order", "oldest")
			assert.Equal(t, want[len(want)-1], walk(c, list[1], window...)[0])
			assert.Empty(t, c.World.Violations())
		})
	}
}

func TestNewRecordsShiftPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		entries := vendorsim.Raws(c.World.EmitEach("activities", 4, time.Now().Add(-time.Hour), time.Second))
		query := []string{"from", date(time.Now().Add(-day)), "to", date(time.Now()), "page_size", "2"}
		a := c.Get(activities, query...)
		c.World.Emit("activities", time.Now())
		b := c.Get(activities, append(query, "next_page_token", a.At("next_page_token").Str)...)
		assert.Equal(t, []string{entries[3], entries[2]}, rows(a))
		assert.Equal(t, []string{entries[2], entries[1]}, rows(b), "the last row comes again")
	})
}

// TestEqualRecords: records have no id, and two equal ones are two events.
func TestEqualRecords(t *testing.T) {
	c := newAccount(t)
	raw := `{"time":"2026-01-05T09:40:00Z","category_type":"User","operation_detail":"Edit"}`
	for i := range 2 {
		c.World.Add("operation_logs", vendorsim.Entry{ID: fmt.Sprint("twin", i), Raw: raw})
	}
	assert.Equal(t, []string{raw, raw}, rows(c.Get(operations, "from", date(time.Now()), "to", date(time.Now()))))
	for _, s := range zoom.Vendor().Streams {
		assert.True(t, s.NoID, s.Name)
		seen := map[string]bool{}
		for _, e := range c.World.EmitEach(s.Name, 2000, time.Now().Add(-time.Hour), 0) {
			assert.False(t, seen[e.Raw], "traffic has no twins: %s", e.Raw)
			seen[e.Raw] = true
		}
	}
}

func TestDatesMeanDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		today := midnight(time.Now())
		entries := c.World.EmitEach("activities", 4, today.Add(-3*day), 12*time.Hour-time.Minute)
		raws := vendorsim.Raws(entries)
		ask := func(from, to string) []string {
			out := rows(c.Get(activities, "from", from, "to", to))
			for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
				out[i], out[j] = out[j], out[i]
			}
			return out
		}
		d := func(n int) string { return date(today.Add(time.Duration(n) * day)) }
		assert.Equal(t, raws[:3], ask(d(-3), d(-3)), "both ends count")
		assert.Equal(t, raws, ask(d(-3), d(-2)))
		assert.Equal(t, raws[3:], ask(d(-2), d(0)))
		assert.Equal(t, raws[:3], ask(d(-3)+"T20:00:00Z", d(-3)+"T00:00:00Z"), "a date-time is cut down to its day")
		c.Knob("exclusive_to", "true")
		assert.Equal(t, raws[:3], ask(d(-3), d(-2)))
		c.Knob("exclusive_to", "")
		c.Knob("zone", "14h") // what happens at noon of the first day is of the second there
		assert.Equal(t, raws[1:3], ask(d(-2), d(-2)))
		c.Knob("zone", "-12h")
		assert.Equal(t, raws[2:], ask(d(-3), d(-3)))
		assert.Equal(t, raws[:2], ask(d(-4), d(-4)))
		assert.Empty(t, c.World.Violations())
	})
}

func TestRange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		today := midnight(time.Now())
		c.World.EmitEach("operation_logs", 60, today.Add(-60*day+time.Hour), day)
		ask := func(from, to time.Time) simtest.Answer {
			return c.Get(operations, "from", date(from), "to", date(to), "page_size", "300")
		}
		assert.Len(t, rows(ask(today.Add(-60*day), today.Add(-33*day))), 28)
		assert.Equal(t, 200, ask(today.Add(-180*day), today.Add(-153*day)).Status)
		assert.Empty(t, c.World.Violations())
		a := ask(today.Add(-60*day), today)
		assert.Len(t, rows(a), 30, "longer ranges are cut without a word")
		assert.Equal(t, date(today.Add(-31*day)), a.At("to").Str, "but the answer tells it")
		assert.Len(t, c.World.Violations(), 1)

		for text, window := range map[string][2]time.Time{
			"recent 6 months": {today.AddDate(0, -6, -2), today.AddDate(0, -5, -20)},
			"later than":      {today, today.Add(-day)},
		} {
			a := ask(window[0], window[1])
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, int64(300), a.At("code").Int())
			assert.Contains(t, a.At("message").Str, text)
		}
		assert.Len(t, c.World.Violations(), 3)
		ask(today, today.Add(day))
		assert.Len(t, c.World.Violations(), 4, "the future")
	})
}

func TestCategories(t *testing.T) {
	c := newAccount(t)
	c.World.EmitEach("operation_logs", 900, time.Now(), 0)
	query := []string{"from", date(time.Now()), "to", date(time.Now()), "page_size", "300"}
	all := walk(c, operations, query...)
	names := map[string]int{}
	for _, row := range all {
		names[gjson.Get(row, "category_type").Str]++
	}
	for value, name := range map[string]string{
		"user": "User", "user_settings": "User Settings", "account": "Account", "billing": "Billing", "im": "IM",
		"recording": "Recording", "phone_contacts": "Phone Contacts", "webinar": "Webinar", "sub_account": "Sub Account",
		"role": "Role", "zoom_rooms": "Zoom Rooms",
	} {
		assert.Positive(t, names[name], name)
		assert.Len(t, walk(c, operations, append(query, "category_type", value)...), names[name], value)
	}
	assert.Equal(t, all, walk(c, operations, append(query, "category_type", "all")...))
	for _, name := range []string{"User Group", "Channels", ""} { // cannot be asked for
		assert.Positive(t, names[name], name)
	}
	assert.Empty(t, c.World.Violations())
}

func TestPageTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAccount(t)
		c.World.EmitEach("operation_logs", 5, time.Now().Add(-time.Hour), time.Second)
		from, to := date(time.Now().Add(-day)), date(time.Now())
		token := c.Get(operations, "from", from, "to", to, "page_size", "2").At("next_page_token").Str
		time.Sleep(15 * time.Minute) // fake time
		assert.Equal(t, 200, c.Get(operations, "from", from, "to", to, "page_size", "2", "next_page_token", token).Status)
		for name, query := range map[string][]string{
			"page size": {"from", from, "to", to, "page_size", "3", "next_page_token", token},
			"from":      {"from", to, "to", to, "page_size", "2", "next_page_token", token},
			"category":  {"from", from, "to", to, "page_size", "2", "category_type", "user", "next_page_token", token},
			"made up":   {"from", from, "to", to, "page_size", "2", "next_page_token", "x"},
		} {
			c.World.ForgetViolations()
			a := c.Get(operations, query...)
			assert.Equal(t, 400, a.Status, name)
			assert.Equal(t, int64(300), a.At("code").Int(), name)
			assert.Contains(t, a.At("message").Str, "next page token", name)
			assert.Len(t, c.World.Violations(), 1, name)
		}
		assert.Equal(t, 400, c.Get(activities, "from", from, "to", to, "page_size", "2", "next_page_token", token).Status)
		c.World.ForgetViolations()
		time.Sleep(time.Second) // fake time
		a := c.Get(operations, "from", from, "to", to, "page_size", "2", "next_page_token", token)
		assert.Equal(t, "The next page token is invalid or expired.", a.At("message").Str)
		assert.Empty(t, c.World.Violations(), "age is nobody's fault")
	})
}
