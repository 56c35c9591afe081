// Package confluenceonprem reads the audit log of Confluence Data Center or
// Server: https://developer.atlassian.com/server/framework/atlassian-sdk/rest/api-group-events/
// (Confluence 7.5 and later), or the older interface, whose form is that of
// Confluence Cloud.
//
// The cursor of a page points backwards in time and is no position to continue
// from later, so windows are read. The vendor's next link is not followed: it has
// lost the window, and it names the base URL that the instance was given, which
// often cannot be reached.
package confluenceonprem
