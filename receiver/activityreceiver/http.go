package activityreceiver

import (
	"context"
	"maps"
	"net/http"
	"reflect"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configmiddleware"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadata"
)

// httpClients makes the collector's HTTP clients of the instances. Instances that
// leave the http block alone share one, so that thousands of them share its
// connections and TLS state.
type httpClients struct {
	extensions map[component.ID]component.Component
	settings   component.TelemetrySettings

	shared     *http.Client
	transports []*http.Transport
}

// of returns the client of an instance. The error names the key.
func (h *httpClients) of(ctx context.Context, i *instance) (*http.Client, error) {
	isDefault := reflect.DeepEqual(i.config.HTTP, defaultHTTP())
	if isDefault && h.shared != nil {
		return h.shared, nil
	}
	client, err := h.build(ctx, i.config.HTTP)
	if err != nil {
		return nil, &providers.KeyError{Key: "http", Reason: err.Error()}
	}
	if isDefault {
		h.shared = client
	}
	return client, nil
}

// build adds one middleware to those configured, the innermost: it changes
// nothing, and is how we learn of the transport that ToClient makes.
func (h *httpClients) build(ctx context.Context, config confighttp.ClientConfig) (*http.Client, error) {
	id := component.NewIDWithName(metadata.Type, "transport")
	extensions := map[component.ID]component.Component{id: &spy{h}}
	maps.Copy(extensions, h.extensions)
	config.Middlewares = append(slices.Clone(config.Middlewares), configmiddleware.Config{ID: id})
	return config.ToClient(ctx, extensions, h.settings)
}

// close ends the connections that wait to be used again; they would outlive the
// receiver otherwise.
func (h *httpClients) close() {
	for _, t := range h.transports {
		t.CloseIdleConnections()
	}
}

// spy is the middleware that notes the transport.
type spy struct{ clients *httpClients }

func (*spy) Start(context.Context, component.Host) error { return nil }
func (*spy) Shutdown(context.Context) error              { return nil }

func (s *spy) GetHTTPRoundTripper(context.Context) (func(context.Context, http.RoundTripper) (http.RoundTripper, error), error) {
	return func(_ context.Context, base http.RoundTripper) (http.RoundTripper, error) {
		if t, ok := base.(*http.Transport); ok {
			s.clients.transports = append(s.clients.transports, t)
		}
		return base, nil
	}, nil
}
