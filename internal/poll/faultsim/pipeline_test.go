package faultsim_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/internal/poll"
)

// moods is how the pipeline takes batches: the share of each reaction.
type moods struct {
	busy      float64       // refused, nothing accepted
	part      float64       // a part accepted, the rest to be tried again
	never     float64       // some, or all, refused for good
	forgetful float64       // accepted, and the answer is lost
	slow      time.Duration // at most
}

// arrival is what the pipeline knows about one uid.
type arrival struct {
	stream, key, raw string
	count            int // how often it was accepted
	allowed          int // how often it may come again: accepted, and no commit told so
	refused          bool
	first            time.Time // when it was accepted or refused first
	order            int       // its number in the order of first acceptance
}

// pipeline is what comes behind the receiver. It outlives the process.
type pipeline struct {
	run      *run
	attempts counts

	mu       sync.Mutex
	moods    moods
	got      map[string]*arrival        // by uid
	flight   map[string]map[string]bool // by stream, uids accepted since the last commit
	told     map[string]map[string]bool // by stream, what the engine knows since its last report: accepted or not
	accepted int
}

func newPipeline(r *run) *pipeline {
	return &pipeline{run: r, got: map[string]*arrival{}, flight: map[string]map[string]bool{}, told: map[string]map[string]bool{}}
}

var (
	errBusy      = errors.New("queue is full")
	errForgotten = errors.New("connection lost")
	errKilled    = errors.New("the process was killed")
)

// deliver is the Sink of one process.
func (s *pipeline) deliver(ctx context.Context, p *process, b *poll.Batch) error {
	stream := b.Stream.Key.Stream
	s.check(p, b)
	what := stream + b.UIDs[0] + strconv.Itoa(len(b.UIDs))
	rnd := s.run.chance.of("pipeline "+what, s.attempts.next(what))
	s.mu.Lock()
	m := s.moods
	s.mu.Unlock()
	if p.dies(beforeDelivery) {
		return p.hang(ctx)
	}
	p.mayEnd(inDelivery)
	pause := between(rnd, time.Millisecond, 20*time.Millisecond)
	if m.slow > 0 && share(rnd, 0.2) {
		pause = upTo(rnd, m.slow)
		s.run.hit("pipeline slow")
	}
	deaf := share(rnd, 0.5) // some pipelines do not look at their context
	if !wait(ctx, pause, deaf) {
		s.run.hit("shutdown deadline in mid-page")
		return ctx.Err()
	}
	if p.stopping.Load() != 0 {
		s.run.hit("shutdown in mid-page")
	}
	if p.isDead() {
		return errKilled
	}
	err := s.take(rnd, m, p, b)
	s.run.trace.add("pipeline %s takes %d: %v", stream, len(b.UIDs), err)
	if p.dies(afterDelivery) {
		return p.hang(ctx)
	}
	return err
}

