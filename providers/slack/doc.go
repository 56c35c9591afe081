// Package slack reads the audit logs of a Slack Enterprise organization, and the
// access and integration logs of a paid workspace.
//
// The feeds: https://docs.slack.dev/admins/audit-logs-api , its actions
// https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference , and
// https://docs.slack.dev/reference/methods/team.accessLogs ,
// https://docs.slack.dev/reference/methods/team.integrationLogs .
//
// A cursor of the audit logs only holds a place: without oldest, the server walks
// on to the beginning of time (https://github.com/elastic/integrations/issues/8163),
// and after a while it is refused (https://github.com/demisto/content/pull/31135).
// So the logs are read by time windows, and each page repeats the whole query.
package slack
