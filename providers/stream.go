package providers

import (
	"context"
	"time"
)

// Resume tells how a stream is continued.
type Resume int

const (
	// ByWindow re-queries time ranges; the cursor lives inside one window only.
	ByWindow Resume = iota
	// ByCursor continues from the vendor's cursor, which survives hours and days.
	ByCursor
	// ByWalk reads a list without time filter from its head until known ground.
	ByWalk
)

// Order is the order of the events of one window or walk.
type Order int

// The orders.
const (
	Unordered Order = iota
	OldestFirst
	NewestFirst
)

// Bounds tells what the bounds of a window mean.
type Bounds int

const (
	// EventTime bounds compare with CreatedAt: the engine drops what is outside.
	EventTime Bounds = iota
	// IngestionTime bounds compare with a time that the event may not show, so
	// the engine delivers whatever comes.
	IngestionTime
)

// Traits is what a stream declares about itself. Durations of zero mean what the
// field says, never "unlimited by accident".
type Traits struct {
	Resume Resume
	Order  Order
	Bounds Bounds

	// PageSize is the default, MaxPageSize the vendor's maximum (0: the vendor has
	// no page size to set; a configured page_size is refused).
	PageSize, MaxPageSize int
	// MaxWindow is the longest range of one query; 0: no limit.
	MaxWindow time.Duration
	// Granularity is the unit of the query's bounds (1 s, 24 h). The engine rounds
	// Since down and Until up to it, in UTC, and cuts exactly on its own side.
	// 0 means a nanosecond.
	Granularity time.Duration
	// Edge widens every query on both sides before rounding, for vendors whose
	// bounds are exclusive, or of which nobody knows.
	Edge time.Duration
	// Retention is how far back the vendor keeps events; 0: not limited or unknown.
	Retention time.Duration
	// Lateness is how long after its time an event may first appear (the default
	// of the overlap key), MinLateness the least that a user may set.
	Lateness, MinLateness time.Duration
	// Lag is the newest span left out of every read, because it is still written.
	Lag time.Duration
	// Remember is how far apart, in the stream's own time, an event and its
	// repetition may lie, for vendors that repeat events outside the windows they
	// belong to. In a live stream an id is remembered so long after first sight.
	Remember time.Duration
	// Parallel is how many windows may be read at the same time (0 and 1: one).
	Parallel int
	// Branches is how many branches of one window may be read at the same time.
	Branches int
	// FixedBranches tells that a branch never changes once it is listed (a file, a
	// blob) and that every listing names it by the same cursor. A branch that was
	// read to its end is then not fetched again by later reads of its window.
	FixedBranches bool
	// MaxPages ends a window that goes on for longer; 0: the engine's own guard.
	MaxPages int
	// NumberRepeats makes the engine number events with equal derived IDs on one
	// page: the second gets "-2", the third "-3".
	NumberRepeats bool
	// Class is the request class of the stream's fetches (see Budget).
	Class string
}

// Stream is one ordered list of events that a vendor offers.
type Stream struct {
	// Name is the stream's name in configuration, telemetry and activity.stream.
	Name string
	// Default tells that the stream is read when the configuration names none.
	Default bool
	Traits

	// Grant says in one line what the account must be granted for this stream.
	Grant string
	// Reserved lists query keys that paging and windows need: remote_query may not
	// set them.
	Reserved []string
	// Fingerprint names what the vendor's cursor depends on (pushed filters). When
	// it changes, a stored cursor is dropped.
	Fingerprint string

	// Fetch reads one page: one request, or the fixed small chain that the vendor
	// needs. It never sleeps, retries, or keeps a position of its own.
	Fetch func(context.Context, Client, Query) (Page, error)
	// Decode turns one raw event into an Activity. It is pure and total: bad input
	// is an error value, never a panic, and what could be read is returned beside
	// the error. It leaves Raw and DecodeError to the engine.
	Decode func(Event) (Activity, error)
}

// Query says what to fetch.
type Query struct {
	// Since and Until are the window [Since, Until), already widened by Edge and
	// rounded outwards to Granularity, in UTC. Until is zero for streams ByCursor,
	// and both are zero for streams ByWalk unless the vendor can use them.
	Since, Until time.Time
	// Cursor is Page.Next of the page before (or a branch), empty for the first
	// page of a window or walk, and for a stream ByCursor that has none yet.
	Cursor string
	// PageSize is within 1..MaxPageSize, or 0 when the stream has none.
	PageSize int
	// Now is the time of the request. Providers do not read the clock.
	Now time.Time
}

// Event is one raw event of a page.
type Event struct {
	// Raw is the event's JSON exactly as received, normally a part of the body.
	Raw string
	// Side is what else of the page Decode needs (for example side-loaded users);
	// it is not part of the raw record.
	Side string
}

// Page is what one fetch brought.
type Page struct {
	Events []Event
	// Next is the cursor of the page after this one. For a stream ByCursor it is
	// durable: it is stored once the page is delivered, also when the page is
	// empty; an empty Next leaves the stored cursor as it is.
	Next string
	// More tells that a further page can be had now. False ends the window, walk,
	// branch or poll.
	More bool
	// Branches are further cursors to be read to their end as parts of this
	// window: the files of a list, the chains of a category. Order does not matter.
	Branches []string
	// Restart tells that the cursor must be dropped: the next poll begins with a
	// window from the newest delivered time minus lateness (streams ByCursor).
	Restart bool
	// Incomplete tells that the vendor itself calls the answer partial: events are
	// delivered, but the window counts as unread and is read again.
	Incomplete bool
	// Skipped reports what the vendor could not give, which is lost for good.
	Skipped []Skip
	// Filtered counts events of this page that the provider left out because its
	// own configuration says so (for example rows of another product). The engine
	// counts them as received and filtered.
	Filtered int
	// Warnings are logged, each text once per stream.
	Warnings []string
}

// Skip is a part of a window that the vendor can no longer deliver.
type Skip struct {
	Reason string // low cardinality, for the metric: "expired"
	Detail string // what exactly, for the log
	Count  int    // events or files; at least 1
}
