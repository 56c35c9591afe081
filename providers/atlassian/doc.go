// Package atlassian reads the audit log of an Atlassian organization.
//
// The feed: https://developer.atlassian.com/cloud/admin/organization/rest/api-group-events/ .
// Two endpoints bring the same events. The events stream is made for polling
// (https://developer.atlassian.com/cloud/admin/organization/poll-events-migration):
// it is sorted by the time of processing, so that late events are not skipped, and
// its last page has a cursor too, which later brings what was processed since.
// That cursor is the durable position. The older endpoint can filter, brings the
// newest events first, and is asked by windows.
package atlassian
