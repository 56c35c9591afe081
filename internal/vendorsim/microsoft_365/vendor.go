// Package microsoft365 simulates the Office 365 Management Activity API of one
// tenant: subscriptions, lists of content blobs, the blobs, beside the token
// endpoint.
//
//   - https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-reference
//   - https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-schema
//   - https://learn.microsoft.com/en-us/office/office-365-management-api/troubleshooting-the-office-365-management-activity-api
package microsoft365

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/entra"
)

// The one customer that the simulator knows. None of these values is real.
const (
	tenantID     = "36500000-0000-4000-8000-000000000001"
	clientID     = "36500000-0000-4000-8000-000000000002"
	clientSecret = "fake-management-client-secret"
	publisherID  = "36500000-0000-4000-8000-000000000003"
)

func app() entra.App {
	return entra.App{Tenants: []string{tenantID}, ClientID: clientID, Secret: clientSecret, Scopes: []string{
		"https://manage.office.com/.default", "https://manage-gcc.office.com/.default",
		"https://manage.office365.us/.default", "https://manage.protection.apps.mil/.default",
	}}
}

// config returns a configuration with more keys, in pairs.
func config(baseURL string, pairs ...any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "token_url": baseURL + app().Paths()[0], "tenant_id": tenantID, "client_id": clientID}
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i].(string)] = pairs[i+1]
	}
	return c
}

var allTypes = []any{"Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All"}

// Vendor returns the simulator. Two of the five subscriptions are not on at first.
func Vendor() vendorsim.Vendor {
	knobs := maps.Clone(ownKnobs)
	maps.Copy(knobs, entra.Knobs)
	stream := func(name string, kinds []kind) vendorsim.Stream {
		return vendorsim.Stream{Name: name, Precision: time.Second, Lateness: 90 * time.Minute, Generate: generator(kinds)}
	}
	return vendorsim.Vendor{
		Key: "microsoft_365",
		Streams: []vendorsim.Stream{
			stream("content.azure_active_directory", directory), stream("content.exchange", exchange), stream("content.sharepoint", sharePoint),
			stream("content.general", general), stream("content.dlp", dlp),
		},
		New: newHandler,
		Config: func(baseURL string) map[string]any {
			return config(baseURL, "client_secret", clientSecret, "content_types", allTypes)
		},
		Variants:   variants,
		Readings:   readings(),
		Errors:     faultReply,
		TokenPaths: app().Paths(),
		Knobs:      knobs,
	}
}

// variants are the other credential, the other plans and parts of the feed.
var variants = map[string]func(string) map[string]any{
	"certificate": func(baseURL string) map[string]any {
		return config(baseURL, "certificate", vendorsim.CertificatePEM()+vendorsim.PEM(vendorsim.RSAKey()))
	},
	"default_types": func(baseURL string) map[string]any { return config(baseURL, "client_secret", clientSecret) },
	"product": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "product", "azure_active_directory")
	},
	"publisher": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "publisher_identifier", publisherID)
	},
	"no_start": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "start_subscriptions", false, "content_types", []any{"Audit.Exchange", "Audit.SharePoint"})
	},
	"gcc": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "plan", "gcc")
	},
	"gcc_high": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "plan", "gcc_high")
	},
	"dod": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "plan", "dod")
	},
}

var ownKnobs = map[string]string{
	"disable":            "a content type whose subscription is off until it is started again (AF20023)",
	"no_status":          "true: the list of subscriptions has no status",
	"plain_links":        "true: NextPageUri repeats the request; else it has the older path, no start and no publisher",
	"public_links":       "true: links name manage.office.com, as behind a proxy",
	"throttle_form":      "form of throttling: quotes (no JSON, single quotes), too_many (429 instead of 403)",
	"missing_permission": "AF10001 for a content type, or for all",
	"audit_off":          "true: unified auditing is off, told by a stack trace",
	"blob_error":         "AF20050, AF20051 or AF20052 for every fifth blob",
}

func newHandler(w *vendorsim.World) http.Handler {
	s := newSim(w)
	mux := http.NewServeMux()
	for _, version := range []string{"v1.0", "v1"} {
		root := "/api/" + version + "/{tenant}/activity/feed/"
		mux.HandleFunc(root+"subscriptions/list", s.permitted(s.subscriptions))
		mux.HandleFunc(root+"subscriptions/start", s.permitted(s.start))
		mux.HandleFunc(root+"subscriptions/content", s.permitted(s.list))
		mux.HandleFunc(root+"audit/{id}", s.permitted(s.blob))
	}
	mux.Handle(entra.Pattern, app().Handler(w))
	mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply {
		return vendorsim.JSONReply(http.StatusNotFound, map[string]string{"Message": "No HTTP resource was found that matches the request URI."}, nil)
	}))
	return mux
}
