package poll

import (
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

// Settings are what an engine needs. Only Sink is required.
type Settings struct {
	Sink     Sink
	Observer Observer       // nil: nobody
	Storage  storage.Client // nil: positions are kept in memory only
	Logger   *zap.Logger    // nil: no logs
	// Streams are polled from Start on; Add adds to them.
	Streams []*Stream

	// MaxConcurrentRequests is the number of Slots; 0: 16.
	MaxConcurrentRequests int
	// MaxPagesInFlight and MaxBytesInFlight bound the pages that are fetched and not
	// yet committed, over all streams; 0: twice the requests, and 256 MiB. The size
	// of a page is estimated by the one before it of the same stream, so that a
	// page that is larger may go beyond the bound once.
	MaxPagesInFlight int
	MaxBytesInFlight int64

	// Seed makes all jitter reproducible; 0: a random seed.
	Seed uint64

	// StopPause is for tests: how long Shutdown lets pass between the end of deliveries
	// and that of everything else, which is a moment otherwise.
	StopPause time.Duration
	// Faults are for tests of tests only.
	Faults PlantedFaults
}

// PlantedFaults switch on mistakes that the engine must not make, so that a fault
// simulator can prove that it finds them. They are never set outside of tests.
type PlantedFaults struct {
	CommitBeforeConsume bool // the ledger is written before the page is delivered
	NoOverlap           bool // no moment is read twice: late events are lost
	CursorFromClock     bool // what was read is derived from the clock, not from the read
	SeenNotPersisted    bool // ids seen are not written to storage
	EdgeOffByOne        bool // events at the very start of a window are cut off
	EarlyWatermark      bool // a window counts as read after its first page
	SettleUnread        bool // a window that broke off counts as read
	ForgetEarly         bool // ids are forgotten before their time is settled
	ForgetUnderRead     bool // ids are forgotten while a read under way may bring them again
	ForgetUndated       bool // ids of events without time are forgotten like those of others
	LateCommit          bool // an engine that was given up still writes the ledger
	WriteAbandoned      bool // ids of a page that Shutdown made give up are written by others
	DropRest            bool // what the pipeline wants again is not tried again
	PartialIsWhole      bool // an answer that the vendor calls partial counts as whole
	PartialMoves        bool // such an answer moves the place where a lost cursor begins again
	ShallowWalk         bool // a walk never goes beyond known ground
	Boundless           bool // pages in flight are not bounded
}

const (
	defaultRequests = 16
	defaultBytes    = 256 << 20
)

func (s Settings) withDefaults() Settings {
	if s.Observer == nil {
		s.Observer = nobody{}
	}
	if s.Logger == nil {
		s.Logger = zap.NewNop()
	}
	if s.MaxConcurrentRequests <= 0 {
		s.MaxConcurrentRequests = defaultRequests
	}
	if s.MaxPagesInFlight <= 0 {
		s.MaxPagesInFlight = 2 * s.MaxConcurrentRequests
	}
	if s.MaxBytesInFlight <= 0 {
		s.MaxBytesInFlight = defaultBytes
	}
	return s
}

type nobody struct{}

func (nobody) Page(Key, Report)         {}
func (nobody) Covered(Key, Coverage)    {}
func (nobody) State(Key, State, error)  {}
func (nobody) Skipped(Key, string, int) {}
