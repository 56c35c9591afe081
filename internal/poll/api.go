package poll

import (
	"context"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// Key names one stream of one instance, in telemetry, logs and state.
type Key struct {
	Provider string // vendor key: okta
	Instance string // as configured: okta/eu
	Stream   string // system
}

// Client is what the engine needs of an instance's HTTP client beyond the
// provider's view of it.
type Client interface {
	providers.Client
	// Ready blocks until the budget of a request class has room and is not blocked.
	// Live callers go before the others. It returns early with the context's error.
	Ready(ctx context.Context, class string, live bool) error
	// Clean returns err without credentials: an answer may quote those of its request,
	// and a provider's error the answer.
	Clean(err error) error
}

// Stream is one configured stream with everything that its loop needs.
type Stream struct {
	Key     Key
	Source  *providers.Source
	Stream  providers.Stream
	Client  Client
	Filter  providers.Filter // checked on every activity
	Exclude []string         // JSON paths removed from the raw record, Source.Redact included

	PollInterval    time.Duration
	InitialLookback time.Duration
	Lateness        time.Duration // configured overlap, else the stream's own
	PageSize        int
	// Fingerprint names what the stored position depends on: filters, remote query.
	Fingerprint string
}

// Batch is one page on its way to the pipeline. Activities and UIDs have equal
// length. A batch is immutable: a retry passes the same one.
type Batch struct {
	Stream     *Stream
	Observed   time.Time
	Activities []providers.Activity
	UIDs       []string // log.record.uid
}

// Sink takes batches to the pipeline.
type Sink interface {
	// Deliver returns nil once the pipeline has accepted the batch, *Refusal for
	// what it will never accept or has not accepted yet, and any other error when
	// nothing was accepted and the same batch is to be tried again.
	Deliver(context.Context, *Batch) error
}

// Refusal is a Deliver error about a part of a batch. Rest lists the indices of
// Batch.Activities to try again (nil: none); whatever is neither in Rest nor
// Dropped was accepted.
type Refusal struct {
	Rest    []int
	Dropped int // refused for good: counted, never tried again
	Err     error
}

// Error returns the pipeline's error.
func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap returns the pipeline's error.
func (r *Refusal) Unwrap() error { return r.Err }

// State is the condition of a stream.
type State int

// The states. Parked streams are probed slowly; the others go on by themselves.
const (
	Running State = iota
	Retrying
	Throttled
	Parked
	Failed // unreadable state, stuck cursor (which is tried again): needs a person
)

// Report is what one committed page did. Received = Delivered + Filtered +
// Outside + Duplicates + Dropped holds for every report.
type Report struct {
	Received   int
	Delivered  int
	Filtered   int // by the unified filters
	Outside    int // outside the window asked for
	Duplicates int
	Dropped    int // refused for good by the pipeline
	// Late counts the delivered ones that an earlier read should have brought: their
	// created_at lies in time that a live read had covered (everything older than its
	// begin minus the overlap of live reads), or, for a stream by cursor, before the
	// last poll that came to an end. A backfill is not late.
	Late        int
	Undecodable int // of the received ones: delivered raw with a marker
	Bytes       int // of raw records received
	Fetch       time.Duration
	Deliver     time.Duration
	// Delays holds first sight minus created_at of the delivered activities of which that
	// says how late the vendor shows them: those that were read no later than a stream that
	// is up to date reads their time, live or again. It leaves out a backfill, and what an
	// outage or slow reading has delayed, whether of new time or Late; of a stream by
	// cursor, or whose windows are no time of events, the whole page where the poll was
	// behind. An event that appears between two reads of its time counts with the second
	// one, so that each delay is an upper bound. The slice is used again once the observer
	// has returned.
	Delays []time.Duration
}

// Coverage tells how far a stream is. See At for the time until the next one comes.
type Coverage struct {
	Newest    time.Time     // created_at of the newest delivered activity; zero: none yet
	Gap       time.Duration // sum of the unsettled ranges older than lateness
	OldestGap time.Time     // start of the oldest of them; zero: none
	Settled   float64       // share of [start, now - lateness) that is settled, 0..1
	Seen      int           // ids remembered

	// Start is the first moment wanted, End the moment after the last one; zero: none.
	Start, End time.Time
	// Until is the moment up to which Gap counts: whatever lies behind it is not settled,
	// and joins the gap once it is older than Lateness.
	Until    time.Time
	Lateness time.Duration
}

// Observer is told what happens. Methods are called from many goroutines and must
// be quick.
type Observer interface {
	Page(Key, Report)
	Covered(Key, Coverage)
	// State is called on every change of the worst problem, also when only its reason
	// has changed (at most every five minutes); err says why.
	State(Key, State, error)
	// Skipped is called for what the vendor can no longer deliver: files
	// (providers.Skip), or the range [from, to) beyond its retention.
	Skipped(key Key, reason string, count int)
}
