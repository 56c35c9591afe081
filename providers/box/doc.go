// Package box reads the enterprise events of a Box enterprise.
//
// The feeds: https://developer.box.com/guides/events/enterprise-events/for-enterprise/ .
// admin_logs_streaming is live, at least once and unordered, and keeps two weeks;
// admin_logs is the history of a year, sorted by event time, and late. Both hold
// the same events with the same ids.
package box
