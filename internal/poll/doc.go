// Package poll is the engine: the loop of one stream (plan, fetch, decode, filter,
// dedupe, deliver, commit) and the scheduler that shares request slots among all
// streams. It knows no vendor.
//
// # The rule
//
// A stream without a durable cursor (ByWindow, ByWalk) has one rule. When a window
// [a, b) has been read to its end by a read that began at T, then [a, min(b, T-L))
// is settled, L being the lateness. Nothing else settles, and whatever is not
// settled is read once more. Live polling, backfill, outages and late events are all
// that rule.
//
// It is applied several times, with growing delays d instead of L: a pass demands
// that every moment is read by a read that began at least d after it.
//
//	pass     delay                  read when so much is due
//	live     lag + 1..2 minutes     each poll interval; what an outage left, at once
//	early    15 minutes             half the delay   (only where L is 8 hours or more)
//	recheck  L/8                    half the delay
//	recheck  L/2                    half the delay
//	settle   L                      L/4, at most 6 hours
//
// No pass is read in pieces shorter than 4 poll intervals, rechecks are left out
// where L is at most 4 poll intervals or the pass before is nearly as late, and a
// gap that does not grow (a backfill, an outage, a window that failed) is due at
// once. Late events so come after at most one and a half times their lateness, most
// of them within minutes. One read serves all passes for which it is late enough.
//
// Cost in requests of one page each, beside the live reads of one a minute: 25 % at
// L = 5 minutes, 40 % at an hour, 16 % at a day. Where events fill pages, every
// event is fetched once for each pass and once more for the overlap of live reads.
//
// Windows are rounded outwards to the vendor's granularity before they are read, so
// that what the vendor sends anyway counts as read: a stream by whole days settles
// the day by its live reads, and reads yesterday a few times more. What is read
// again although it is settled is cut off by time, because its ids are forgotten.
//
// # Order of the work
//
// A live read takes the newest unread time, up to 15 minutes or 4 poll intervals of it
// and never more than the vendor's longest window; what it leaves is backlog. Backlog windows
// are read newest first, Traits.Parallel at a time, by goroutines that exist only
// meanwhile. With Parallel 1 a live read slips in between two pages of a backlog
// window: two windows are open then, but there is one request at a time. Windows
// begin with an hour and double while they take few pages, so that a break costs
// little and the ids of an unsettled window fit into memory. A window that the
// vendor finds too large, cannot finish, or does not answer for is halved; one of
// the smallest size that fails is tried again for ever with growing waits, while
// everything else goes on. Nothing is ever skipped but what lies beyond the vendor's
// retention, and that is told.
//
// Streams whose order is OldestFirst keep what a broken window has brought up to the
// time of the last event, as long as the order is seen to hold. A walk goes from the
// head of its list to the oldest moment that is due; NewestFirst lets it stop after
// a page that lies wholly before that, or, when times mean nothing (IngestionTime),
// after one that is known altogether, unless it has to look for late events.
//
// A stream ByCursor stores the cursor of each page. When the cursor is lost, or what
// it depends on has changed, the stream begins again at the newest event that was
// read minus L. Lag does not apply to it: a cursor cannot leave anything out.
//
// # Twice never
//
// Every delivered id is remembered (see package ledger) until no read can bring it
// again: what may bring it is settled (its time by EventTime, else the query that
// brought it, and Traits.Remember on both sides), and no read under way overlaps that.
// A stream ByCursor remembers what it would read again without its cursor. A walk by
// IngestionTime remembers what is on the list, and reads all of it once a day to learn
// what has left it. Events without time, or from the future, which a list or a feed may
// bring again at any time, are remembered as long as the vendor keeps them, the newest
// hundred thousand at most. So a stream remembers the ids of at most 1.4 L, and those of
// the window that it reads. Ids are taken from memory and storage together, page by page.
//
// The order of one page is: decode, cut by time, filter, drop what was seen,
// Sink.Deliver, one storage batch with the position and the ids, next page. One page
// of a stream goes through at a time; fetching and decoding run ahead. A crash
// between Deliver and the batch repeats that page, with equal uids. A position that
// got better without any new id is written every five minutes only: a crash makes
// the stream read that much again. Filtered events are not remembered, so that a
// changed filter applies to all that is not settled yet.
//
// # Failures
//
// Fetch errors by class: see providers.Class. A page is tried again for five minutes
// with backoff, then its window gives way to others. A page that the pipeline or the
// storage does not take is tried again for ever, without a refetch, while the stream
// stands still; the page keeps its place in flight, so that memory stays flat
// whatever the backlog. A vendor that leads a chain of pages in a circle, repeats a
// page or never ends without new events is found out (guard): the stream has failed,
// and tries again slowly. Streams whose vendor does not answer have no priority, and
// half of the requests at most, so that hundreds of them do not hold up the others.
// An event that cannot be decoded, or whose decoder panics, is delivered raw.
//
// # Time
//
// The clock of this machine is compared with the vendor's times: an error of less
// than L is harmless, or of a quarter of it where a cursor is lost soon after. Ranges
// that lie in the future, because the clock was ahead, are taken back when it is set
// right.
package poll
