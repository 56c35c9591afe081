// Package sitelog reads the audit log of a Jira site, which all Jira products of
// the site write into:
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-audit-records/
//
// Newest rows come first, paged by offset, and no position survives a window: the
// bounds of a window are sent unchanged with each page, so that new rows do not
// shift the offsets. The total of an answer is not the count of the window
// (https://github.com/elastic/integrations/pull/18106), so it is never read.
package sitelog
