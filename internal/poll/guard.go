package poll

import (
	"errors"
	"fmt"
	"hash/maphash"

	"github.com/otelactivity/otelactivity/providers"
)

// errIncomplete ends a window that the vendor itself calls partial.
var errIncomplete = errors.New("the vendor calls its answer partial: the window is read again")

// stuckError ends a chain of pages that does not come forward.
type stuckError struct {
	reason string
	pages  int
}

// Error says what the vendor does.
func (e *stuckError) Error() string {
	return fmt.Sprintf("stuck cursor: %s (page %d)", e.reason, e.pages)
}

const (
	mostSame = 10     // pages in a row with the same events
	mostIdle = 20_000 // pages in a row without a new event
)

// guard watches a chain of pages for a vendor that leads it in a circle. It finds
// cycles of cursors of any length by Brent's algorithm, in the memory of one cursor.
type guard struct {
	seed  maphash.Seed
	pages int
	// mark is the cursor that the following ones are compared with until turn.
	mark       uint64
	turn       int
	idle, same int
	content    uint64
}

func newGuard(l *loop) guard { return guard{seed: l.seed, turn: 1} }

// check is told of each page after which another one is to be fetched: the cursor
// that was sent for it, and how many of its events were new.
func (g *guard) check(sent string, p *providers.Page, fresh int) error {
	g.pages++
	if p.Next == sent {
		return &stuckError{"the vendor says that there is more and returns the cursor that was sent", g.pages}
	}
	cursor := maphash.String(g.seed, p.Next)
	if g.pages > 1 && cursor == g.mark {
		return &stuckError{"the vendor returns a cursor that it has returned before", g.pages}
	}
	if g.pages == g.turn {
		g.mark, g.turn = cursor, 2*g.turn
	}
	if fresh > 0 {
		g.idle, g.same = 0, 0
		return nil
	}
	if g.repeats(p.Events) {
		return &stuckError{"the vendor returns the same events for different cursors", g.pages}
	}
	if g.idle++; g.idle >= mostIdle {
		return &stuckError{"the vendor returns pages without end and without new events", g.pages}
	}
	return nil
}

// repeats reports whether the same events came too often in a row.
func (g *guard) repeats(events []providers.Event) bool {
	var h maphash.Hash
	h.SetSeed(g.seed)
	for i := range events {
		_, _ = h.WriteString(events[i].Raw)
		_ = h.WriteByte(0)
	}
	content := h.Sum64()
	if len(events) == 0 || content != g.content {
		g.content, g.same = content, 0
		return false
	}
	g.same++
	return g.same >= mostSame
}
