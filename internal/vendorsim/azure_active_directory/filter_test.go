package azureactivedirectory_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func text(e gjson.Result, path string) string { return e.Get(path).String() }

var filters = map[string]struct {
	path, filter string
	want         func(e gjson.Result) bool
}{
	"activity": {auditsPath, "activityDisplayName eq 'Add user'", func(e gjson.Result) bool { return text(e, "activityDisplayName") == "Add user" }},
	"quote":    {auditsPath, "activityDisplayName eq 'Engage teleporter ''now'''", func(e gjson.Result) bool { return strings.HasPrefix(text(e, "activityDisplayName"), "Engage") }},
	"blank and dash": {auditsPath, "activityDisplayName eq 'Update application – Certificates and secrets management '", func(e gjson.Result) bool {
		return strings.Contains(text(e, "activityDisplayName"), "Certificates")
	}},
	"starts":  {auditsPath, "startswith(activityDisplayName,'Add ')", func(e gjson.Result) bool { return strings.HasPrefix(text(e, "activityDisplayName"), "Add ") }},
	"service": {auditsPath, "loggedByService eq 'PIM'", func(e gjson.Result) bool { return text(e, "loggedByService") == "PIM" }},
	"actor": {auditsPath, "initiatedBy/user/id eq '0b4f0000-0000-4000-8000-000000000004'", func(e gjson.Result) bool {
		return text(e, "initiatedBy.user.id") == "0b4f0000-0000-4000-8000-000000000004"
	}},
	"app": {auditsPath, "initiatedBy/app/appId eq '00000003-0000-0000-c000-000000000000'", func(e gjson.Result) bool { return text(e, "initiatedBy.app.appId") != "" }},
	"target": {auditsPath, "targetResources/any(t: t/id eq '0b4f0000-0000-4000-8000-000000000004')", func(e gjson.Result) bool {
		return strings.Contains(e.Get("targetResources.#.id").Raw, "0b4f0000-0000-4000-8000-000000000004")
	}},
	"or, and": {auditsPath, "(activityDisplayName eq 'Add user' or activityDisplayName eq 'Delete user') and loggedByService eq 'Core Directory'", func(e gjson.Result) bool {
		return text(e, "activityDisplayName") == "Add user" || text(e, "activityDisplayName") == "Delete user"
	}},
	"and binds closer": {auditsPath, "activityDisplayName eq 'Add user' or activityDisplayName eq 'Delete user' and loggedByService eq 'PIM'", func(e gjson.Result) bool {
		return text(e, "activityDisplayName") == "Add user"
	}},
	"code":    {signInsPath, "status/errorCode eq 50126", func(e gjson.Result) bool { return e.Get("status.errorCode").Int() == 50126 }},
	"user":    {signInsPath, "userId eq '0b4f0000-0000-4000-8000-000000000004'", func(e gjson.Result) bool { return text(e, "userId") == "0b4f0000-0000-4000-8000-000000000004" }},
	"address": {signInsPath, "startswith(ipAddress,'203.0.113.')", func(e gjson.Result) bool { return strings.HasPrefix(text(e, "ipAddress"), "203.0.113.") }},
	"types and service": {betaPath, "signInEventTypes/any(t: t eq 'servicePrincipal') and servicePrincipalId eq '5b300000-0000-4000-8000-000000000002'", func(e gjson.Result) bool {
		return text(e, "signInEventTypes.0") == "servicePrincipal" && text(e, "servicePrincipalId") == "5b300000-0000-4000-8000-000000000002"
	}},
	"not interactive": {betaPath, "signInEventTypes/any(t: t eq 'nonInteractiveUser') and isInteractive eq false", func(e gjson.Result) bool { return text(e, "signInEventTypes.0") == "nonInteractiveUser" }},
}

func TestFilters(t *testing.T) {
	c := newClient(t)
	for _, stream := range []string{"directory_audits", "sign_ins"} {
		c.World.EmitEach(stream, 400, time.Now().Add(-time.Hour), time.Second)
	}
	for name, tt := range filters {
		t.Run(name, func(t *testing.T) {
			stream, field := "directory_audits", "activityDateTime"
			if tt.path != auditsPath {
				stream, field = "sign_ins", "createdDateTime"
			}
			want := []string{}
			for _, e := range c.World.Truth(stream, time.Now()) {
				row := gjson.Parse(e.Raw)
				if tt.want(row) && (tt.path != signInsPath || text(row, "signInEventTypes.0") == "interactiveUser") {
					want = append(want, e.ID)
				}
			}
			require.NotEmpty(t, want)
			filter := between(field, time.Now().Add(-2*time.Hour), time.Now()) + " and (" + tt.filter + ")"
			assert.Equal(t, want, walk(c, get(c, tt.path, "$filter", filter, "$orderby", field+" asc", "$top", "20")))
		})
	}
	assert.Empty(t, c.World.Violations())
}

