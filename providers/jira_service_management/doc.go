// Package jiraservicemanagement reads the audit log of a Jira Cloud site for
// those who use Jira Service Management.
//
// There is no log of the product's own: the site's products write into one log
// (https://support.atlassian.com/jira-cloud-administration/docs/audit-activities-in-jira-applications/),
// and no row names its product. So all rows are read as the provider jira does;
// rows: service_projects keeps those that belong to a service project, a portal
// customer, or a setting that only this product has.
package jiraservicemanagement
