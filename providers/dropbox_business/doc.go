// Package dropboxbusiness reads the team event log of a Dropbox team.
//
// The feed: https://www.dropbox.com/developers/documentation/http/teams#team_log-get_events .
// The cursor of the last answer brings the events that follow, so it is durable;
// an end time would stop that.
package dropboxbusiness
