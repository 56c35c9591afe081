// Package onelogin reads the events of a OneLogin account.
//
// The feed: https://developers.onelogin.com/api-docs/1/events/get-events (the
// events have no second version, only the token endpoint has), its event types:
// https://developers.onelogin.com/api-docs/1/events/event-types .
//
// How long a cursor lives is not documented, so the events are read by time
// windows, and the cursor lives inside one of them.
package onelogin
