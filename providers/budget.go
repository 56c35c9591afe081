package providers

import "time"

// Budget declares what the vendor allows for one class of requests. The client
// starts from it and learns from the answers' headers.
type Budget struct {
	// Class is named by Traits.Class and Request.Class; empty is the default one.
	Class string
	// Requests per Per is the rate to start from; Burst may go out at once (0: one
	// tenth of Requests, at least 1).
	Requests int
	Per      time.Duration
	Burst    int
	// Headers name the vendor's limit headers; nil: it sends none.
	Headers *LimitHeaders
	// RetryAfter is the wait after a throttled answer that names none; 0: backoff
	// from one second.
	RetryAfter time.Duration
	// Share names the account that the vendor counts by: instances of one vendor
	// (Source.Vendor) with equal Share and Class draw from one budget. Empty: the
	// instance's own.
	Share string
}

// LimitHeaders names the headers of a vendor's rate limit.
type LimitHeaders struct {
	Limit, Remaining, Reset string
	Kind                    ResetKind
}

// ResetKind is how a reset header is written.
type ResetKind int

// The kinds of reset header.
const (
	ResetEpoch     ResetKind = iota // UTC epoch seconds
	ResetSeconds                    // seconds left
	ResetTimestamp                  // ISO 8601, with or without seconds
	ResetEpochMS                    // UTC epoch milliseconds
)
