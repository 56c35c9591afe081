package salesforce_test

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

const listed = "SELECT Id, EventType, Interval, Sequence, CreatedDate, LogDate, LogFile, LogFileLength, ApiVersion FROM EventLogFile WHERE Interval = '%s' ORDER BY CreatedDate ASC, Id ASC"

// list returns the files of an interval but those with sign-ins.
func list(c *simtest.Client, interval string) []gjson.Result {
	c.Helper()
	var rows []gjson.Result
	for _, raw := range all(c, fmt.Sprintf(listed, interval), "@this") {
		if row := gjson.Parse(raw); row.Get("EventType").Str != "Login" {
			rows = append(rows, row)
		}
	}
	return rows
}

// lines downloads a file and returns its lines by name of the column.
func lines(c *simtest.Client, file gjson.Result) []map[string]string {
	c.Helper()
	a := c.Get(file.Get("LogFile").Str)
	require.Equal(c, 200, a.Status, a.Body)
	assert.Equal(c, "text/csv", a.Header.Get("Content-Type"))
	assert.InDelta(c, file.Get("LogFileLength").Num, len(a.Body), 0)
	records, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	require.NoError(c, err)
	var out []map[string]string
	for _, r := range records[1:] {
		m := map[string]string{}
		for i, name := range records[0] {
			m[name] = r[i]
		}
		out = append(out, m)
	}
	return out
}

// ids returns the ids that the world gave to the lines of files.
func ids(c *simtest.Client, list []gjson.Result) (got []string) {
	c.Helper()
	for _, f := range list {
		for _, m := range lines(c, f) {
			got = append(got, m["EVENT_TYPE"]+":"+m["REQUEST_ID"]+":"+m["TIMESTAMP"])
			assert.Equal(c, f.Get("EventType").Str, m["EVENT_TYPE"])
		}
	}
	return got
}

func TestFilesHoldEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 11, 13, 30, 0, 0, time.UTC))) // fake time
		c := newClient(t)
		start := time.Now().Add(-3 * time.Hour)
		traffic := vendorsim.Plausible(start, 10*time.Second)
		traffic.Stop = time.Now()
		c.World.Run(files, traffic)
		time.Sleep(time.Hour + 2*time.Minute) // fake time: the latest are visible, and filed
		truth := vendorsim.IDs(c.World.Truth(files, time.Now()))
		require.Greater(t, len(truth), 800)
		assert.ElementsMatch(t, truth, ids(c, list(c, "Hourly")))
		assert.Empty(t, list(c, "Daily"), "those come in the night")
		time.Sleep(110 * time.Minute) // fake time: a session lives
		query(c, "SELECT Id FROM EventLogFile")
		for range 7 {
			time.Sleep(110 * time.Minute) // fake time: until 3 in the morning
			query(c, "SELECT Id FROM LoginHistory LIMIT 1")
		}
		daily := list(c, "Daily")
		assert.ElementsMatch(t, truth, ids(c, daily))
		for _, f := range daily {
			assert.Zero(t, f.Get("Sequence").Int())
			assert.Equal(t, "2026-03-11T00:00:00.000+0000", f.Get("LogDate").Str)
			assert.Equal(t, "2026-03-12T03:00:00.000+0000", f.Get("CreatedDate").Str)
		}
		assert.Len(t, daily, 5, "one of each type")
		assert.Empty(t, c.World.Violations())
	})
}

func TestHourlyFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 11, 13, 30, 0, 0, time.UTC))) // fake time
		c := newClient(t)
		at := time.Date(2026, 3, 11, 12, 59, 30, 0, time.UTC)
		add := func(at time.Time, late time.Duration) {
			raw := `{"EVENT_TYPE":"Logout","TIMESTAMP":"` + at.Format("20060102150405.000") + `","REQUEST_ID":"x","TEXT":"a \"b\",\nc"}`
			c.World.Add(files, vendorsim.Entry{ID: at.String(), Time: at, Visible: at.Add(late), Raw: raw})
		}
		add(at, 0)
		add(at.Add(time.Second), 0)
		add(at.Add(time.Minute), 0)
		add(at.Add(2*time.Second), 20*time.Minute)
		rows := list(c, "Hourly")
		require.Len(t, rows, 3)
		for i, want := range []string{
			`1 2026-03-11T12:00:00.000+0000 2026-03-11T13:00:00.000+0000`,
			`1 2026-03-11T13:00:00.000+0000 2026-03-11T13:01:00.000+0000`,
			`2 2026-03-11T12:00:00.000+0000 2026-03-11T13:20:00.000+0000`,
		} {
			assert.Equal(t, want, fmt.Sprint(rows[i].Get("Sequence"), " ", rows[i].Get("LogDate"), " ", rows[i].Get("CreatedDate")))
			assert.Equal(t, "/services/data/v60.0/sobjects/EventLogFile/"+rows[i].Get("Id").Str+"/LogFile", rows[i].Get("LogFile").Str)
		}
		a := c.Get(rows[0].Get("LogFile").Str)
		assert.Equal(t, `"EVENT_TYPE","TIMESTAMP","REQUEST_ID","TEXT"`+"\n"+
			`"Logout","20260311125930.000","x","a ""b"",`+"\nc\"\n"+`"Logout","20260311125931.000","x","a ""b"",`+"\nc\"\n", a.Body)
		assert.Equal(t, fmt.Sprintf("%d.0", len(a.Body)), rows[0].Get("LogFileLength").Raw)

		add(at, 0) // into a file of its own: those that were seen do not change
		assert.Equal(t, a.Body, c.Get(rows[0].Get("LogFile").Str).Body)
		rows = list(c, "Hourly")
		require.Len(t, rows, 4)
		assert.Equal(t, int64(3), rows[3].Get("Sequence").Int())
		assert.Equal(t, "2026-03-11T13:30:00.000+0000", rows[3].Get("CreatedDate").Str)

		c.Knob("file_delay", "4h")
		add(time.Now(), 0)
		time.Sleep(119 * time.Minute) // fake time
		assert.Len(t, list(c, "Hourly"), 4)
		time.Sleep(119 * time.Minute) // fake time
		query(c, "SELECT Id FROM LoginHistory")
		time.Sleep(4 * time.Minute) // fake time
		assert.Len(t, list(c, "Hourly"), 5)
		assert.Empty(t, c.World.Violations())
	})
}

func TestIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.Emit(files, time.Now().Add(-48*time.Hour))
		count := func(where string) int {
			a := query(c, "SELECT Id FROM EventLogFile WHERE "+where)
			require.Equal(t, 200, a.Status, a.Body)
			return int(a.At("totalSize").Int())
		}
		assert.Equal(t, 1, count("Interval = 'Hourly'"))
		assert.Equal(t, 1, count("Interval = 'Daily'"))
		assert.Equal(t, 1, count("Sequence != 0"))
		assert.Equal(t, 1, count("Sequence = 0"))
		assert.Equal(t, 2, count("Sequence >= 0"))
		assert.Equal(t, 2, count("Interval = 'Hourly' AND Id != '0AT5g0000000000AAA'"), "a condition on the id undoes the interval")
		c.Knob("hide_field", "Interval")
		a := query(c, "SELECT Id, Interval FROM EventLogFile")
		assert.Equal(t, "INVALID_FIELD", a.At("0.errorCode").Str)
		assert.Contains(t, a.At("0.message").Str, "No such column 'Interval' on entity 'EventLogFile'")
		assert.Equal(t, 1, count("Sequence != 0"))
		assert.Empty(t, c.World.Violations())
	})
}

func TestFilesThatAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.Emit(files, time.Now().Add(-time.Hour))
		path := list(c, "Hourly")[0].Get("LogFile").Str
		assert.Equal(t, 200, c.Get(path).Status)
		c.Knob("purged", "true")
		a := c.Get(path)
		assert.Equal(t, 404, a.Status)
		assert.Equal(t, "NOT_FOUND", a.At("0.errorCode").Str)
		c.Knob("purged", "")
		assert.Equal(t, 404, c.Get("/services/data/v60.0/sobjects/EventLogFile/0AT5g0000000000AAA/LogFile").Status)
		time.Sleep(31 * 24 * time.Hour) // fake time
		login(c, "")
		assert.Equal(t, 404, c.Get(path).Status)
		assert.Empty(t, list(c, "Hourly"))
		assert.Empty(t, c.World.Violations())
	})
}

