package salesforce

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func TestUsageWarning(t *testing.T) {
	for header, want := range map[string]int{
		"api-usage=89/100": 0, "api-usage=90/100": 1, "": 0, "api-usage=x/y": 0, "api-usage=1/0": 0, "api-usage=1/5": 0,
		"api-usage=14999/15000; per-app-api-usage=1/2(appName=a)": 1, "per-app-api-usage=2/2(appName=a)": 0, "per-app-api-usage=2/2(appName=a); api-usage=1/100": 0,
		"api-usage=10018/100000; api-bursts=1/750": 0, "api-usage=90018/100000; api-bursts=1/750": 1,
	} {
		assert.Len(t, usage(header), want, header)
	}
}

// A used-up day is not over soon; requests that run at the same time are.
func TestWaits(t *testing.T) {
	for message, want := range map[string]time.Duration{"TotalRequests Limit exceeded.": 0, "ConcurrentPerOrgLongTxn Limit exceeded.": 30 * time.Second} {
		e := classify(&providers.Response{Status: 403, Body: `[{"message":"` + message + `","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`})
		assert.Equal(t, providers.Throttled, e.Class)
		assert.Equal(t, want, e.RetryAfter, "0: as the budget says")
	}
	assert.Equal(t, 15*time.Minute, open(t, nil, providers.Options{}).Budgets[0].RetryAfter)
}

func TestErrors(t *testing.T) {
	body := func(code string) string { return `[{"message":"text","errorCode":"` + code + `"}]` }
	for name, tt := range map[string]struct {
		status int
		body   string
		span   time.Duration
		want   providers.Class
		text   string
	}{
		"session":          {401, body("INVALID_SESSION_ID"), time.Hour, providers.Unauthorized, "another host"},
		"too many at once": {403, `[{"message":"ConcurrentPerOrgLongTxn Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, time.Hour, providers.Throttled, "at the same time"},
		"session, again":   {401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`, time.Hour, providers.Unauthorized, "was revoked"},
		"no access":        {403, body("INSUFFICIENT_ACCESS"), time.Hour, providers.Denied, "a permission"},
		"user":             {403, body("API_CURRENTLY_DISABLED"), time.Hour, providers.Denied, "API Enabled"},
		"hidden field":     {400, body("INVALID_FIELD"), time.Hour, providers.Denied, "INVALID_FIELD"},
		"quota":            {403, body("REQUEST_LIMIT_EXCEEDED"), time.Hour, providers.Throttled, "24 hours"},
		"edition":          {403, body("API_DISABLED_FOR_ORG"), time.Hour, providers.Denied, "API access"},
		"permission":       {400, body("INVALID_TYPE"), time.Hour, providers.Denied, "View Setup and Configuration"},
		"query":            {400, body("MALFORMED_QUERY"), time.Hour, providers.Denied, "MALFORMED_QUERY"},
		"position":         {400, body("INVALID_QUERY_LOCATOR"), time.Hour, providers.CursorLost, ""},
		"heavy":            {500, body("QUERY_TIMEOUT"), time.Hour, providers.WindowTooLarge, ""},
		"heavy, a minute":  {400, body("QUERY_TIMEOUT"), time.Minute, providers.Transient, ""},
		"unknown":          {500, body("UNKNOWN_EXCEPTION"), time.Hour, providers.Transient, ""},
		"outage":           {503, body("SERVER_UNAVAILABLE"), time.Hour, providers.Transient, ""},
		"login page":       {200, `<html>`, time.Hour, providers.Transient, "not JSON"},
		"another answer":   {200, `{}`, time.Hour, providers.Transient, "records is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, nil, providers.Options{})
			now := time.Date(2026, 3, 13, 10, 0, 0, 0, time.UTC)
			_, err := source.Streams[1].Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), providers.Query{Since: now.Add(-tt.span), Until: now, PageSize: 2000})
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}
