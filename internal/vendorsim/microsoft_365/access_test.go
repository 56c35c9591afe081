package microsoft365_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	microsoft365 "github.com/otelactivity/otelactivity/internal/vendorsim/microsoft_365"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

const startPath = root + "subscriptions/start"

func start(c *simtest.Client, contentType string) simtest.Answer {
	c.Helper()
	return c.Post(startPath+"?contentType="+contentType+"&PublisherIdentifier="+tenant, "", "")
}

func TestSubscriptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		a := get(c, root+"subscriptions/list")
		status := map[string]string{}
		for _, row := range a.At("@this").Array() {
			status[row.Get("contentType").Str] = row.Get("status").Str
			assert.Equal(t, "null", row.Get("webhook").Raw)
		}
		assert.Equal(t, map[string]string{"Audit.AzureActiveDirectory": "enabled", exchange: "enabled", "Audit.SharePoint": "enabled", "DLP.All": "disabled"}, status)
		for contentType, code := range map[string]string{"Audit.General": "AF20022", "DLP.All": "AF20023"} {
			a = get(c, listPath, "contentType", contentType)
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, code, a.At("error.code").Str)
			a = start(c, contentType)
			assert.Equal(t, 200, a.Status)
			assert.Equal(t, contentType+" enabled", a.At("contentType").Str+" "+a.At("status").Str)
			assert.Equal(t, 200, get(c, listPath, "contentType", contentType).Status)
		}
		a = start(c, exchange)
		assert.Equal(t, 400, a.Status)
		assert.Equal(t, "AF20024", a.At("error.code").Str)
		assert.Empty(t, c.World.Violations())

		c.Knob("disable", exchange)
		assert.Equal(t, "AF20023", get(c, listPath, "contentType", exchange).At("error.code").Str)
		time.Sleep(15 * time.Minute) // fake time
		assert.Equal(t, 200, start(c, exchange).Status)
		assert.Equal(t, 200, get(c, listPath, "contentType", exchange).Status, "the knob works once")
		assert.Empty(t, c.World.Violations())
		time.Sleep(14 * time.Minute) // fake time
		assert.Equal(t, "AF20024", start(c, exchange).At("error.code").Str)
		assert.Len(t, c.World.Violations(), 1, "too soon")
		c.Knob("no_status", "true")
		assert.False(t, get(c, root+"subscriptions/list").At("0.status").Exists())
	})
}

var refusedRequests = map[string]struct {
	do     func(c *simtest.Client) simtest.Answer
	status int
	code   string
	said   int
}{
	"start by GET": {func(c *simtest.Client) simtest.Answer { return get(c, startPath, "contentType", exchange) }, 405, "", 1},
	"start nothing": {func(c *simtest.Client) simtest.Answer {
		return c.Post(startPath+"?PublisherIdentifier="+tenant, "", "")
	}, 400, "AF20001", 1},
	"start other type": {func(c *simtest.Client) simtest.Answer { return start(c, "Audit.Teams") }, 400, "AF20020", 1},
	"webhook": {func(c *simtest.Client) simtest.Answer {
		return c.Post(startPath+"?contentType="+exchange+"&PublisherIdentifier="+tenant, "application/json", "{}")
	}, 400, "AF20002", 1},
	"list by POST": {func(c *simtest.Client) simtest.Answer {
		return c.Post(listPath+"?contentType="+exchange+"&PublisherIdentifier="+tenant, "", "")
	}, 405, "", 1},
	"unknown parameter": {func(c *simtest.Client) simtest.Answer {
		return get(c, root+"subscriptions/list", "contentType", exchange)
	}, 400, "AF20002", 1},
	"no GUID": {func(c *simtest.Client) simtest.Answer {
		return get(c, strings.Replace(listPath, tenant, "acme.example.com", 1), "contentType", exchange)
	}, 400, "AF20010", 1},
	"other tenant": {func(c *simtest.Client) simtest.Answer {
		return get(c, strings.Replace(listPath, "0001/", "0009/", 1), "contentType", exchange)
	}, 400, "AF20013", 1},
	"no publisher": {func(c *simtest.Client) simtest.Answer { return c.Get(listPath, "contentType", exchange) }, 200, "", 1},
	"unknown path": {func(c *simtest.Client) simtest.Answer { return get(c, root+"notifications") }, 404, "", 1},
	"no token":     {func(c *simtest.Client) simtest.Answer { return get(c.Auth(""), listPath, "contentType", exchange) }, 401, "", 1},
	"made-up token": {func(c *simtest.Client) simtest.Answer {
		return get(c.Auth("Bearer x"), listPath, "contentType", exchange)
	}, 401, "", 1},
	"unknown blob":    {func(c *simtest.Client) simtest.Answer { return get(c, root+"audit/1$1$audit_exchange$Audit_Exchange") }, 404, "AF20050", 0},
	"blob of no type": {func(c *simtest.Client) simtest.Answer { return get(c, root+"audit/1$1$audit_teams$Audit_Teams") }, 404, "AF20050", 0},
	"form of a blob":  {func(c *simtest.Client) simtest.Answer { return get(c, root+"audit/x") }, 400, "AF20052", 1},
	"blob with more": {func(c *simtest.Client) simtest.Answer {
		return get(c, root+"audit/1$1$audit_exchange$Audit_Exchange", "x", "y")
	}, 400, "AF20002", 1},
}

