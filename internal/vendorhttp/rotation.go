package vendorhttp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/otelactivity/otelactivity/providers"
)

const refreshParam = "refresh_token"

// rotation keeps a refresh token that every exchange replaces. Only one flight
// uses it at a time.
type rotation struct {
	store      TokenStore
	key        string
	configured string
	// unsaved is an exchange whose refresh token could not be saved yet.
	unsaved *exchanged
}

type exchanged struct {
	grant   grant
	refresh string
	failure *providers.Error // of an answer with a refresh token and no usable access token
}

// newRotation returns nil unless the declaration rotates. The key is made from the
// configured token, so that a new one in the configuration begins anew, and the
// old one's successor stays found when the instance is renamed.
func newRotation(d *providers.TokenAuth, url string, store TokenStore) (*rotation, error) {
	if !d.Rotates {
		return nil, nil
	}
	if store == nil {
		return nil, errors.New("every refresh replaces the refresh token, which must survive restarts: configure a storage extension, or another kind of credential")
	}
	for _, p := range d.Secrets {
		if p.Key == refreshParam {
			sum := sha256.Sum256([]byte(url + "\x00" + string(p.Value)))
			return &rotation{store: store, key: "refresh_token/" + hex.EncodeToString(sum[:16]), configured: string(p.Value)}, nil
		}
	}
	return nil, errors.New("rotation is declared without a refresh token")
}

// obtain exchanges the newest refresh token. It is read from the store each time:
// another replica may have replaced it. The new one is saved before the access
// token can be used; as long as that fails, no further exchange is made.
func (r *rotation) obtain(ctx context.Context, exchange func(context.Context, string) (grant, string, *providers.Error)) (grant, *providers.Error) {
	if r.unsaved == nil {
		saved, err := r.store.Load(ctx, r.key)
		if err != nil {
			return grant{}, storeFailure("read", err)
		}
		if saved == "" {
			saved = r.configured
		}
		g, next, failure := exchange(ctx, saved)
		if next == "" || next == saved {
			return g, failure
		}
		r.unsaved = &exchanged{g, next, failure}
	}
	if err := r.store.Save(ctx, r.key, r.unsaved.refresh); err != nil {
		return grant{}, storeFailure("saved", err)
	}
	got := r.unsaved
	r.unsaved = nil
	return got.grant, got.failure
}

func storeFailure(what string, err error) *providers.Error {
	return &providers.Error{
		Class:   providers.Transient,
		Code:    "storage",
		Message: "the refresh token could not be " + what,
		Hint:    "check the storage extension; access is lost when the collector stops before it is saved",
		Err:     err,
	}
}
