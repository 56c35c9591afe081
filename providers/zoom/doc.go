// Package zoom reads the sign-in report and the operation log of a Zoom account.
//
// The feeds: https://developers.zoom.us/docs/api/rest/reference/account/methods/#operation/reportSignInSignOutActivities
// and https://developers.zoom.us/docs/api/rest/reference/account/methods/#operation/reportOperationLogs .
//
// Both are asked by whole days, of which nobody says in which zone they are cut nor,
// for certain, whether the last one counts: every query is a day wider on both
// sides than the window that it reads. Records have no id: one is derived from all
// their fields, and equal records of one page are numbered.
package zoom
