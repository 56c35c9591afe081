package confluenceonprem_test

import (
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	confluenceonprem "github.com/otelactivity/otelactivity/internal/vendorsim/confluence_on_prem"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestRows(t *testing.T) {
	w := vendorsim.NewWorld(confluenceonprem.Vendor(), vendorsim.Options{Seed: 3})
	seen, has := map[string]bool{}, map[string]int{}
	for _, e := range w.EmitEach("audit", 2000, time.Now().Add(-time.Hour), 0) {
		require.True(t, gjson.Valid(e.Raw))
		assert.False(t, seen[e.Raw], "two rows are equal: %s", e.Raw)
		seen[e.Raw] = true
		v := gjson.Parse(e.Raw)
		assert.Equal(t, iso(e.Time), v.Get("timestamp").Str)
		has["author "+v.Get("author.id").Str]++
		has["key "+v.Get("type.actionI18nKey").Str]++
		has["source "+strconv.FormatBool(v.Get("source").Str != "")]++
		has["node "+strconv.FormatBool(v.Get("node").Exists())]++
		has[fmt.Sprint("objects ", len(v.Get("affectedObjects").Array()))]++
		for _, o := range v.Get("affectedObjects").Array() {
			has[fmt.Sprint(o.Get("type").Str, " with id ", o.Get("id").Exists())]++
		}
		if v.Get("type.actionI18nKey").Str == "audit.logging.summary.login.failed" && v.Get("author.id").Str == "-2" {
			has["anonymous login"]++
		}
	}
	for _, what := range []string{
		"author ", "author -1", "author -2", "key ", "key audit.logging.summary.login.success", "source true", "source false", "node true", "node false",
		"objects 0", "objects 1", "objects 2", "User with id true", "User with id false", "Group with id true", "Space with id true", "anonymous login",
	} {
		assert.Positive(t, has[what], what)
	}
}

// The older API shows the same rows in another form.
func TestLegacy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newInstance(t)
		start := time.Now().Add(-time.Hour)
		rows := reversed(c.World.EmitEach("audit", 1200, start, 0))
		var all []string
		for len(all) < len(rows) {
			a := c.Get(legacy, "start", strconv.Itoa(len(all)), "limit", "1000", "startDate", strconv.FormatInt(start.UnixMilli(), 10), "endDate", strconv.FormatInt(time.Now().UnixMilli(), 10))
			require.NotEmpty(t, raws(a), a.Body)
			all = append(all, raws(a)...)
		}
		seen := map[string]bool{}
		for i, raw := range all {
			assert.False(t, seen[raw], "two rows are equal: %s", raw)
			seen[raw] = true
			old, row := gjson.Parse(raw), gjson.Parse(rows[i])
			assert.Equal(t, start.UnixMilli(), old.Get("creationDate").Int())
			for there, here := range map[string]string{
				"summary": "type.action", "category": "type.category", "remoteAddress": "source",
				"affectedObject.name": "affectedObjects.0.name", "affectedObject.objectType": "affectedObjects.0.type",
				"associatedObjects.0.name": "affectedObjects.1.name", "changedValues.0.newValue": "changedValues.0.to",
			} {
				assert.Equal(t, row.Get(here).String(), old.Get(there).String(), there)
			}
			if id := row.Get("author.id").Str; len(id) > 2 {
				assert.Equal(t, id, old.Get("author.userKey").Str)
				assert.NotEmpty(t, old.Get("author.username").Str)
			} else {
				assert.False(t, old.Get("author.userKey").Exists())
				assert.NotEmpty(t, old.Get("author.displayName").Str)
			}
		}
		bad := c.World.Add("audit", vendorsim.Entry{ID: "bad", Raw: `{"surprise":1}`})
		assert.Contains(t, raws(c.Get(legacy)), bad.Raw, "what is no row stays as it is")
		a := c.Get(legacy, "limit", "2")
		assert.Equal(t, "http://wiki.internal.test/confluence", a.At("_links.base").Str)
		assert.Contains(t, a.At("_links.next").Str, "/rest/api/audit?")
		c.Knob("limit_cap", "3")
		assert.Len(t, raws(c.Get(legacy, "limit", "1000")), 3)
		assert.Empty(t, c.World.Violations())
	})
}

// Every request leaves a row about itself, a little later, in both APIs.
func TestSearchesAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newInstance(t)
		c.Knob("no_searches", "false")
		e := c.World.Emit("audit", time.Now().Add(-time.Minute))
		from := iso(time.Now().Add(-time.Hour))
		assert.Equal(t, []string{e.Raw}, raws(c.Get(events, "from", from)))
		assert.Len(t, raws(c.Get(legacy)), 1, "not yet")
		time.Sleep(2 * time.Second) // fake time
		rows := raws(c.Get(events))
		require.Len(t, rows, 3)
		assert.Equal(t, e.Raw, rows[2])
		assert.NotEqual(t, rows[0], rows[1])
		v := gjson.Parse(rows[1])
		assert.Equal(t, "atlassian.audit.event.action.audit.search", v.Get("type.actionI18nKey").Str)
		assert.Equal(t, "From : "+from+";", v.Get(`extraAttributes.#(name=="Query").value`).Str)
		assert.Equal(t, "Auditor", v.Get("author.name").Str)
		assert.Equal(t, "Audit Log search performed", gjson.Get(raws(c.Get(legacy))[0], "summary").Str)
		assert.Len(t, c.World.Truth("audit", time.Now()), 1, "they are not part of the truth")

		path := login(c, confluenceonprem.Vendor().Variants["oauth2_client_credentials"](simtest.Base))
		c.Get(path)
		time.Sleep(2 * time.Second)
		assert.Equal(t, "Service account", gjson.Get(raws(c.Get(path))[0], "author.name").Str)
		for range 2500 {
			c.Get(path, "limit", "1")
		}
		time.Sleep(2 * time.Second)
		assert.Less(t, len(raws(c.Get(path, "limit", "100000"))), 2100, "what is kept of them is bounded")
	})
}

// A level of coverage has what the ones below it have.
func TestCoverage(t *testing.T) {
	c := newInstance(t)
	c.World.EmitEach("audit", 500, time.Now().Add(-time.Hour), time.Second)
	keys := func(level string) map[string]bool {
		c.Knob("coverage", level)
		found := map[string]bool{}
		for _, raw := range raws(c.Get(events, "limit", "1000")) {
			found[gjson.Get(raw, "type.actionI18nKey").Str] = true
		}
		return found
	}
	const prefix = "audit.logging.summary."
	for level, want := range map[string][3]bool{"base": {true, false, false}, "advanced": {true, true, false}, "full": {true, true, true}, "": {true, true, true}} {
		found := keys(level)
		assert.Equal(t, want, [3]bool{found[prefix+"user.created"], found[prefix+"login.failed"], found[prefix+"login.success"]}, level)
	}
}
