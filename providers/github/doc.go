// Package github reads the audit log of a GitHub organization or enterprise.
//
// The feed: https://docs.github.com/en/enterprise-cloud@latest/rest/orgs/orgs#get-the-audit-log-for-an-organization
// and https://docs.github.com/en/enterprise-cloud@latest/rest/enterprise-admin/audit-log ,
// its events: https://docs.github.com/en/enterprise-cloud@latest/admin/monitoring-activity-in-your-enterprise/reviewing-audit-logs-for-your-enterprise/audit-log-events-for-your-enterprise .
//
// The log is searched by "created" but listed by "@timestamp", and an event's
// created_at is often older or missing (https://github.com/elastic/integrations/pull/16097).
// So it is not certain which time a window compares with: everything that the
// vendor puts into a window is delivered, and a window counts as read only when
// its last page is.
package github
