package truto

import (
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "truto",
		Name: "Truto",
		Docs: "https://www.truto.one/docs/api-reference/unified-user-directory-api/activities/list",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.APIToken = "example-token"
			c.IntegratedAccountID = "0b6f2a9e-1c7d-4f3a-9a52-6f0d1e2c3b4a"
			return c, providers.Options{}
		},
	}
}

func (c *Config) source(of product, o providers.Options) *providers.Source {
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://api.truto.one"
	}
	f := feed{fixed: c.fixed(of, o), timed: c.TimeFilter, limited: o.PageSize > 0, remote: params("remote_query", o.RemoteQuery)}
	var products []string
	if of.name == "" || of.product {
		products = []string{"azure_active_directory"}
	}
	return &providers.Source{
		Endpoint: endpoint,
		Products: products,
		Tenant:   c.IntegratedAccountID,
		// https://www.truto.one/docs/api-reference/overview/introduction asks for both.
		Header:   http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}},
		Auth:     providers.Bearer(c.APIToken),
		Classify: classify,
		Budgets: []providers.Budget{{
			// 50 in 10 seconds for each integrated account, and 500 for each token:
			// https://github.com/trutohq/truto-skills (error-and-evidence-model.md). The
			// product's own limits come through in the headers:
			// https://truto.one/docs/api-reference/overview/rate-limits
			Requests: 50, Per: 10 * time.Second,
			Headers: &providers.LimitHeaders{
				Limit: "ratelimit-limit", Remaining: "ratelimit-remaining",
				Reset: "ratelimit-reset", Kind: providers.ResetSeconds,
			},
			RetryAfter: 10 * time.Second,
			Share:      c.IntegratedAccountID,
		}},
		Streams: []providers.Stream{{
			Name:    "activities",
			Default: true,
			Traits: providers.Traits{
				Resume: providers.ByWindow,
				Order:  providers.Unordered,
				Bounds: providers.EventTime,
				// No maximum is documented, and without a page size the product's own is used.
				MaxPageSize: 1000,
				// The bounds are handed to products that compare whole seconds, or leave
				// the bound itself out.
				Granularity: time.Second,
				Edge:        time.Second,
				Lateness:    15 * time.Minute,
				MaxPages:    c.MaxPagesPerPoll,
			},
			Grant:  "an API token of the account's environment, and what the product behind it asks for its audit log",
			Fetch:  f.fetch,
			Decode: decode,
		}},
		Warnings: c.warnings(of),
	}
}

// fixed returns the parameters that are the same in every request.
func (c *Config) fixed(of product, o providers.Options) providers.Params {
	var p providers.Params
	p.Add("integrated_account_id", c.IntegratedAccountID)
	p.AddSet("organization_id", c.OrganizationID)
	p = append(p, of.pushed(&o.Filter)...)
	if c.IgnoreRemoteData {
		p.Add("truto_ignore_remote_data", "true")
	}
	if c.IgnoreLimit {
		p.Add("truto_ignore_limit", "true")
	}
	for _, field := range c.ExcludeFields {
		p.Add("truto_exclude_fields[]", field)
	}
	p.AddSet("truto_super_query", c.SuperQuery)
	return p
}

// remoteError is the code of errors of the product behind Truto.
const remoteError = "truto_is_remote_error"

// reconnect is how often a connection that its product refuses is tried: it stays
// refused until its user connects it again.
const reconnect = 30 * time.Minute

// classify: https://www.truto.one/docs/api-reference/overview/errors
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	body := gjson.Parse(r.Body)
	remote := body.Get(remoteError).Bool()
	e := &providers.Error{Code: record.Path(body, "error"), Message: message(body)}
	if remote {
		e.Code = remoteError
	}
	switch r.Status {
	case http.StatusBadRequest:
		e.Hint = "a parameter is wrong or missing"
		if missing := insight(body, "missing_required_query_parameters"); missing != "" {
			e.Hint = "required parameters are missing: " + missing
		}
	case http.StatusUnauthorized:
		e.Hint = "api_token is missing, wrong or expired"
		if remote {
			e.Class, e.Probe = providers.Denied, reconnect
			e.Hint = "the product refuses the connection's credential: reconnect the account in Truto"
		}
	case http.StatusForbidden:
		e.Hint = "the connection may not read the audit log"
		if scopes := insight(body, "forbidden_error"); scopes != "" {
			e.Hint = "the connection lacks the scopes: " + scopes
		}
	case http.StatusNotFound:
		e.Hint = "check integrated_account_id and that api_token is of the same environment"
	case http.StatusServiceUnavailable:
		if !remote {
			e.Hint = "if it lasts, the account is blocked: contact Truto"
		}
	}
	return e
}

// message is empty in some errors of the product; its own answer says more then.
func message(body gjson.Result) string {
	m := record.Path(body, "message")
	if raw := body.Get("raw_response"); m == "" && raw.Exists() {
		m = raw.String()
	}
	if failures := body.Get("details.failures"); failures.Exists() {
		m = strings.TrimPrefix(m+": "+failures.Raw, ": ")
	}
	return m
}

// insight returns the list that truto_error_insight holds under key, which comes
// bare or as value beside a description.
func insight(body gjson.Result, key string) string {
	list := body.Get("truto_error_insight." + key)
	if value := list.Get("value"); value.Exists() {
		list = value
	}
	if scopes := list.Get("missing_scopes"); scopes.Exists() {
		list = scopes
	}
	var words []string
	list.ForEach(func(_, v gjson.Result) bool {
		if w := record.Text(v); w != "" {
			words = append(words, w)
		}
		return true
	})
	return strings.Join(words, ", ")
}
