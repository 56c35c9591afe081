// Package teamwork reads the project activity feed of a Teamwork.com site: work on
// tasks, files, comments and projects. It is no security log: sign-ins and user
// administration are not in it.
//
// The feed, v3: https://apidocs.teamwork.com/docs/teamwork/v3/activity/get-projects-api-v3-latestactivity-json ;
// the older v1 form has no time filter and is walked from its head.
package teamwork
