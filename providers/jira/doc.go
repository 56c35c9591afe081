// Package jira reads the audit log of a Jira Cloud site.
//
// The feed: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-audit-records/ .
// Request, paging and mapping are in the package sitelog, because Jira Service
// Management shows the same log.
package jira