const ok = "2026-03-01T00:00:00Z"

var refused = map[string]struct {
	path, option, value string
	message             string
}{
	"quoted time":           {auditsPath, "$filter", "activityDateTime ge '" + ok + "'", "Invalid filter clause"},
	"time of the other log": {auditsPath, "$filter", "createdDateTime ge " + ok, "Invalid filter clause"},
	"gt":                    {signInsPath, "$filter", "createdDateTime gt " + ok, "Invalid filter clause"},
	"lt":                    {auditsPath, "$filter", "activityDateTime lt " + ok, "Invalid filter clause"},
	"no zone":               {auditsPath, "$filter", "activityDateTime ge 2026-03-01T00:00:00", "Invalid filter clause"},
	"category":              {auditsPath, "$filter", "category eq 'Policy'", "Invalid filter clause"},
	"address of an audit":   {auditsPath, "$filter", "ipAddress eq '192.0.2.1'", "Invalid filter clause"},
	"operator":              {auditsPath, "$filter", "activityDisplayName ne 'x'", "Invalid filter clause"},
	"starts with an id":     {auditsPath, "$filter", "startswith(correlationId,'x')", "Invalid filter clause"},
	"no quotes":             {auditsPath, "$filter", "loggedByService eq PIM", "Invalid filter clause"},
	"text as number":        {signInsPath, "$filter", "status/errorCode eq '0'", "Invalid filter clause"},
	"text as boolean":       {signInsPath, "$filter", "isInteractive eq 'true'", "Invalid filter clause"},
	"types in version 1.0":  {signInsPath, "$filter", "signInEventTypes/any(t: t eq 'interactiveUser')", "Invalid filter clause"},
	"other element":         {auditsPath, "$filter", "targetResources/any(t: t/type eq 'User')", "Invalid filter clause"},
	"list without any":      {auditsPath, "$filter", "targetResources eq 'x'", "Invalid filter clause"},
	"open bracket":          {auditsPath, "$filter", "(loggedByService eq 'PIM'", "Invalid filter clause"},
	"open quote":            {auditsPath, "$filter", "loggedByService eq 'PIM", "Invalid filter clause"},
	"rest":                  {auditsPath, "$filter", "loggedByService eq 'PIM' 'x'", "Invalid filter clause"},
	"half":                  {auditsPath, "$filter", "loggedByService eq 'PIM' and", "Invalid filter clause"},
	"empty":                 {auditsPath, "$filter", "", "Invalid filter clause"},
	"page above":            {auditsPath, "$top", "1001", "Invalid page size specified. Must be between 1 and 1000 inclusive."},
	"page zero":             {signInsPath, "$top", "0", "Invalid page size specified. Must be between 1 and 1000 inclusive."},
	"order":                 {signInsPath, "$orderby", "userId asc", "$orderby"},
	"skip":                  {signInsPath, "$skip", "10", "$skip"},
	"count":                 {auditsPath, "$count", "true", "$count"},
	"search":                {auditsPath, "$search", "x", "$search"},
}

func TestRefusals(t *testing.T) {
	for name, tt := range refused {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			a := get(c, tt.path, tt.option, tt.value)
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, "BadRequest", a.At("error.code").Str)
			assert.Contains(t, a.At("error.message").Str, tt.message)
			assert.NotEmpty(t, a.At("error.innerError.request-id").Str)
			assert.Len(t, c.World.Violations(), 1)
		})
	}
	c := newClient(t)
	c.World.EmitEach("directory_audits", 3, time.Now().Add(-time.Hour), time.Second)
	a := get(c, auditsPath, "filter", "nonsense")
	assert.Len(t, a.Texts("value"), 3, "without its dollar sign an option is ignored")
	assert.Len(t, c.World.Violations(), 1)
	assert.Equal(t, 404, c.Get("/v1.0/auditLogs/provisioning").Status)
	assert.Equal(t, 405, c.Post(auditsPath, "application/json", "{}").Status)
}

func TestLongWindowsTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		c.Knob("timeout_window", "1h")
		now := time.Now()
		assert.Equal(t, 504, get(c, auditsPath, "$filter", between("activityDateTime", now.Add(-2*time.Hour), now)).Status)
		assert.Equal(t, 504, c.Get(auditsPath).Status, "unbounded")
		assert.Equal(t, 504, get(c, signInsPath, "$filter", "createdDateTime ge "+now.Add(-2*time.Hour).UTC().Format(time.RFC3339)).Status)
		assert.Equal(t, 200, get(c, auditsPath, "$filter", between("activityDateTime", now.Add(-time.Hour), now)).Status)
		assert.Empty(t, c.World.Violations())
	})
}
