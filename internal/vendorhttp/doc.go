// Package vendorhttp is the HTTP client of one instance: it carries out what a
// providers.Source declares about endpoint, authorization and budgets.
//
// A request waits for its budget, is authorized, takes a slot, is sent, and its
// answer is read within bounds, learnt from and classified. While a class is blocked
// for long, its requests are refused with the time to wait. Failures are
// *providers.Error. The client repeats a request in one case only: once, after a
// refused token was replaced.
//
// Credentials go to the endpoint's origin, to the origins that the source lists,
// and those of a token request to the token endpoint; nowhere else, whatever a
// link or a redirect says. No error and no log line holds a credential or a URL's
// query.
//
// There are no background goroutines: budgets are computed when somebody asks,
// and the goroutine of a token refresh ends with the callers that wait for it.
package vendorhttp
