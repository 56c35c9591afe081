package faultsim_test

import (
	"context"
	"slices"
	"sync"

	"github.com/otelactivity/otelactivity/providers"
)

// flight is the pages of one process that were fetched and neither committed nor
// given up: what bounds the collector's memory, whatever the backlog.
type flight struct {
	mu    sync.Mutex
	pages []*flying
}

type flying struct {
	stream string
	stop   func() bool
}

// watched is the fetch of a stream whose pages in flight are counted.
func (p *process) watched(s *shape) func(context.Context, providers.Client, providers.Query) (providers.Page, error) {
	return func(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
		page, err := s.fetch(ctx, c, q)
		if err == nil {
			// What a shutdown makes give up is seen to be given up only when its context ends.
			if n := p.flight.enter(ctx, s.name); n > p.run.places && p.stopping.Load() == 0 {
				p.run.fail("%d pages are in flight where %d may be", n, p.run.places)
			}
		}
		return page, err
	}
}

// enter counts a page until it is reported, or given up with its context.
func (f *flight) enter(ctx context.Context, stream string) int {
	page := &flying{stream: stream}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pages = append(f.pages, page)
	page.stop = context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.pages = slices.DeleteFunc(f.pages, func(other *flying) bool { return other == page })
	})
	return len(f.pages)
}

// leave takes out a page of a stream that is committed: which one makes no
// difference.
func (f *flight) leave(stream string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.pages, func(p *flying) bool { return p.stream == stream })
	if i >= 0 {
		f.pages[i].stop()
		f.pages = slices.Delete(f.pages, i, i+1)
	}
}
