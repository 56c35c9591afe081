// Package browserstack reads the audit logs of a BrowserStack organization.
//
// The feed: https://www.browserstack.com/docs/enterprise/api-reference/audit-logs/overview ,
// its events: https://www.browserstack.com/docs/enterprise/audit-logs .
//
// The vendor publishes the names of the activities, but neither the request for the
// list nor the shape of its rows. Both come from descriptions by others, so every
// shape that was described is read, and the path is a configuration key.
package browserstack
