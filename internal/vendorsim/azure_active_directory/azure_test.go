package azureactivedirectory_test

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
	azure "github.com/otelactivity/otelactivity/internal/vendorsim/azure_active_directory"
	"github.com/otelactivity/otelactivity/internal/vendorsim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	auditsPath  = "/v1.0/auditLogs/directoryAudits"
	signInsPath = "/v1.0/auditLogs/signIns"
	betaPath    = "/beta/auditLogs/signIns"
	global      = "https://graph.microsoft.com/.default"
)

// newClient holds a token of the global cloud.
func newClient(t *testing.T) *simtest.Client {
	c := simtest.New(t, azure.Vendor())
	return c.Auth("Bearer " + login(c, global))
}

func login(c *simtest.Client, scope string) string {
	c.Helper()
	config := azure.Vendor().Config(simtest.Base)
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {config["client_id"].(string)},
		"client_secret": {config["client_secret"].(string)}, "scope": {scope},
	}
	a := c.Post("/"+config["tenant_id"].(string)+"/oauth2/v2.0/token", simtest.Form, form.Encode())
	require.Equal(c, 200, a.Status, a.Body)
	return a.At("access_token").Str
}

// get sends a query as Graph's documentation spells it: dollar signs plain, blanks
// as %20.
func get(c *simtest.Client, path string, pairs ...string) simtest.Answer {
	c.Helper()
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+"="+url.PathEscape(pairs[i+1]))
	}
	return c.Get(path + "?" + strings.Join(parts, "&"))
}

func next(a simtest.Answer) string {
	return strings.TrimPrefix(a.At(`\@odata\.nextLink`).Str, simtest.Base)
}

// walk follows next links from a to the end.
func walk(c *simtest.Client, a simtest.Answer) (ids []string) {
	c.Helper()
	ids = []string{}
	for {
		require.Equal(c, 200, a.Status, a.Body)
		ids = append(ids, a.Texts("value.#.id")...)
		if next(a) == "" {
			return ids
		}
		a = c.Get(next(a))
	}
}

func between(field string, from, to time.Time) string {
	const format = "2006-01-02T15:04:05.9999999Z"
	return field + " ge " + from.UTC().Format(format) + " and " + field + " le " + to.UTC().Format(format)
}

func sorted(ids []string) []string { return slices.Sorted(slices.Values(ids)) }

func TestWalksReachEverything(t *testing.T) {
	everyType := " and (signInEventTypes/any(t: t eq 'interactiveUser') or signInEventTypes/any(t:t eq 'nonInteractiveUser')" +
		" or signInEventTypes/any(x: x eq 'servicePrincipal') or signInEventTypes/any(t: t eq 'managedIdentity'))"
	for name, tt := range map[string]struct{ path, stream, field, more, top, order, knob string }{
		"audits":               {auditsPath, "directory_audits", "activityDateTime", "", "100", " asc", ""},
		"audits, newest first": {auditsPath, "directory_audits", "activityDateTime", "", "100", " desc", ""},
		"audits, beta":         {"/beta/auditLogs/directoryAudits", "directory_audits", "activityDateTime", "", "99", "", ""},
		"sign-ins":             {betaPath, "sign_ins", "createdDateTime", everyType, "100", " asc", ""},
		"sign-ins, large":      {betaPath, "sign_ins", "createdDateTime", everyType, "1000", " asc", ""},
		"short pages":          {betaPath, "sign_ins", "createdDateTime", everyType, "50", " asc", "short_pages"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t)
				start := time.Now().Add(-time.Hour)
				c.World.Run(tt.stream, vendorsim.Plausible(start, 5*time.Second))
				if tt.knob != "" {
					c.Knob(tt.knob, "true")
				}
				got := walk(c, get(c, tt.path, "$filter", between(tt.field, start, time.Now())+tt.more, "$orderby", tt.field+tt.order, "$top", tt.top))
				truth := c.World.Truth(tt.stream, time.Now())
				require.Greater(t, len(truth), 500)
				assert.Equal(t, sorted(vendorsim.IDs(truth)), slices.Compact(sorted(got)))
				assert.Greater(t, len(got), len(truth), "some rows come twice")
				assert.Empty(t, c.World.Violations())
			})
		})
	}
}

