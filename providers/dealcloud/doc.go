// Package dealcloud reads the user activity of an Intapp DealCloud site: sign-ins,
// failures, exports, proxying, access to backups.
//
// The feed and its events: https://api.docs.dealcloud.com/docs/management/user_activity .
//
// It is asked by POST, by whole days, and its rows have neither an id nor a zone:
// ids are derived from five fields, times are read in the zone of the site.
package dealcloud
