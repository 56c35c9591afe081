package sitelog

import (
	"context"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/cloudsite"
	"github.com/otelactivity/otelactivity/providers/record"
)

const day = 24 * time.Hour

// Product is the gateway's word for the Jira products.
const Product = "jira"

// hints name what must be granted. The log needs a paid plan; on Free the answer
// is the same as without permission.
var hints = cloudsite.Hints{
	Scope:      "the token needs the scope manage:jira-configuration, or read:audit-log:jira and read:user:jira",
	Permission: "the account needs the global permission Administer Jira, and the site a paid plan",
	NotFound:   "check site, cloud_id and endpoint: there is no Jira site behind them",
}

// Source declares the log of the account's site.
func Source(a cloudsite.Account, o providers.Options) *providers.Source {
	f := feed{path: a.Prefix + "/rest/api/3/auditing/record", extra: o.RemoteQuery}
	return &providers.Source{
		Endpoint:      a.Endpoint,
		Tenant:        a.Tenant,
		ServerAddress: a.Host,
		Auth:          a.Auth,
		Classify:      hints.Classify,
		Budgets:       cloudsite.Budgets(Product, a.Tenant),
		Vendor:        Product,
		Warnings:      a.Warnings,
		Shares:        "the audit log of the Jira site " + a.Tenant,
		Streams: []providers.Stream{{
			Name:    "audit",
			Default: true,
			Traits: providers.Traits{
				Resume:      providers.ByWindow,
				Order:       providers.NewestFirst,
				PageSize:    1000,
				MaxPageSize: 1000,
				Granularity: time.Millisecond,
				// No limit is known; offsets start anew with each window, so that a
				// backfill that breaks off repeats a month at most.
				MaxWindow: 30 * day,
				// https://jira.atlassian.com/browse/CONFCLOUD-82632
				Retention: 365 * day,
				Lateness:  10 * time.Minute,
				Parallel:  2,
			},
			Grant:    "the global permission Administer Jira; OAuth and scoped tokens: manage:jira-configuration, or read:audit-log:jira and read:user:jira",
			Reserved: []string{"offset", "limit", "from", "to"},
			Fetch:    f.fetch,
			Decode:   decode,
		}},
	}
}

type feed struct {
	path  string
	extra map[string]string
}

// fetch reads a page. The cursor is the offset.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	offset, _ := strconv.Atoi(q.Cursor) // none yet: 0
	p := providers.Params{
		{Key: "offset", Value: strconv.Itoa(offset)},
		{Key: "limit", Value: strconv.Itoa(q.PageSize)},
		{Key: "from", Value: timestamp(q.Since)},
		{Key: "to", Value: timestamp(q.Until)},
	}
	p.AddMap(f.extra)
	resp, err := c.Do(ctx, providers.Request{Path: f.path, Query: p})
	if err != nil {
		return providers.Page{}, err
	}
	rest, events, err := record.OptionalList(resp.Body, "records")
	if err != nil {
		return providers.Page{}, err
	}
	if !rest.Get("records").IsArray() && !(rest.IsObject() && rest.Get("total").Raw == "0") {
		return providers.Page{}, providers.Malformed("records is missing in %s", record.Excerpt(resp.Body))
	}
	limit := q.PageSize
	if lowered := int(rest.Get("limit").Int()); lowered > 0 {
		limit = min(limit, lowered)
	}
	return providers.Page{
		Events: events,
		Next:   strconv.Itoa(offset + len(events)),
		More:   len(events) > 0 && len(events) >= limit,
	}, nil
}

// timestamp writes a bound with its zone: without one the gateway answers with an
// empty list (https://github.com/elastic/integrations/issues/18138).
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
