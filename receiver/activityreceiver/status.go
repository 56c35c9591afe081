package activityreceiver

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"

	"github.com/otelactivity/otelactivity/internal/poll"
)

// mostNamed is how many streams a status names; with more it says so and leaves
// the names to the log.
const mostNamed = 10

// status tells the collector the worst condition of all streams, on changes only.
// The engine logs each change of a stream.
type status struct {
	host   component.Host
	grants map[poll.Key]string // what a stream needs; read only

	mu       sync.Mutex
	stopped  bool
	troubled map[poll.Key]string // streams that do not get on, and why
	reported string              // the text of the last report; "" is fine
}

func newStatus(host component.Host, grants map[poll.Key]string) *status {
	return &status{host: host, grants: grants, troubled: map[poll.Key]string{}}
}

// change is told about every change of a stream's state.
func (s *status) change(key poll.Key, state poll.State, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case poll.Running, poll.Throttled: // a rate limit is everyday life
		delete(s.troubled, key)
	default:
		s.troubled[key] = key.Instance + " " + key.Stream + ": " + s.reason(key, state, err)
	}
	s.report()
}

// stop ends reporting: nothing may be reported once Shutdown has returned.
func (s *status) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
}

// clear forgets all trouble: a replica that does not lead has none.
func (s *status) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.troubled)
	s.report()
}

func (s *status) report() {
	text := s.text()
	if s.stopped || text == s.reported {
		return
	}
	s.reported = text
	event := componentstatus.NewEvent(componentstatus.StatusOK)
	if text != "" {
		event = componentstatus.NewRecoverableErrorEvent(errors.New(text))
	}
	componentstatus.ReportStatus(s.host, event)
}

func (s *status) text() string {
	if len(s.troubled) > mostNamed {
		return fmt.Sprintf("more than %d streams do not get on; the log names each", mostNamed)
	}
	lines := make([]string, 0, len(s.troubled))
	for _, line := range s.troubled {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

func (s *status) reason(key poll.Key, state poll.State, err error) string {
	text := stateName(state)
	if err != nil {
		text += ": " + err.Error()
	}
	if grant := s.grants[key]; grant != "" && state == poll.Parked {
		text += " (needs: " + grant + ")"
	}
	return text
}

// stateName is a state in telemetry and status texts.
func stateName(s poll.State) string {
	return [...]string{"running", "retrying", "throttled", "parked", "failed"}[s]
}
