// Package airtable reads the audit log of an Airtable enterprise account.
//
// The feed: https://airtable.com/developers/web/api/audit-log-events . Without an
// end time and in ascending order it is a stream: every answer, an empty one too,
// carries a token that later returns the events that followed.
package airtable
