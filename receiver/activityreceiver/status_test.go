package activityreceiver

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"

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

func key(stream string) poll.Key {
	return poll.Key{Provider: "fake", Instance: "fake/eu", Stream: stream}
}

func TestStatusIsTheWorstOfTheStreams(t *testing.T) {
	host := &testHost{}
	s := newStatus(host, map[poll.Key]string{key("a"): "never said", key("b"): "the scope events:read"})
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
		"StatusRecoverableError: fake/eu a: retrying: HTTP 503; fake/eu b: parked: HTTP 403 (needs: the scope events:read)",
		"StatusRecoverableError: fake/eu a: retrying: HTTP 503",
		"StatusRecoverableError: fake/eu a: retrying: HTTP 503; fake/eu c: failed",
		"StatusRecoverableError: fake/eu c: failed",
		"StatusOK",
	}, host.statuses())
}

func TestStatusOfManyStreamsIsShort(t *testing.T) {
	host := &testHost{}
	s := newStatus(host, nil)
	for i := range 5000 {
		s.change(key(fmt.Sprintf("s%d", i)), poll.Retrying, errors.New("no network"))
	}
	got := host.statuses()
	assert.Len(t, got, mostNamed+1)
	assert.Equal(t, "StatusRecoverableError: more than 10 streams do not get on; the log names each", got[mostNamed])
}

func TestStatusAfterStopAndClear(t *testing.T) {
	host := &testHost{}
	s := newStatus(host, nil)
	s.change(key("a"), poll.Parked, nil)
	s.clear()
	assert.Equal(t, []string{"StatusRecoverableError: fake/eu a: parked", "StatusOK"}, host.statuses())
	s.stop()
	s.change(key("a"), poll.Parked, nil)
	s.clear()
	assert.Len(t, host.statuses(), 2, "nothing after stop")
}
