// Package auditlog reads the audit log in the form of Confluence Cloud
// (https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-audit/) and
// of the older interface of Confluence Data Center.
//
// Newest rows come first, paged by the index of a row, and rows have no id. The
// bounds of a window are sent unchanged with each page. The vendor's next link is
// not followed: it lacks the context path, at the API gateway it names another
// host, and against the host alone it is not found
// (https://github.com/demisto/content/pull/36077).
package auditlog
