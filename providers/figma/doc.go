// Package figma reads the activity log of a Figma organization.
//
// The feed: https://developers.figma.com/docs/rest-api/activity-logs-endpoints/ ,
// its events: https://developers.figma.com/docs/rest-api/activity-logs-events/ .
//
// Its cursor marks a place in the order of timestamps, so that an event written
// late is behind it for ever; therefore the log is read by time windows, and the
// cursor lives inside one of them.
package figma
