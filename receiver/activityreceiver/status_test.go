package activityreceiver

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/internal/poll"
)

// testHost has extensions and keeps the reported statuses.
type testHost struct {
	extensions map[component.ID]component.Component

	mu     sync.Mutex
	events []*componentstatus.Event
}

func (h *testHost) GetExtensions() map[component.ID]component.Component { return h.extensions }

func (h *testHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

// statuses are the reports so far as text.
func (h *testHost) statuses() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var texts []string
	for _, e := range h.events {
		text := e.Status().String()
		if e.Err() != nil {
			text += ": " + e.Err().Error()
		}
		texts = append(texts, text)
	}
	return texts
}

// streams are those that the last report names in its attributes.
func (h *testHost) streams() []any {
	h.mu.Lock()
	defer h.mu.Unlock()
	list, ok := h.events[len(h.events)-1].Attributes().Get("streams")
	if !ok {
		return nil
	}
	return list.Slice().AsRaw()
}

func key(stream string) poll.Key {
	return poll.Key{Provider: "fake", Instance: "fake/eu", Stream: stream}
}

func TestStatusIsTheWorstOfTheStreams(t *testing.T) {
	host := &testHost{}
	s := newStatus(host, map[poll.Key]string{key("a"): "never said", key("b"): "the scope events:read"}, false)
	denied := errors.New("HTTP 403")
	s.change(key("a"), poll.Running, nil)
	s.change(key("b"), poll.Throttled, errors.New("rate limit"))
	assert.Empty(t, host.statuses(), "nothing is wrong, nothing is reported")
	s.change(key("b"), poll.Parked, denied)
	s.change(key("b"), poll.Parked, denied)
	s.change(key("a"), poll.Retrying, errors.New("HTTP 503"))
	s.change(key("b"), poll.Running, nil)
	s.change(key("c"), poll.Failed, nil)
	s.change(key("a"), poll.Running, nil)
	s.change(key("c"), poll.Running, nil)
	assert.Equal(t, []string{
		"StatusRecoverableError: fake/eu b: parked: HTTP 403 (needs: the scope events:read)",
		"StatusRecoverableError: fake/eu b: parked: HTTP 403 (needs: the scope events:read); fake/eu a: retrying: HTTP 503",
		"StatusRecoverableError: fake/eu a: retrying: HTTP 503",
		"StatusRecoverableError: fake/eu c: failed; fake/eu a: retrying: HTTP 503",
		"StatusRecoverableError: fake/eu c: failed",
		"StatusOK",
	}, host.statuses())
}

func TestStatusOfManyStreamsIsShort(t *testing.T) {
	host := &testHost{}
	s := newStatus(host, nil, false)
	for i := range 5000 {
		s.change(key(fmt.Sprintf("s%d", i)), poll.Retrying, errors.New("no network"))
	}
	got := host.statuses()
	assert.Len(t, got, mostNamed+1)
	assert.Equal(t, "StatusRecoverableError: more than 10 streams do not get on; the log names each", got[mostNamed])

	s.change(key("s4444"), poll.Failed, errors.New("stuck cursor"))
	got = host.statuses()
	assert.Equal(t, "StatusRecoverableError: more than 10 streams do not get on; the log names each; fake/eu s4444: failed: stuck cursor", got[len(got)-1])
	assert.Equal(t, []any{
		map[string]any{"instance": "fake/eu", "stream": "s4444", "state": "failed", "reason": "stuck cursor"},
	}, host.streams())
	for i := range 50 {
		s.change(key(fmt.Sprintf("s%d", i)), poll.Failed, nil)
	}
	assert.Len(t, host.streams(), mostNamed)
}

func TestStatusNamesStreamsInAttributes(t *testing.T) {
	host := &testHost{}
	s := newStatus(host, map[poll.Key]string{key("a"): "never said", key("b"): "the scope events:read", key("c"): ""}, false)
	s.change(key("a"), poll.Retrying, errors.New("HTTP 503"))
	s.change(key("b"), poll.Parked, errors.New("HTTP 403"))
	s.change(key("c"), poll.Failed, errors.New("stuck cursor"))
	assert.Equal(t, []any{
		map[string]any{"instance": "fake/eu", "stream": "c", "state": "failed", "reason": "stuck cursor"},
		map[string]any{"instance": "fake/eu", "stream": "b", "state": "parked", "reason": "HTTP 403", "needs": "the scope events:read"},
		map[string]any{"instance": "fake/eu", "stream": "a", "state": "retrying", "reason": "HTTP 503"},
	}, host.streams())
	for _, name := range []string{"a", "b", "c"} {
		s.change(key(name), poll.Running, nil)
	}
	assert.Nil(t, host.streams(), "all is well")
}

// PermanentError cannot be taken back: it is said when only a restart helps, and
// nothing after it.
func TestStatusOfStreamsThatHaveFailed(t *testing.T) {
	unreadable, stuck := fmt.Errorf("open: %w", &ledger.CorruptError{}), errors.New("stuck cursor")
	for name, row := range map[string]struct {
		restartable bool
		a, b        error
		want        []componentstatus.Status
	}{
		"all, for good":         {false, unreadable, unreadable, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusPermanentError}},
		"all, one may go on":    {false, unreadable, stuck, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusRecoverableError, componentstatus.StatusOK}},
		"all, until the leader": {true, unreadable, unreadable, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusRecoverableError, componentstatus.StatusOK}},
	} {
		t.Run(name, func(t *testing.T) {
			host := &testHost{}
			s := newStatus(host, map[poll.Key]string{key("a"): "", key("b"): ""}, row.restartable)
			s.change(key("a"), poll.Failed, row.a)
			s.change(key("b"), poll.Failed, row.b)
			s.clear()
			var got []componentstatus.Status
			for _, e := range host.events {
				got = append(got, e.Status())
			}
			assert.Equal(t, row.want, got)
		})
	}
}

func TestStatusAfterStopAndClear(t *testing.T) {
	host := &testHost{}
	s := newStatus(host, nil, false)
	s.change(key("a"), poll.Parked, nil)
	s.clear()
	assert.Equal(t, []string{"StatusRecoverableError: fake/eu a: parked", "StatusOK"}, host.statuses())
	s.stop()
	s.change(key("a"), poll.Parked, nil)
	s.clear()
	assert.Len(t, host.statuses(), 2, "nothing after stop")
}