func TestRefusedRequests(t *testing.T) {
	for name, tt := range refusedRequests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			a := tt.do(c)
			assert.Equal(t, tt.status, a.Status, a.Body)
			assert.Equal(t, tt.code, a.At("error.code").Str)
			if tt.status == 401 {
				assert.Equal(t, "Authorization has been denied for this request.", a.At("Message").Str)
			}
			assert.Len(t, c.World.Violations(), tt.said)
		})
	}
}

func TestBlobErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.EmitEach(stream, 10, time.Now().Add(-time.Hour), time.Minute)
		list := blobs(c, exchange, time.Now().Add(-2*time.Hour), time.Now())
		for _, code := range []string{"AF20050", "AF20051", "AF20052"} {
			c.Knob("blob_error", code)
			failed := 0
			for _, b := range list {
				if a := follow(c, b.Get("contentUri").Str); a.Status != 200 {
					assert.Equal(t, code, a.At("error.code").Str)
					failed++
				}
			}
			assert.Equal(t, 2, failed)
		}
		c.Knob("blob_error", "")
		c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
		assert.Len(t, follow(c, list[0].Get("contentUri").Str).At("@this").Array(), 2, "one record twice")
		time.Sleep(7 * 24 * time.Hour) // fake time
		login(c)
		assert.Equal(t, "AF20051", follow(c, list[0].Get("contentUri").Str).At("error.code").Str)
		assert.Empty(t, blobs(c, exchange, time.Now().Add(-time.Hour), time.Now()))
		assert.Empty(t, c.World.Violations())
	})
}

func TestPermissions(t *testing.T) {
	c := newClient(t)
	c.Knob("missing_permission", "DLP.All")
	for _, a := range []simtest.Answer{start(c, "DLP.All"), get(c, listPath, "contentType", "DLP.All")} {
		assert.Equal(t, 403, a.Status)
		assert.Equal(t, "AF10001", a.At("error.code").Str)
	}
	assert.Equal(t, 200, get(c, listPath, "contentType", exchange).Status)
	c.Knob("missing_permission", "all")
	assert.Equal(t, "AF10001", get(c, root+"subscriptions/list").At("error.code").Str)
	c.Knob("audit_off", "true")
	a := start(c, exchange)
	assert.Contains(t, a.At("error.code").Str, "DataServiceException: Tenant "+tenant+" does not exist.")
	assert.Empty(t, c.World.Violations())
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.World.ScaleLimits(2.0 / 2000)
		other := "36500000-0000-4000-8000-000000000003"
		get(c, root+"subscriptions/list")
		get(c, root+"subscriptions/list")
		a := get(c, root+"subscriptions/list")
		assert.Equal(t, 403, a.Status)
		assert.Equal(t, "AF429", a.At("error.code").Str)
		assert.Equal(t, 200, c.Get(root+"subscriptions/list", "PublisherIdentifier", other).Status, "each publisher has its own")
		c.Knob("throttle_form", "quotes")
		a = get(c, root+"subscriptions/list")
		assert.Equal(t, 403, a.Status)
		assert.False(t, gjson.Valid(a.Body))
		assert.Contains(t, a.Body, "'AF429'")
		c.Knob("throttle_form", "too_many")
		assert.Equal(t, 429, get(c, root+"subscriptions/list").Status)
		time.Sleep(time.Minute) // fake time
		assert.Equal(t, 200, get(c, root+"subscriptions/list").Status)
		assert.Empty(t, c.World.Violations())
	})
}

