package activityreceiver

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// openStorage returns the client of the configured storage extension, or nil when
// none is configured.
func openStorage(ctx context.Context, host component.Host, wanted *component.ID, self component.ID) (storage.Client, error) {
	if wanted == nil {
		return nil, nil
	}
	found, ok := host.GetExtensions()[*wanted]
	if !ok {
		return nil, fmt.Errorf("storage: there is no extension %q; configure it and list it under service::extensions", wanted)
	}
	extension, ok := found.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: the extension %q stores nothing; name one such as file_storage", wanted)
	}
	client, err := extension.GetClient(ctx, component.KindReceiver, self, "")
	if err != nil {
		return nil, fmt.Errorf("storage: %q: %w", wanted, err)
	}
	return client, nil
}

// tokens keeps refresh tokens that vendors replace at each use. It implements
// vendorhttp.TokenStore.
type tokens struct{ client storage.Client }

const tokenPrefix = "token/v1/"

func (t tokens) Load(ctx context.Context, key string) (string, error) {
	value, err := t.client.Get(ctx, tokenPrefix+key)
	return string(value), err
}

func (t tokens) Save(ctx context.Context, key, value string) error {
	return t.client.Set(ctx, tokenPrefix+key, []byte(value))
}
