// Package jiraservicemanagement simulates one Jira Cloud site that has Jira Service
// Management beside Jira: the audit log that both products share, and the search for
// service projects.
package jiraservicemanagement
