package azureactivedirectory

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const day = 24 * time.Hour

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  Key,
		Name: "Microsoft Entra ID",
		Docs: "https://learn.microsoft.com/en-us/graph/api/resources/azure-ad-auditlog-overview",
		New:  func() providers.Config { return newConfig() },
		Example: func() (providers.Config, providers.Options) {
			c := newConfig()
			c.TenantID, c.ClientID, c.ClientSecret = "11111111-2222-4333-8444-555555555555", "example-app", "example-secret"
			return c, providers.Options{}
		},
	}
}

func (c *Config) source(endpoint string, o providers.Options) *providers.Source {
	tenant := strings.ToLower(c.TenantID)
	audits := feed{path: "/" + c.auditVersion() + "/auditLogs/directoryAudits", field: "activityDateTime", terms: auditTerms(&o.Filter)}
	signIns := feed{path: "/" + c.signInVersion() + "/auditLogs/signIns", field: "createdDateTime", terms: signInTerms(&o.Filter)}
	if c.signInVersion() == "beta" && !c.onlyInteractive() {
		signIns.kinds = slices.Compact(slices.Sorted(slices.Values(c.SignInEventTypes)))
	}
	audits.join(o.RemoteQuery)
	signIns.join(o.RemoteQuery)
	return &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Header:   http.Header{"Accept": {"application/json"}},
		Auth:     c.auth(),
		Classify: classify,
		Products: []string{Key},
		Budgets: []providers.Budget{{
			// 5 requests in 10 seconds for an app in a tenant, both feeds together:
			// https://learn.microsoft.com/en-us/graph/throttling-limits#identity-and-access-reports-service-limits
			// A burst beside the rate would bring more than 5 into one span.
			Requests: 5, Per: 10 * time.Second, Burst: 1, RetryAfter: 10 * time.Second,
			Share: tenant + "/" + c.ClientID,
		}},
		Streams: []providers.Stream{
			stream("directory_audits", "AuditLog.Read.All and Directory.Read.All (application permissions, with admin consent)",
				audits, 6*time.Hour, 30*time.Minute, decodeAudit),
			stream("sign_ins", "AuditLog.Read.All and Directory.Read.All (application permissions, with admin consent), and a license for Entra ID P1 or P2",
				signIns, time.Hour, time.Hour, decodeSignIn),
		},
		Warnings: c.warnings(o.Streams),
	}
}

func stream(name, grant string, f feed, window, lateness time.Duration, decode func(providers.Event) (providers.Activity, error)) providers.Stream {
	order := providers.OldestFirst
	if len(f.kinds) > 1 {
		order = providers.Unordered // one chain after the other
	}
	return providers.Stream{
		Name:    name,
		Default: true,
		Traits: providers.Traits{
			Resume:      providers.ByWindow,
			Order:       order,
			Bounds:      providers.EventTime,
			PageSize:    1000,
			MaxPageSize: 1000,
			MaxWindow:   window,
			Granularity: time.Second,
			// Without a P1 or P2 license directory audits are kept for 7 days only:
			// https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-reports-data-retention
			Retention: 30 * day,
			Lateness:  lateness,
		},
		Grant:    grant,
		Reserved: []string{"$orderby", "$top", "$skip", "$skiptoken"},
		Fetch:    f.fetch,
		Decode:   decode,
	}
}

// warnings: https://learn.microsoft.com/en-us/graph/api/directoryaudit-list lists
// no deployment in China.
func (c *Config) warnings(streams []string) []string {
	var list []string
	if c.Cloud == "china" && (streams == nil || slices.Contains(streams, "directory_audits")) {
		list = append(list, "directory_audits is not documented for the cloud china; use streams: [sign_ins] if it is refused")
	}
	if c.Cloud != "global" && c.APIVersion == "v1.0" && (streams == nil || slices.Contains(streams, "sign_ins")) {
		list = append(list, "sign_ins is documented in v1.0 for the global cloud only; leave api_version out to use beta")
	}
	return list
}

func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	body := gjson.Get(r.Body, "error")
	e := &providers.Error{Code: body.Get("code").String(), Message: body.Get("message").String()}
	switch {
	case e.Code == "TooManyRequests", strings.Contains(e.Message, "request is throttled"):
		e.Class = providers.Throttled
	case r.Status == http.StatusUnauthorized:
		e.Hint = "the token is refused; a token of one cloud is of no use in another, see cloud"
	case r.Status == http.StatusForbidden:
		e.Hint = forbidden(e.Code)
	case r.Status == http.StatusNotFound:
		e.Hint = "this log does not exist in this cloud or API version; see cloud and api_version"
	case r.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(e.Message), "skip token"):
		e.Class = providers.CursorLost // https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/1388
	case r.Status == http.StatusBadRequest:
		e.Hint = "Graph does not accept the filter; check $filter in remote_query"
	}
	return e
}

// forbidden: https://learn.microsoft.com/en-us/graph/known-issues (license check)
func forbidden(code string) string {
	switch code {
	case "Authentication_RequestFromNonPremiumTenantOrB2CTenant":
		return "sign-ins need a license for Entra ID P1 or P2; without one use streams: [directory_audits]"
	case "Authentication_ApplicationHasNoDirectoryReadAccess":
		return "grant the application permission Directory.Read.All too, which Graph needs to check the license"
	}
	return "grant the application permissions AuditLog.Read.All and Directory.Read.All, with admin consent"
}
