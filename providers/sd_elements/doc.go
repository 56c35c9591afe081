// Package sdelements reads the activities of an SD Elements instance.
//
// The feed and its events: https://docs.sdelements.com/release/latest/api/docs/activities .
//
// It is read by time windows, in whatever order the instance sorts. Times are sent
// with a Z always: without it the instance takes them as its local time.
package sdelements
