// Package asana reads the audit log of an Asana organization.
//
// The feed: https://developers.asana.com/reference/getauditlogevents , its paging:
// https://developers.asana.com/docs/pagination . The offset is a stream cursor that
// later returns the events captured since; an end time would break that.
package asana
