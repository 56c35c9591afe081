// Package merge reads the audit trail of a Merge organization.
//
// The feed and its events: https://docs.merge.dev/hris/audit-trail/ .
//
// The trail is the organization's, whatever category path it is asked by, so one
// category is read and no other. Sign-ins are not in it.
package merge
