// Package priority marks requests by how they wait, so that whoever plans requests
// need not import the HTTP client that serves them.
package priority

import "context"

type (
	liveKey    struct{}
	refusedKey struct{}
)

// Live returns a context whose requests go before all requests that are not live:
// they take the next place in flight and the next token of a budget.
func Live(ctx context.Context) context.Context { return context.WithValue(ctx, liveKey{}, true) }

// IsLive tells whether ctx comes from Live.
func IsLive(ctx context.Context) bool {
	live, _ := ctx.Value(liveKey{}).(bool)
	return live
}

// mostRefusals is how often a chain of requests begins anew because one of them would
// have had to wait: a chain that needs more requests than the limit allows at once
// would never end otherwise.
const mostRefusals = 3

// Refused returns the context for another try of requests that were refused because
// they would have had to wait for long.
func Refused(ctx context.Context) context.Context {
	if IsPatient(ctx) {
		return ctx
	}
	n, _ := ctx.Value(refusedKey{}).(int)
	return context.WithValue(ctx, refusedKey{}, n+1)
}

// IsPatient tells whether requests were refused often enough: now they wait.
func IsPatient(ctx context.Context) bool {
	n, _ := ctx.Value(refusedKey{}).(int)
	return n >= mostRefusals
}
