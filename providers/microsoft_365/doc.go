// Package microsoft365 reads the unified audit log of a Microsoft 365 tenant over
// the Office 365 Management Activity API.
//
// The feed: https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-reference ,
// its records: https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-schema ,
// what they mean: https://learn.microsoft.com/en-us/purview/audit-log-activities .
//
// A content type must be subscribed to; then blobs of records can be listed by the
// time at which they became available, which is minutes to hours after the events,
// and fetched one by one for seven days. Each content type is a stream whose pages
// are lists and whose branches are blobs. A record may come twice, also in two blobs.
package microsoft365
