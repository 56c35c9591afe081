package salesforce

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const (
	loginFields = "Id, UserId, LoginTime, LoginType, LoginSubType, LoginUrl, SourceIp, CountryIso, Browser, Platform, Application, " +
		"ClientVersion, ApiType, ApiVersion, Status, AuthenticationServiceId, AuthMethodReference, TlsProtocol, CipherSuite, LoginGeoId"
	setupFields = "Id, Action, Section, Display, CreatedDate, CreatedById, CreatedBy.Username, CreatedBy.Name, CreatedBy.Email, " +
		"DelegateUser, ResponsibleNamespacePrefix, CreatedByContext, CreatedByIssuer"
	standardFields = "FIELDS(STANDARD)"
)

// literal is a time as SOQL writes it: bare, in UTC.
func literal(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// quoted is a text as SOQL writes it.
func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// in is a condition over a list, "" without one.
func in(field string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = quoted(v)
	}
	return " AND " + field + " IN (" + strings.Join(parts, ",") + ")"
}

// window is the condition over a time field; the upper bound is exclusive.
func window(field string, q providers.Query) string {
	return field + " >= " + literal(q.Since) + " AND " + field + " < " + literal(q.Until)
}

// query runs a SOQL query, or goes on with one. The position of a query that goes
// on lives for two days at most, so it stays inside its window.
func (f *feed) query(ctx context.Context, c providers.Client, soql, next string, batch int) (providers.Page, error) {
	request := providers.Request{
		Path:   "/services/data/v" + f.config.APIVersion + "/query",
		Header: http.Header{"Sforce-Query-Options": {"batchSize=" + strconv.Itoa(max(batch, minBatch))}},
	}
	if next == "" {
		request.Query.Add("q", soql)
		request.Query.AddMap(f.extra)
	} else {
		request.Path, request.Link = "", next
	}
	resp, err := c.Do(ctx, request)
	if err != nil {
		return providers.Page{}, err
	}
	rest, events, err := record.List(resp.Body, "records")
	if err != nil {
		return providers.Page{}, err
	}
	p := providers.Page{Events: events, Warnings: usage(resp.Header.Get(usageHeader))}
	if done := rest.Get("done"); done.Exists() && !done.Bool() { // only it decides
		p.Next = record.Path(rest, "nextRecordsUrl")
		if p.Next == "" {
			return providers.Page{}, providers.Malformed("done is false without nextRecordsUrl")
		}
		p.More = true
	}
	return p, nil
}

// apiUsage is the org's part of the header; beside it may stand an app's own quota
// and bursts: api-usage=25/5000; per-app-api-usage=17/250(appName=sample).
var apiUsage = regexp.MustCompile(`(?:^|[;,\s])api-usage=(\d+)/(\d+)`)

// usage warns when the org has used most of its daily requests, which all its
// integrations share: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
func usage(header string) []string {
	m := apiUsage.FindStringSubmatch(header)
	if m == nil {
		return nil
	}
	used, err1 := strconv.Atoi(m[1])
	limit, err2 := strconv.Atoi(m[2])
	if err1 != nil || err2 != nil || limit == 0 || used*10 < limit*9 {
		return nil
	}
	return []string{"the org has used more than 90 % of its API requests of 24 hours"}
}

// tooNarrow keeps a window from being halved for ever: a minute's query that times
// out is the server's trouble.
func tooNarrow(err error, q providers.Query) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && e.Class == providers.WindowTooLarge && q.Until.Sub(q.Since) <= time.Minute {
		e.Class = providers.Transient
	}
	return err
}

// hidden returns an error's message when it says that a field of the query is not
// there in this org, else "".
func hidden(err error) string {
	e, ok := errors.AsType[*providers.Error](err)
	if ok && (e.Code == "INVALID_FIELD" || strings.Contains(e.Message, "No such column")) {
		return cmp.Or(e.Message, e.Code)
	}
	return ""
}
