// Package okta reads the Okta System Log.
//
// The feed: https://developer.okta.com/docs/reference/system-log-query/ , its
// events: https://developer.okta.com/docs/reference/api/event-types/ .
//
// It is read in polling mode (no upper bound, ascending): events come in the order
// in which Okta stored them, so late ones are not skipped, and the next link is a
// durable cursor. Bounded mode is never used: late events are missing from it.
package okta
