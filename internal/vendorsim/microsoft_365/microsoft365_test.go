package microsoft365_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	microsoft365 "github.com/otelactivity/otelactivity/internal/vendorsim/microsoft_365"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tenant   = "36500000-0000-4000-8000-000000000001"
	root     = "/api/v1.0/" + tenant + "/activity/feed/"
	listPath = root + "subscriptions/content"
	exchange = "Audit.Exchange"
	stream   = "content.exchange"
)

// newClient holds a token.
func newClient(t *testing.T) *simtest.Client {
	return login(simtest.New(t, microsoft365.Vendor()))
}

func login(c *simtest.Client) *simtest.Client {
	c.Helper()
	config := microsoft365.Vendor().Config(simtest.Base)
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {config["client_id"].(string)},
		"client_secret": {config["client_secret"].(string)}, "scope": {"https://manage.office.com/.default"},
	}
	a := c.Post(strings.TrimPrefix(config["token_url"].(string), simtest.Base), simtest.Form, form.Encode())
	require.Equal(c, 200, a.Status, a.Body)
	return c.Auth("Bearer " + a.At("access_token").Str)
}

// get sends a request with PublisherIdentifier.
func get(c *simtest.Client, path string, pairs ...string) simtest.Answer {
	c.Helper()
	return c.Get(path, append(pairs, "PublisherIdentifier", tenant)...)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

// follow gets a link as given, with the publisher added.
func follow(c *simtest.Client, link string) simtest.Answer {
	c.Helper()
	link = strings.TrimPrefix(link, simtest.Base)
	separator := "?"
	if strings.Contains(link, "?") {
		separator = "&"
	}
	if !strings.Contains(link, "PublisherIdentifier=") {
		link += separator + "PublisherIdentifier=" + tenant
	}
	return c.Get(link)
}

// blobs lists a window to its end.
func blobs(c *simtest.Client, contentType string, from, to time.Time) (rows []gjson.Result) {
	c.Helper()
	a := get(c, listPath, "contentType", contentType, "startTime", stamp(from), "endTime", stamp(to))
	for {
		require.Equal(c, 200, a.Status, a.Body)
		rows = append(rows, a.At("@this").Array()...)
		next := a.Header.Get("NextPageUri")
		if next == "" {
			return rows
		}
		a = follow(c, next)
	}
}

// read returns the ids of the records of all blobs.
func read(c *simtest.Client, list []gjson.Result) (ids []string) {
	c.Helper()
	for _, b := range list {
		a := follow(c, b.Get("contentUri").Str)
		require.Equal(c, 200, a.Status, a.Body)
		ids = append(ids, a.Texts("#.Id")...)
	}
	return ids
}

func TestWindowsReachEverything(t *testing.T) {
	for contentType, stream := range map[string]string{
		"Audit.AzureActiveDirectory": "content.azure_active_directory", exchange: stream, "Audit.SharePoint": "content.sharepoint",
	} {
		for _, plain := range []string{"", "true"} {
			t.Run(contentType+plain, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newClient(t)
					c.Knob("plain_links", plain)
					start := time.Now().Add(-time.Hour)
					c.World.Run(stream, vendorsim.Plausible(start, 5*time.Second))
					list := blobs(c, contentType, start.Add(-time.Minute), time.Now().Add(time.Minute))
					require.Greater(t, len(list), 40, "several pages")
					got := read(c, list)
					truth := c.World.Truth(stream, time.Now())
					require.Greater(t, len(truth), 500)
					assert.Equal(t, slices.Sorted(slices.Values(vendorsim.IDs(truth))), slices.Compact(slices.Sorted(slices.Values(got))))
					assert.Greater(t, len(got), len(truth), "records come twice, in different blobs, too")
					assert.Empty(t, c.World.Violations())
				})
			})
		}
	}
}

func TestListRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.Emit(stream, time.Now().Add(-10*time.Minute-30*time.Second))
		list := blobs(c, exchange, time.Now().Add(-time.Hour), time.Now())
		require.Len(t, list, 1)
		created := time.Now().Add(-10 * time.Minute).UTC()
		assert.Equal(t, exchange, list[0].Get("contentType").Str)
		assert.Equal(t, created.Format("2006-01-02T15:04:05.000Z"), list[0].Get("contentCreated").Str, "when the minute was full")
		assert.Equal(t, created.Add(7*24*time.Hour).Format("2006-01-02T15:04:05.000Z"), list[0].Get("contentExpiration").Str)
		id := list[0].Get("contentId").Str
		assert.Regexp(t, `^(\d{23})\$\d{23}\$audit_exchange\$Audit_Exchange$`, id)
		assert.Equal(t, simtest.Base+root+"audit/"+id, list[0].Get("contentUri").Str)
		c.Knob("public_links", "true")
		list = blobs(c, exchange, time.Now().Add(-time.Hour), time.Now())
		assert.True(t, strings.HasPrefix(list[0].Get("contentUri").Str, "https://manage.office.com/api/v1.0/"))
	})
}

func TestWindowBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		minute := time.Now().Add(-time.Hour).Truncate(time.Minute)
		c.World.Emit(stream, minute.Add(-time.Second)) // created at minute
		assert.Len(t, blobs(c, exchange, minute, minute.Add(time.Second)), 1, "the start is inclusive")
		assert.Empty(t, blobs(c, exchange, minute.Add(-time.Hour), minute), "the end is exclusive")
		for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05Z", "2006-01-02T15:04:05"} {
			a := get(c, listPath, "contentType", exchange, "startTime", minute.UTC().Format(form), "endTime", minute.Add(time.Minute).UTC().Format(form))
			assert.Len(t, a.At("@this").Array(), 1, form)
		}
		assert.Len(t, get(c, listPath, "contentType", exchange).At("@this").Array(), 1, "24 hours by default")
		c.World.Emit(stream, time.Now().Add(-25*time.Hour))
		assert.Len(t, get(c, listPath, "contentType", exchange).At("@this").Array(), 1)
		assert.Empty(t, c.World.Violations())
	})
}

