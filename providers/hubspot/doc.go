// Package hubspot reads the account activity of a HubSpot account: sign-ins,
// security activity and, on Enterprise, the audit log.
//
// The feeds: https://developers.hubspot.com/docs/api-reference/account-activity-v3/guide .
// Sign-ins have no time filter at all and are walked; the other two are read by
// windows. The three feeds number their rows independently.
package hubspot
