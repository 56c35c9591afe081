// Package azureactivedirectory simulates the directory audit and sign-in logs of
// Microsoft Graph for one tenant, in all clouds, beside the token endpoint and the
// instance metadata service of Azure machines.
//
//   - https://learn.microsoft.com/graph/api/directoryaudit-list
//   - https://learn.microsoft.com/graph/api/signin-list
//   - https://learn.microsoft.com/graph/deployments
//   - https://learn.microsoft.com/graph/throttling-limits
//   - https://learn.microsoft.com/graph/errors
//   - https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
package azureactivedirectory

import (
	"maps"
	"net/http"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/entra"
)

// The one customer that the simulator knows. None of these values is real.
const (
	tenantID     = "7e0a0000-0000-4000-8000-00000000aad1"
	tenantDomain = "acme.example.com"
	clientID     = "c11e0000-0000-4000-8000-00000000aad2"
	clientSecret = "fake-entra-client-secret"

	metadataPath = "/metadata/identity/oauth2/token"
)

// clouds are the scopes of tokens, and by them the clouds.
var clouds = map[string]string{
	"https://graph.microsoft.com/.default":             "global",
	"https://graph.microsoft.us/.default":              "us_gov",
	"https://dod-graph.microsoft.us/.default":          "us_dod",
	"https://microsoftgraph.chinacloudapi.cn/.default": "china",
}

func app() entra.App {
	a := entra.App{Tenants: []string{tenantID, tenantDomain}, ClientID: clientID, Secret: clientSecret, Federated: true}
	for scope := range clouds {
		a.Scopes = append(a.Scopes, scope)
	}
	return a
}

// config returns a configuration with more keys, in pairs.
func config(baseURL string, pairs ...any) map[string]any {
	c := map[string]any{"endpoint": baseURL, "login_endpoint": baseURL, "tenant_id": tenantID, "client_id": clientID}
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i].(string)] = pairs[i+1]
	}
	return c
}

var allTypes = []any{"interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"}

// Vendor returns the simulator. Its sign-ins are of all four types, and Config reads
// them all; version 1.0 of the API shows the interactive ones alone.
func Vendor() vendorsim.Vendor {
	knobs := maps.Clone(ownKnobs)
	maps.Copy(knobs, entra.Knobs)
	return vendorsim.Vendor{
		Key: "azure_active_directory",
		Streams: []vendorsim.Stream{
			{Name: "directory_audits", Precision: 100 * time.Nanosecond, Lateness: 20 * time.Minute, Generate: audit},
			{Name: "sign_ins", Precision: time.Second, Lateness: 40 * time.Minute, Generate: signIn},
		},
		New: newHandler,
		Config: func(baseURL string) map[string]any {
			return config(baseURL, "client_secret", clientSecret, "sign_in_event_types", allTypes)
		},
		Variants:   variants,
		Readings:   readings(),
		Errors:     faultReply,
		TokenPaths: append(app().Paths(), metadataPath),
		Knobs:      knobs,
	}
}

// variants are the other kinds of credential, versions and clouds.
var variants = map[string]func(string) map[string]any{
	"interactive": func(baseURL string) map[string]any { return config(baseURL, "client_secret", clientSecret) },
	"beta": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "api_version", "beta")
	},
	"domain": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "tenant_id", tenantDomain)
	},
	"certificate": func(baseURL string) map[string]any {
		return config(baseURL, "client_certificate", vendorsim.CertificatePEM()+vendorsim.PEM(vendorsim.RSAKey()))
	},
	"federated": func(baseURL string) map[string]any {
		return config(baseURL, "federated_token_file", entra.FederatedTokenFile())
	},
	// In process alone: a receiver asks the address that Azure gives its machines.
	"managed_identity": func(baseURL string) map[string]any {
		return config(baseURL, "managed_identity", true)
	},
	"us_gov": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "cloud", "us_gov")
	},
	"us_dod": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "cloud", "us_dod")
	},
	"china": func(baseURL string) map[string]any {
		return config(baseURL, "client_secret", clientSecret, "cloud", "china", "streams", []any{"sign_ins"})
	},
}

var ownKnobs = map[string]string{
	"free_tenant":    "true: no premium license: 403 for sign-ins, audits are kept for 7 days",
	"forbidden":      "the code of a 403 for everything: Authentication_MSGraphPermissionMissing, Authentication_ApplicationHasNoDirectoryReadAccess, Authorization_RequestDenied",
	"public_links":   "true: next links name graph.microsoft.com, as behind a proxy",
	"throttle_form":  "form of 429 bodies: escaped (JSON text in the message), unknown (UnknownError), text (no JSON), silent (no Retry-After)",
	"timeout_window": "a duration: queries over a longer window run into a time-out (504)",
	"short_pages":    "true: pages have at most half of the rows asked for, with a next link",
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{w}
	mux := http.NewServeMux()
	for _, version := range []string{"v1.0", "beta"} {
		mux.HandleFunc("/"+version+"/auditLogs/directoryAudits", s.feed(audits, version))
		mux.HandleFunc("/"+version+"/auditLogs/signIns", s.feed(signIns, version))
	}
	mux.Handle(entra.Pattern, app().Handler(w))
	mux.HandleFunc(metadataPath, s.metadata)
	mux.Handle("/", w.Unknown(func(r *http.Request) vendorsim.Reply {
		return fail(w, r, http.StatusNotFound, "BadRequest", "Resource not found for the segment '"+r.URL.Path+"'.")
	}))
	return mux
}
