package microsoft365

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func TestABlobThatIsGoneIsTold(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		body, reason string
	}{
		"expired":    {400, `{"error":{"code":"AF20051","message":"expired"}}`, "expired"},
		"not found":  {404, `{"error":{"code":"AF20050","message":"does not exist"}}`, "gone"},
		"invalid":    {400, `{"error":{"code":"AF20052","message":"invalid"}}`, "gone"},
		"plain 404":  {404, ``, "gone"},
		"odd quotes": {400, `{'error':{'code':'AF20051'}}`, "expired"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := exchange(t, nil, providers.Options{})
			page, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Cursor: "blob " + blobURI, Now: now})
			require.NoError(t, err)
			assert.Equal(t, []providers.Skip{{Reason: tt.reason, Detail: "Audit.Exchange blob 20260302$20260302$audit_exchange$Audit_Exchange", Count: 1}}, page.Skipped)
			assert.False(t, page.More)
		})
	}
}

func TestErrors(t *testing.T) {
	body := func(code, message string) string {
		return `{"error":{"code":"` + code + `","message":"` + message + `"}}`
	}
	for name, tt := range map[string]struct {
		status int
		body   string
		want   providers.Class
		text   string
	}{
		"token":               {401, `{"Message":"Authorization has been denied for this request."}`, providers.Unauthorized, "Authorization has been denied"},
		"permission":          {401, body("AF10001", "The permission set sent in the request did not include the expected permission."), providers.Denied, "ActivityFeed.Read"},
		"tenant id":           {400, body("AF20012", "x"), providers.Denied, "check tenant_id"},
		"audit log off":       {500, body("Microsoft.Office.Compliance.Audit.DataServiceException: Tenant x does not exist. at Microsoft...", ""), providers.Denied, "turn the unified audit log on"},
		"audit log off, text": {404, `Tenant 1 does not exist`, providers.Denied, "turn the unified audit log on"},
		"parameter":           {400, body("AF20020", "bad content type"), providers.Denied, "bad content type"},
		"window":              {400, body("AF20030", "more than 24 hours"), providers.WindowTooLarge, ""},
		"start too old":       {400, body("AF20055", "more than 7 days"), providers.WindowTooLarge, ""},
		"next page":           {400, body("AF20031", "x"), providers.CursorLost, ""},
		"throttled":           {429, body("AF429", "Too many requests"), providers.Throttled, ""},
		"throttled with 403":  {403, `{'error':{'code':'AF429','message':'Too many requests'}}`, providers.Throttled, "AF429"},
		"throttled, no code":  {429, ``, providers.Throttled, ""},
		"forbidden":           {403, ``, providers.Denied, "admin consent"},
		"internal error":      {500, body("AF50000", "An internal error occurred"), providers.Transient, ""},
		"internal, odd":       {400, body("AF50000", "An internal error occurred"), providers.Transient, ""},
		"outage":              {503, `<html>`, providers.Transient, ""},
		"login page":          {200, `<html>`, providers.Transient, "not JSON"},
		"an object instead":   {200, `{"a":1}`, providers.Transient, "a list was expected"},
		"a blob without link": {200, `[{"contentId":"a"}]`, providers.Transient, "without contentUri"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := exchange(t, func(c *Config) { c.StartSubscriptions = false }, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), window(now))
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}

func TestABlobThatIsNoListIsReadAgain(t *testing.T) {
	source, stream := exchange(t, nil, providers.Options{})
	for _, body := range []string{`{"a":1}`, `<html>`, `[{"Id":`} {
		_, err := stream.Fetch(t.Context(), providertest.Refuse(source, 200, nil, body), providers.Query{Cursor: "blob " + blobURI, Now: now})
		assert.Equal(t, providers.Transient, providers.ClassOf(err))
	}
	_, err := stream.Fetch(t.Context(), providertest.Refuse(source, 400, nil, `{"error":{"code":"AF20001"}}`), providers.Query{Cursor: "blob " + blobURI, Now: now})
	assert.Equal(t, providers.Denied, providers.ClassOf(err), "an error of ours is no lost blob")
}

func TestTheTenantIsNotAskedOftenWhenAuditingIsOff(t *testing.T) {
	source, stream := exchange(t, func(c *Config) { c.StartSubscriptions = false }, providers.Options{})
	_, err := stream.Fetch(t.Context(), providertest.Refuse(source, 500, nil, `DataServiceException`), window(now))
	e, ok := errors.AsType[*providers.Error](err)
	require.True(t, ok)
	assert.Equal(t, time.Hour, e.Probe)
}