func TestFilesOfSignIns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		entries := c.World.EmitEach(logins, 200, time.Now().Add(-time.Hour), time.Second)
		c.World.Repeat(entries[0], time.Now().Add(-time.Minute))
		status := map[string]int{}
		var requests []string
		for _, raw := range all(c, "SELECT EventType, LogFile, LogFileLength FROM EventLogFile WHERE EventType = 'Login' AND Interval = 'Hourly'", "@this") {
			for _, m := range lines(c, gjson.Parse(raw)) {
				status[m["LOGIN_STATUS"]]++
				requests = append(requests, m["REQUEST_ID"])
				assert.NotEmpty(t, m["USER_NAME"])
				assert.Len(t, m["USER_ID"], 15)
				assert.Equal(t, m["USER_ID"], m["USER_ID_DERIVED"][:15])
			}
		}
		assert.Len(t, requests, 200)
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(requests))), 200)
		assert.Greater(t, status["LOGIN_NO_ERROR"], 50)
		assert.Greater(t, len(status), 6, status)
	})
}

// TestFileRows: what a reader must stand is there.
func TestFileRows(t *testing.T) {
	c := newClient(t)
	seen, requests := map[string]int{}, map[string]int{}
	stamp := regexp.MustCompile(`^\d{14}\.\d{2,3}$`)
	for _, e := range c.World.EmitEach(files, 3000, time.Now().Add(-time.Hour), time.Second) {
		v := gjson.Parse(e.Raw)
		kind := v.Get("EVENT_TYPE").Str
		seen[kind]++
		requests[v.Get("REQUEST_ID").Str]++
		assert.Regexp(t, stamp, v.Get("TIMESTAMP").Str)
		for name, odd := range map[string]bool{
			"no user": v.Get("USER_ID").Str == "", "internal": v.Get("CLIENT_IP").Str == "Salesforce.com IP", "rounded": len(v.Get("TIMESTAMP").Str) == 17,
			"line break": strings.Contains(v.Get("REPORT_DESCRIPTION").Str, "\n"), "quote": strings.Contains(v.Get("REPORT_DESCRIPTION").Str, `"`),
			"coded browser": v.Get("BROWSER_TYPE").Str == "13050000", "expired": v.Get("USER_INITIATED_LOGOUT").Str == "0",
			"no report": kind == "ReportExport" && v.Get("URI_ID_DERIVED").Str == "", "delegated": v.Get("DELEGATED_USER_ID_DERIVED").Str != "",
		} {
			if odd {
				seen[name]++
			}
		}
	}
	for _, name := range []string{
		"Logout", "LoginAs", "ReportExport", "DocumentAttachmentDownloads", "Report", "no user", "internal", "rounded", "line break", "quote",
		"coded browser", "expired", "no report", "delegated",
	} {
		assert.Greater(t, seen[name], 20, name)
	}
	twice := 0
	for _, n := range requests {
		if n > 1 {
			twice++
		}
	}
	assert.Greater(t, twice, 20, "transactions of several lines")
}

func TestOneTransaction(t *testing.T) {
	c := newClient(t)
	raw := `{"EVENT_TYPE":"LoginAs","TIMESTAMP":"20260311125930.%s","REQUEST_ID":"%s"}`
	at := time.Now().Add(-time.Hour)
	c.World.Add(files, vendorsim.Entry{ID: "1", Time: at, Raw: fmt.Sprintf(raw, "12", "a")})
	c.World.Add(files, vendorsim.Entry{ID: "2", Time: at, Raw: fmt.Sprintf(raw, "345", "b")})
	c.Knob("one_transaction", "true")
	assert.Equal(t, []string{"LoginAs:a:20260311125930.12", "LoginAs:a:20260311125930.12"}, ids(c, list(c, "Hourly")))
}

// Files come back after a restart under the same ids.
func TestFilesOutliveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now().Add(-3 * time.Hour)
		var seen [][]string
		for range 2 {
			c := newClient(t)
			c.World.Run(files, vendorsim.Plausible(start, 20*time.Second))
			var ids []string
			for _, f := range list(c, "Hourly") {
				ids = append(ids, f.Get("Id").Str)
			}
			require.Greater(t, len(ids), 50)
			seen = append(seen, ids)
		}
		assert.Equal(t, seen[0], seen[1])
	})
}
