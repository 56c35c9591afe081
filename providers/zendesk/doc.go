// Package zendesk reads the account audit log of a Zendesk account (not the audits
// of tickets, which are another API).
//
// The feed: https://developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs/ .
// It is read by windows with cursor paging, oldest first; a cursor is good for one
// window only.
package zendesk
