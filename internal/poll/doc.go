// Package poll is the engine: the loop of one stream (plan, fetch, decode, filter,
// dedupe, deliver, commit) and the scheduler that shares request slots among all
// streams.
package poll
