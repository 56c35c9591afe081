// Package priority marks the requests that keep a feed fresh, so that whoever
// plans requests need not import the HTTP client that serves them.
package priority

import "context"

type key struct{}

// Live returns a context whose requests go before all requests that are not live:
// they take the next token of a budget.
func Live(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, true) }

// IsLive tells whether ctx comes from Live.
func IsLive(ctx context.Context) bool {
	live, _ := ctx.Value(key{}).(bool)
	return live
}