func TestFaultBodies(t *testing.T) {
	for kind, want := range map[vendorsim.Kind]struct {
		status int
		code   string
	}{
		vendorsim.Unauthorized: {401, ""}, vendorsim.Forbidden: {403, "AF10001"}, vendorsim.NotFound: {404, "AF20011"},
		vendorsim.Throttled: {429, "AF429"}, vendorsim.ThrottledBare: {429, "AF429"}, vendorsim.Internal: {500, "AF50000"},
		vendorsim.Unavailable: {503, "AF50000"}, vendorsim.BadGateway: {502, ""}, vendorsim.Timeout: {504, ""},
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newClient(t)
			c.World.Faults.Next(kind, 1, "")
			a := get(c, listPath, "contentType", exchange)
			assert.Equal(t, want.status, a.Status)
			assert.Equal(t, want.code, a.At("error.code").Str)
			assert.Equal(t, kind == vendorsim.Throttled, a.Header.Get("Retry-After") != "")
		})
	}
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(microsoft365.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for _, s := range microsoft365.Vendor().Streams {
		for _, e := range w.EmitEach(s.Name, 1500, time.Now().Add(-time.Hour), time.Millisecond) {
			require.True(t, gjson.Valid(e.Raw))
			v := gjson.Parse(e.Raw)
			assert.Equal(t, e.ID, v.Get("Id").Str)
			assert.True(t, strings.HasPrefix(v.Get("CreationTime").Str, stamp(e.Time)))
			assert.False(t, seen[e.ID])
			seen[e.ID] = true
			ip := v.Get("ClientIP").Str
			for what, is := range map[string]bool{
				"type as text": v.Get("RecordType").Type == gjson.String, "no result": !v.Get("ResultStatus").Exists(), "zone": strings.HasSuffix(v.Get("CreationTime").Str, "Z"),
				"fraction": strings.Contains(v.Get("CreationTime").Str, "."), "port": strings.HasSuffix(ip, ":51512"), "mapped": strings.HasPrefix(ip, "::ffff:"),
				"brackets": strings.HasSuffix(ip, "]"), "host": ip == "localhost", "guest": strings.Contains(v.Get("UserId").Str, "#EXT#"),
				"service principal": strings.HasPrefix(v.Get("UserId").Str, "ServicePrincipal_"), "link": strings.HasPrefix(v.Get("UserId").Str, "urn:spo:anon#"),
				"nobody": v.Get("UserId").Str == "Not Available", "system": v.Get("UserId").Str == "app@sharepoint", "DLP agent": v.Get("UserKey").Str == "DlpAgent",
				"list of texts": v.Get("ModifiedProperties.0").Type == gjson.String, "one text": v.Get("Parameters").Type == gjson.String, "other workload": v.Get("Workload").Str == "SecurityComplianceCenter",
				"large number": v.Get("FileSizeBytes").Raw == "9007199254740993",
			} {
				if is {
					has[what]++
				}
			}
			has[v.Get("Operation").Str]++
		}
	}
	for _, what := range []string{
		"type as text", "no result", "zone", "fraction", "port", "mapped", "brackets", "host", "guest", "service principal", "link", "nobody", "system",
		"DLP agent", "list of texts", "one text", "other workload", "large number", "UserLoggedIn", "UserLoginFailed", "Add user.", "FileDownloaded", "TeleporterEngaged",
	} {
		assert.Positive(t, has[what], what)
	}
}
