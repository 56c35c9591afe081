package activityreceiver

import (
	"context"
	"sync"

	"github.com/otelactivity/otelactivity/internal/poll"
)

// slots hands the request slots of the present engine to the HTTP clients, which
// outlive engines: they hold tokens and what they learnt of the vendor's limits.
type slots struct {
	mu      sync.Mutex
	current *poll.Slots
	held    int // of current
	stale   int // of engines before it
}

// use makes s the slots that are handed out from now on.
func (s *slots) use(current *poll.Slots) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.held, s.stale = current, 0, s.stale+s.held
}

// Acquire implements vendorhttp.Slots.
func (s *slots) Acquire(ctx context.Context) error {
	s.mu.Lock()
	current := s.current
	s.mu.Unlock()
	if err := current.Acquire(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if current == s.current {
		s.held++
	} else {
		s.stale++
	}
	return nil
}

// Release implements vendorhttp.Slots. While slots of an earlier engine are out,
// the first ones that come back count as those: in the end all are where they
// belong.
func (s *slots) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stale > 0 {
		s.stale--
		return
	}
	s.held--
	s.current.Release()
}
