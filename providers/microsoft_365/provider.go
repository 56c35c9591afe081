package microsoft365

import (
	"net/http"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const day = 24 * time.Hour

// Provider returns the declaration of the vendor.
func Provider() providers.Provider {
	return providers.Provider{
		Key:  "microsoft_365",
		Name: "Microsoft 365",
		Docs: "https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-reference",
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
	product := record.First(c.Product, o.Filter.Product)
	f := feed{
		root:      "/api/v1.0/" + c.TenantID + "/activity/feed",
		publisher: record.First(c.PublisherIdentifier, c.TenantID),
		extra:     o.RemoteQuery,
	}
	if product == directory {
		f.workload = "AzureActiveDirectory"
	}
	source := &providers.Source{
		Endpoint: endpoint,
		Tenant:   tenant,
		Header:   http.Header{"Accept": {"application/json"}},
		Auth:     c.auth(),
		Classify: classify,
		Products: []string{directory},
		Budgets: []providers.Budget{{
			// A baseline for a tenant and publisher; no header tells what is left:
			// https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-reference#api-throttling
			Requests: 2000, Per: time.Minute, Burst: 30, RetryAfter: 30 * time.Second,
			Share: tenant + "/" + f.publisher,
		}},
	}
	for _, k := range c.offered(product) {
		f.kind = k.kind
		f.subscription = &subscription{managed: c.StartSubscriptions}
		source.Streams = append(source.Streams, stream(k, len(c.ContentTypes) > 0 || !k.optIn, f))
	}
	return source
}

// stream: the vendor lists by the time at which a blob became available, of at most
// 24 hours in one query, and of the last seven days.
func stream(k content, byDefault bool, f feed) providers.Stream {
	grant := "the application permission ActivityFeed.Read of Office 365 Management APIs, with admin consent"
	if k.optIn {
		grant = "the application permissions ActivityFeed.Read and ActivityFeed.ReadDlp of Office 365 Management APIs, with admin consent"
	}
	return providers.Stream{
		Name:    k.stream,
		Default: byDefault,
		Traits: providers.Traits{
			Resume:      providers.ByWindow,
			Order:       providers.Unordered,
			Bounds:      providers.IngestionTime,
			MaxWindow:   day,
			Granularity: time.Second,
			// A start of exactly seven days ago is refused once the request arrives
			// (https://github.com/elastic/integrations/pull/8402).
			Retention: 7*day - 5*time.Minute,
			Lateness:  15 * time.Minute,
			// Records come twice, also in blobs of other windows:
			// https://learn.microsoft.com/en-us/office/office-365-management-api/troubleshooting-the-office-365-management-activity-api
			Remember:      day,
			Branches:      4,
			FixedBranches: true,
		},
		Grant:    grant,
		Reserved: []string{"contentType", "startTime", "endTime", "PublisherIdentifier"},
		Fetch:    f.fetch,
		Decode:   decode,
	}
}
