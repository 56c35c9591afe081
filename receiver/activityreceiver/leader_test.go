package activityreceiver

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
)

// elector has the method set of the collector's k8s_leader_elector, and calls the
// functions under a lock as that one does.
type elector struct {
	nothing
	mu      sync.Mutex
	leading bool
	start   func(context.Context)
	stop    func()
}

func (e *elector) SetCallBackFuncs(start func(context.Context), stop func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.start, e.stop = start, stop
	if e.leading {
		start(context.Background())
	}
}

func (e *elector) elect(leading bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.leading = leading
	if leading {
		e.start(context.Background())
	} else {
		e.stop()
	}
}

func TestOnlyTheLeaderReads(t *testing.T) {
	t.Parallel()
	v, next, e := newVendor(t), &collected{}, &elector{}
	host := hostWith(t, map[string]component.Component{"elector": e, "memory": &memoryStorage{memory: ledgertest.New()}})
	want := v.add("login")
	r := start(t, configFor(v, "storage: memory\nleader_elector: elector"), host, next)
	assert.Never(t, func() bool { return v.asked() > 0 }, 200*time.Millisecond, tick, "it does not lead")

	for range 3 {
		e.elect(true)
		e.elect(true) // a second call changes nothing
		require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
		e.elect(false)
		e.elect(false)
		asked := v.asked()
		want = append(want, v.add("login", "logout")...)
		assert.Never(t, func() bool { return v.asked() > asked }, 200*time.Millisecond, tick, "it has lost the lead")
	}
	e.elect(true)
	require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
	assert.Len(t, next.accepted(), len(want), "the next term goes on where the last one ended")

	require.NoError(t, r.Shutdown(t.Context()))
	asked := v.asked()
	e.elect(false)
	e.elect(true)
	assert.Never(t, func() bool { return v.asked() > asked }, 200*time.Millisecond, tick, "it is shut down")
}

func TestLeadsFromTheStart(t *testing.T) {
	t.Parallel()
	v, next := newVendor(t), &collected{}
	want := v.add("login")
	start(t, configFor(v, "leader_elector: elector"), hostWith(t, map[string]component.Component{"elector": &elector{leading: true}}), next)
	require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
}

func TestALostLeadDoesNotWaitForThePipeline(t *testing.T) {
	t.Parallel()
	v, entered, leave := newVendor(t), make(chan struct{}, 100), make(chan struct{})
	v.add("login")
	next := &collected{decide: func(plog.Logs) error {
		entered <- struct{}{}
		<-leave
		return nil
	}}
	e := &elector{}
	r := start(t, configFor(v, "leader_elector: elector"), hostWith(t, map[string]component.Component{"elector": e}), next)
	e.elect(true)
	<-entered
	began := time.Now()
	e.elect(false)
	assert.Less(t, time.Since(began), yieldTime+time.Second)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, r.Shutdown(ctx), context.DeadlineExceeded, "the pipeline still has a page")
	close(leave)
}

// TestALeadWonBackWaitsForTheLastPage: two engines must not share a ledger.
func TestALeadWonBackWaitsForTheLastPage(t *testing.T) {
	t.Parallel()
	v, entered, leave := newVendor(t), make(chan struct{}, 100), make(chan struct{})
	want := v.add("login")
	next := &collected{decide: func(plog.Logs) error {
		entered <- struct{}{}
		<-leave
		return nil
	}}
	e := &elector{}
	host := hostWith(t, map[string]component.Component{"elector": e, "memory": &memoryStorage{memory: ledgertest.New()}})
	start(t, configFor(v, "storage: memory\nleader_elector: elector"), host, next)
	e.elect(true)
	<-entered
	e.elect(false)
	e.elect(true)
	e.elect(false)
	e.elect(true)
	asked := v.asked()
	assert.Never(t, func() bool { return v.asked() > asked }, 200*time.Millisecond, tick, "the pipeline still has a page")
	close(leave)
	want = append(want, v.add("logout")...)
	require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
}

func TestFlappingUnderLoadLosesNothing(t *testing.T) {
	t.Parallel()
	v, next, e := newVendor(t), &collected{}, &elector{}
	host := hostWith(t, map[string]component.Component{"elector": e, "memory": &memoryStorage{memory: ledgertest.New()}})
	start(t, configFor(v, "storage: memory\nleader_elector: elector"), host, next)
	var want []string
	for range 30 {
		want = append(want, v.add("login", "logout", "create")...)
		e.elect(true)
		e.elect(false)
	}
	e.elect(true)
	require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
	assert.Len(t, next.accepted(), len(want), "a page that is accepted is committed before the lead is given up")
}
