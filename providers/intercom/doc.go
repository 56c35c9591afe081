// Package intercom reads the teammate activity log of an Intercom workspace.
//
// The feed: https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins/listactivitylogs .
// It is listed newest first by page number, so every listing has a fixed upper
// bound, and nothing counts as read before the last page.
package intercom