func TestLinksAreFollowedByteForByte(t *testing.T) {
	c := newClient(t)
	rows := c.World.EmitEach("directory_audits", 5, time.Now().Add(-time.Hour), time.Second)
	a := get(c, auditsPath, "$filter", between("activityDateTime", time.Now().Add(-2*time.Hour), time.Now()), "$orderby", "activityDateTime asc", "$top", "2")
	link := next(a)
	assert.True(t, strings.HasPrefix(link, auditsPath+"?$filter=activityDateTime%20ge%20"), link)
	assert.Contains(t, link, "&$skiptoken=")
	assert.Equal(t, `"https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits"`, a.At(`\@odata\.context`).Raw)
	assert.Equal(t, vendorsim.IDs(rows)[2:4], c.Get(link).Texts("value.#.id"))
	assert.Empty(t, c.World.Violations())
	for name, other := range map[string]string{
		"escaped":       strings.ReplaceAll(link, "$", "%24"),
		"plus":          strings.ReplaceAll(link, "%20", "+"),
		"another top":   strings.Replace(link, "$top=2", "$top=3", 1),
		"token alone":   auditsPath + "?$skiptoken=" + strings.SplitN(link, "$skiptoken=", 2)[1],
		"another path":  strings.Replace(link, "directoryAudits", "signIns", 1),
		"made-up token": auditsPath + "?$skiptoken=9b1d_2",
	} {
		c.World.ForgetViolations()
		a := c.Get(other)
		assert.Equal(t, 400, a.Status, name)
		assert.Len(t, c.World.Violations(), 1, name)
	}
	c.World.ForgetViolations()
	c.World.Faults.Next(vendorsim.CursorExpired, 1, "")
	a = c.Get(link)
	assert.Equal(t, "Invalid Skip Token", a.At("error.message").Str)
	assert.Equal(t, 400, a.Status)
	assert.Equal(t, 200, c.Get(link).Status)
	c.Knob("public_links", "true")
	assert.True(t, strings.HasPrefix(get(c, auditsPath, "$top", "2").At(`\@odata\.nextLink`).Str, "https://graph.microsoft.com"+auditsPath+"?$top=2&$skiptoken="))
	assert.Empty(t, c.World.Violations())
}

func TestBoundsAndDefaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		rows := c.World.EmitEach("directory_audits", 5, time.Now().Add(-time.Hour), 700*time.Nanosecond)
		ids := vendorsim.IDs(rows)
		window := between("activityDateTime", rows[1].Time, rows[3].Time)
		assert.Equal(t, ids[1:4], get(c, auditsPath, "$filter", window, "$orderby", "activityDateTime").Texts("value.#.id"), "both are inclusive, to 100 ns")
		assert.Equal(t, simtest.Reversed(rows[1:4]), get(c, auditsPath, "$filter", window).Texts("value.#.id"))
		assert.Equal(t, ids[2:3], get(c, auditsPath, "$filter", "activityDateTime eq "+rows[2].Time.Format(time.RFC3339Nano)).Texts("value.#.id"))
		assert.Equal(t, simtest.Reversed(rows), c.Get(auditsPath).Texts("value.#.id"))
		assert.Empty(t, get(c, auditsPath, "$filter", between("activityDateTime", rows[3].Time, rows[1].Time)).Texts("value"), "turned round")
		c.World.EmitEach("sign_ins", 1500, time.Now().Add(-time.Hour), time.Second)
		c.World.EmitEach("directory_audits", 1500, time.Now().Add(-time.Hour), time.Second)
		assert.Len(t, c.Get(auditsPath).Texts("value"), 1000, "the default page")
		assert.Empty(t, c.World.Violations())
	})
}

func TestEmptyPagesAndDuplicates(t *testing.T) {
	c := newClient(t)
	rows := c.World.EmitEach("directory_audits", 5, time.Now().Add(-time.Hour), time.Second)
	query := []string{"$orderby", "activityDateTime asc", "$top", "2"}
	c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
	a := get(c, auditsPath, query...)
	assert.Equal(t, "[]", a.At("value").Raw)
	c.World.Faults.Next(vendorsim.EmptyPage, 1, "")
	assert.Equal(t, vendorsim.IDs(rows), walk(c, a), "nothing is skipped")
	c.World.Faults.Next(vendorsim.DuplicateRows, 1, "")
	assert.Greater(t, len(walk(c, get(c, auditsPath, query...))), 5)
	assert.Empty(t, c.World.Violations())
}

func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		day := 24 * time.Hour
		c.World.Emit("directory_audits", time.Now().Add(-31*day))
		kept := c.World.Emit("directory_audits", time.Now().Add(-29*day))
		young := c.World.Emit("directory_audits", time.Now().Add(-6*day))
		window := between("activityDateTime", time.Now().Add(-80*day), time.Now())
		assert.Equal(t, []string{young.ID, kept.ID}, get(c, auditsPath, "$filter", window).Texts("value.#.id"))
		c.Knob("free_tenant", "true")
		assert.Equal(t, []string{young.ID}, get(c, auditsPath, "$filter", window).Texts("value.#.id"))
		a := c.Get(signInsPath)
		assert.Equal(t, 403, a.Status)
		assert.Equal(t, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", a.At("error.code").Str)
		assert.Empty(t, c.World.Violations())
		a = get(c, auditsPath, "$filter", between("activityDateTime", time.Now().Add(-91*day), time.Now()))
		assert.Equal(t, 400, a.Status)
		assert.Equal(t, "Invalid filter clause", a.At("error.message").Str)
		assert.Len(t, c.World.Violations(), 1)
	})
}