func TestWindowRules(t *testing.T) {
	now := time.Date(2026, 3, 11, 13, 47, 11, 0, time.UTC)
	for name, tt := range map[string]struct {
		query []string
		code  string
	}{
		"no type":         {nil, "AF20001"},
		"other type":      {[]string{"contentType", "Audit.Teams"}, "AF20020"},
		"start alone":     {[]string{"contentType", exchange, "startTime", stamp(now.Add(-time.Hour))}, "AF20030"},
		"end alone":       {[]string{"contentType", exchange, "endTime", stamp(now)}, "AF20030"},
		"too long":        {[]string{"contentType", exchange, "startTime", stamp(now.Add(-24*time.Hour - time.Second)), "endTime", stamp(now)}, "AF20030"},
		"empty":           {[]string{"contentType", exchange, "startTime", stamp(now), "endTime", stamp(now)}, "AF20055"},
		"exactly 7 days":  {[]string{"contentType", exchange, "startTime", stamp(now.Add(-7 * 24 * time.Hour)), "endTime", stamp(now.Add(-7*24*time.Hour + time.Hour))}, "AF20055"},
		"with an offset":  {[]string{"contentType", exchange, "startTime", "2026-03-11T12:00:00+01:00", "endTime", stamp(now)}, "AF20002"},
		"unknown":         {[]string{"contentType", exchange, "page", "2"}, "AF20002"},
		"made-up page":    {[]string{"contentType", exchange, "nextPage", "20260311R0228"}, "AF20031"},
		"publisher, text": {[]string{"contentType", exchange, "PublisherIdentifier", "me"}, "AF20002"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(now)) // fake time
				c := newClient(t)
				query := tt.query
				if name != "publisher, text" {
					query = append(query, "PublisherIdentifier", tenant)
				}
				a := c.Get(listPath, query...)
				assert.Equal(t, 400, a.Status)
				assert.Equal(t, tt.code, a.At("error.code").Str)
				assert.NotEmpty(t, a.At("error.message").Str)
				assert.Len(t, c.World.Violations(), 1)
			})
		})
	}
}

func TestNextPageLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		start := time.Now().Add(-time.Hour).Truncate(time.Minute)
		c.World.EmitEach(stream, 25, start, time.Minute)
		end := time.Now()
		query := []string{"contentType", exchange, "startTime", stamp(start), "endTime", stamp(end)}
		a := get(c, listPath, query...)
		assert.Len(t, a.At("@this").Array(), 10)
		next := a.Header.Get("nextpageuri")
		assert.True(t, strings.HasPrefix(next, simtest.Base+"/api/v1/"+tenant+"/activity/feed/subscriptions/content?contentType="+exchange+"&endtime="+stamp(end)+"&nextPage="), next)
		assert.NotContains(t, next, "PublisherIdentifier")
		c.World.Emit(stream, time.Now()) // in a window of its own
		var ids []string
		for _, b := range blobs(c, exchange, start, end) {
			ids = append(ids, b.Get("contentId").Str)
		}
		assert.Len(t, ids, 25)
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(ids))), 25)

		c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
		assert.Len(t, blobs(c, exchange, start, end), 25, "an empty page with a next one")
		c.Knob("plain_links", "true")
		next = get(c, listPath, query...).Header.Get("NextPageUri")
		assert.Contains(t, next, "startTime=")
		assert.Contains(t, next, "PublisherIdentifier=")
		assert.Empty(t, c.World.Violations())

		c.World.Faults.Next(vendorsim.CursorExpired, 1, "")
		assert.Equal(t, "AF20031", follow(c, next).At("error.code").Str)
		assert.Equal(t, 200, follow(c, next).Status)
		assert.Equal(t, "AF20031", follow(c, strings.Replace(next, exchange, "Audit.SharePoint", 1)).At("error.code").Str, "of another type")
		assert.Len(t, c.World.Violations(), 1)
	})
}

func TestStaleNextPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.EmitEach(stream, 25, time.Now().Add(-time.Hour), time.Minute)
		next := get(c, listPath, "contentType", exchange).Header.Get("NextPageUri")
		time.Sleep(61 * time.Minute) // fake time
		assert.Equal(t, 401, follow(c, next).Status, "the token is old")
		login(c)
		assert.Equal(t, "AF20031", follow(c, next).At("error.code").Str, "the page, too")
		assert.Empty(t, c.World.Violations(), "neither is the client's fault")
	})
}

func TestBlobsNeverChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		at := time.Now().Add(-5 * time.Minute)
		c.World.EmitEach(stream, 60, at, 0)
		list := blobs(c, exchange, time.Now().Add(-time.Hour), time.Now())
		assert.Len(t, list, 3, "60 records of one minute")
		before := read(c, list)
		assert.Equal(t, before, read(c, list), "the same order each time")
		assert.NotEqual(t, vendorsim.IDs(c.World.Truth(stream, time.Now())), before, "which is none")

		straggler := c.World.Emit(stream, at)
		assert.Len(t, blobs(c, exchange, time.Now().Add(-time.Hour), time.Now()), 3, "it is not in a window that was over")
		time.Sleep(time.Second) // fake time
		list = blobs(c, exchange, time.Now().Add(-time.Hour), time.Now())
		require.Len(t, list, 4, "a late record comes in a new blob")
		assert.Equal(t, []string{straggler.ID}, read(c, list[3:]))
		assert.Equal(t, before, read(c, list[:3]))
		assert.Empty(t, c.World.Violations())
	})
}
