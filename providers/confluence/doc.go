// Package confluence reads the audit log of a Confluence Cloud site:
// https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-audit/ .
// Request, paging and mapping are in the package auditlog, because older
// interfaces of Confluence Data Center answer in the same form.
package confluence