func TestVersionsOfSignIns(t *testing.T) {
	c := newClient(t)
	c.World.EmitEach("sign_ins", 200, time.Now().Add(-time.Hour), time.Second)
	count := map[string]int{}
	for _, e := range c.World.Truth("sign_ins", time.Now()) {
		count[gjson.Get(e.Raw, "signInEventTypes.0").Str]++
	}
	require.Len(t, count, 4)
	v1, beta := c.Get(signInsPath), c.Get(betaPath)
	assert.Len(t, v1.Texts("value"), count["interactiveUser"])
	assert.Equal(t, v1.Texts("value.#.id"), beta.Texts("value.#.id"), "interactive ones alone, unless filtered")
	for _, field := range []string{"userAgent", "signInEventTypes", "authenticationDetails", "servicePrincipalId"} {
		assert.False(t, v1.At("value.0."+field).Exists(), field)
		assert.True(t, beta.At("value.0."+field).Exists(), field)
	}
	for kind, n := range count {
		got := get(c, betaPath, "$filter", "signInEventTypes/any(t: t eq '"+kind+"')")
		assert.Len(t, got.Texts("value"), n, kind)
	}
	bare := c.World.Add("sign_ins", vendorsim.Entry{ID: "bare", Raw: `{"id":"bare"}`})
	assert.Contains(t, c.Get(signInsPath).Texts("value.#.id"), bare.ID)
	assert.Contains(t, get(c, betaPath, "$filter", "signInEventTypes/any(t: t eq 'interactiveUser')").Texts("value.#.id"), bare.ID)
	assert.Empty(t, c.World.Violations())
}

func TestEventsAreUniqueAndAwkward(t *testing.T) {
	w := vendorsim.NewWorld(azure.Vendor(), vendorsim.Options{Seed: 1})
	seen, has := map[string]bool{}, map[string]int{}
	for stream, field := range map[string]string{"directory_audits": "activityDateTime", "sign_ins": "createdDateTime"} {
		for _, e := range w.EmitEach(stream, 3000, time.Now().Add(-time.Hour), time.Millisecond) {
			require.True(t, gjson.Valid(e.Raw))
			v := gjson.Parse(e.Raw)
			assert.Equal(t, e.ID, v.Get("id").Str)
			at, err := time.Parse(time.RFC3339Nano, v.Get(field).Str)
			require.NoError(t, err)
			assert.True(t, at.Equal(e.Time), "%s %s", at, e.Time)
			assert.False(t, seen[e.ID])
			seen[e.ID] = true
			for what, is := range map[string]bool{
				"nobody": v.Get("initiatedBy").Raw == "null", "app": v.Get("initiatedBy.app").IsObject(), "zero id": strings.HasPrefix(v.Get("initiatedBy.user.id").Str, "00000000-0000"),
				"port": strings.HasSuffix(v.Get("initiatedBy.user.ipAddress").Str, ":50123"), "null as text": v.Get("initiatedBy.user.ipAddress").Str == "<null>",
				"no targets": !v.Get("targetResources").Exists(), "old Type": v.Get("targetResources.0.Type").Exists(), "N/A": v.Get("targetResources.0.type").Str == "N/A",
				"en dash": strings.Contains(v.Get("activityDisplayName").Str, "–"), "agent": strings.Contains(v.Get("additionalDetails").Raw, "User-Agent"),
				"no status": v.Get("status").Raw == "null", "no location": v.Get("location").Raw == "null", "unknown user": v.Get("userId").Str == "00000000-0000-0000-0000-000000000000",
				"service": v.Get("userId").Exists() && v.Get("userId").String() == "" && v.Get("servicePrincipalId").Str != "",
			} {
				if is {
					has[what]++
				}
			}
			has[v.Get("activityDisplayName").Str+v.Get("status.errorCode").Raw]++
		}
	}
	for _, what := range []string{
		"nobody", "app", "zero id", "port", "null as text", "no targets", "old Type", "N/A", "en dash", "agent", "no status", "no location",
		"unknown user", "service", "Update user", "Delete user", "Engage teleporter 'now'", "0", "50126", "50074", "7000000",
	} {
		assert.Positive(t, has[what], what)
	}
}
