package poll

import (
	"context"
	"time"
)

// turn is had by one goroutine of a stream at a time, in the order in which they ask.
type turn struct {
	token  chan struct{} // there while nobody has the turn
	waited bool          // whoever has it had to wait
	pace   *jitter
}

func newTurn(pace *jitter) *turn {
	t := &turn{token: make(chan struct{}, 1), pace: pace}
	t.token <- struct{}{}
	return t
}

// take waits for the turn. It returns the context's error when that ends first.
func (t *turn) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-t.token:
		t.waited = false
		return nil
	default:
	}
	asked := time.Now()
	select {
	case <-t.token:
		// Who waits for a turn that ends at this very moment may as well have found it
		// free: only time that passed tells them apart for certain.
		t.waited = time.Now().After(asked)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// longestPace is how long those who had to wait are held up after their turn.
const longestPace = 50 * time.Microsecond

// give hands the turn on. Turns that take no time all end at the same moment, and the
// scheduler would decide whose request is next. So those who waited pause, by a jitter
// that is drawn while they have the turn: the same seed gives the same order.
func (t *turn) give() {
	var pause time.Duration
	if t.waited {
		pause = t.pace.below(longestPace)
	}
	t.token <- struct{}{}
	time.Sleep(pause)
}