// wait reports false when ctx ended first. The deaf wait on.
func wait(ctx context.Context, d time.Duration, deaf bool) bool {
	if deaf {
		ctx = context.Background()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// check looks at what is wrong with a batch whatever happens to it.
func (s *pipeline) check(p *process, b *poll.Batch) {
	r := s.run
	if len(b.UIDs) == 0 || len(b.UIDs) != len(b.Activities) {
		r.fail("a batch of %d activities and %d uids", len(b.Activities), len(b.UIDs))
	}
	if sorted := slices.Sorted(slices.Values(b.UIDs)); len(slices.Compact(sorted)) != len(b.UIDs) {
		r.fail("a uid comes twice in one batch of %s", b.Stream.Key.Stream)
	}
	if stopping := p.stopping.Load(); stopping != 0 && time.Now().UnixNano() > stopping {
		r.fail("delivery after shutdown has begun")
	}
}

// take accepts what the mood lets it.
func (s *pipeline) take(rnd *rand.Rand, m moods, p *process, b *poll.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	stream := b.Stream.Key.Stream
	if p.givenUp.Load() { // nobody commits this: its successor sends it again, or has
		for i := range b.UIDs {
			a := s.arrived(stream, b, i)
			a.count, a.allowed, s.accepted = a.count+1, a.allowed+1, s.accepted+1
		}
		return nil
	}
	var rest, gone []int
	mood := rnd.Float64()
	switch {
	case mood < m.busy:
		s.run.hit("pipeline busy")
		return errBusy
	case mood < m.busy+m.forgetful:
		s.run.hit("pipeline took it, answer lost")
		for i := range b.UIDs {
			s.accept(stream, b, i)
			s.got[b.UIDs[i]].allowed++
		}
		return errForgotten
	case mood < m.busy+m.forgetful+m.part+m.never:
		for i := range b.UIDs {
			switch part := rnd.IntN(3); {
			case part == 0 && mood < m.busy+m.forgetful+m.part:
				rest = append(rest, i)
			case part == 1 && mood >= m.busy+m.forgetful+m.part/2:
				gone = append(gone, i)
			}
		}
	}
	for i := range b.UIDs {
		switch {
		case slices.Contains(rest, i):
		case slices.Contains(gone, i):
			s.arrived(stream, b, i).refused = true
			s.tell(stream, b.UIDs[i], false)
		default:
			s.accept(stream, b, i)
			s.tell(stream, b.UIDs[i], true)
		}
	}
	switch {
	case len(rest)+len(gone) == 0:
		return nil
	case len(gone) == 0:
		s.run.hit("pipeline took a part")
	case len(rest) == 0:
		s.run.hit("pipeline refused for good")
	default:
		s.run.hit("pipeline took a part, refused a part for good")
	}
	return &poll.Refusal{Rest: rest, Dropped: len(gone), Err: errors.New("not all of it")}
}

func (s *pipeline) accept(stream string, b *poll.Batch, i int) {
	a := s.arrived(stream, b, i)
	a.count++
	s.accepted++
	if s.flight[stream] == nil {
		s.flight[stream] = map[string]bool{}
	}
	s.flight[stream][b.UIDs[i]] = true
	if n, most := len(s.flight[stream]), s.run.page(stream); n > most {
		s.run.fail("%s: %d events are accepted and not committed, a page has %d", stream, n, most)
	}
}

func (s *pipeline) tell(stream, uid string, accepted bool) {
	if s.told[stream] == nil {
		s.told[stream] = map[string]bool{}
	}
	s.told[stream][uid] = accepted
}

// arrived returns what is known about an activity, which must be what was known.
func (s *pipeline) arrived(stream string, b *poll.Batch, i int) *arrival {
	uid, activity := b.UIDs[i], &b.Activities[i]
	a := s.got[uid]
	if a == nil {
		a = &arrival{stream: stream, key: activity.Entity.Name, raw: activity.Raw, first: time.Now(), order: len(s.got)}
		s.got[uid] = a
	}
	if a.stream != stream || a.key != activity.Entity.Name {
		s.run.fail("uid %s is that of %s %s and of %s %s", uid, a.stream, a.key, stream, activity.Entity.Name)
	}
	return a
}

// committed notes that a commit of the stream is on disk.
func (s *pipeline) committed(stream string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.flight[stream])
}

// reported compares a report with what the engine was told since the one before.
func (s *pipeline) reported(stream string, report *poll.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	accepted, dropped := 0, 0
	for _, ok := range s.told[stream] {
		if ok {
			accepted++
		} else {
			dropped++
		}
	}
	clear(s.told[stream])
	if report.Delivered != accepted || report.Dropped != dropped {
		s.run.fail("%s reports %d delivered and %d dropped where the pipeline took %d and refused %d",
			stream, report.Delivered, report.Dropped, accepted, dropped)
	}
}

// ended notes that the process is gone: what was in flight may come again.
func (s *pipeline) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, uids := range s.flight {
		for uid := range uids {
			s.got[uid].allowed++
		}
	}
	s.flight, s.told = map[string]map[string]bool{}, map[string]map[string]bool{}
}

// setMoods changes how batches are taken from now on.
func (s *pipeline) setMoods(m moods) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moods = m
}

// number returns how many uids arrived so far.
func (s *pipeline) number() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.got)
}
