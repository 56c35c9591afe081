package activityreceiver

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/pdata/pcommon"

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
	// streams is how many must have ended for the component to be beyond help; 0: it
	// never is.
	streams int

	mu       sync.Mutex
	stopped  bool
	troubled map[poll.Key]trouble // streams that do not get on
	reported string               // the text of the last report; "" is fine
}

// trouble is why a stream does not get on.
type trouble struct {
	key    poll.Key
	state  poll.State
	reason string
	needs  string
	ended  bool // nothing but a restart helps
}

// newStatus: streams that read again without a restart, as another replica may make
// them, are never beyond help.
func newStatus(host component.Host, grants map[poll.Key]string, restartable bool) *status {
	s := &status{host: host, grants: grants, troubled: map[poll.Key]trouble{}}
	if !restartable {
		s.streams = len(grants)
	}
	return s
}

// change is told about every change of a stream's state, or of the reason for it.
func (s *status) change(key poll.Key, state poll.State, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case poll.Running, poll.Throttled: // a rate limit is everyday life
		delete(s.troubled, key)
	default:
		t := trouble{key: key, state: state, ended: state == poll.Failed && poll.Ended(err)}
		if err != nil {
			t.reason = err.Error()
		}
		if state == poll.Parked {
			t.needs = s.grants[key]
		}
		s.troubled[key] = t
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

// report reports what has changed. PermanentError is the last word: the collector
// takes nothing else after it, so that it is kept for what only a restart ends.
func (s *status) report() {
	named, text := s.named()
	if s.stopped || text == s.reported {
		return
	}
	s.reported = text
	if text == "" {
		componentstatus.ReportStatus(s.host, componentstatus.NewEvent(componentstatus.StatusOK))
		return
	}
	worst := componentstatus.StatusRecoverableError
	if s.beyondHelp() {
		worst, s.stopped = componentstatus.StatusPermanentError, true
	}
	componentstatus.ReportStatus(s.host, componentstatus.NewEvent(worst,
		componentstatus.WithError(errors.New(text)), componentstatus.WithAttributes(attributesOf(named))))
}

// beyondHelp reports whether no stream reads, or will.
func (s *status) beyondHelp() bool {
	ended := 0
	for _, t := range s.troubled {
		if t.ended {
			ended++
		}
	}
	return s.streams > 0 && ended == s.streams
}

// named returns the streams that a status names, the worst first, and its text. Of many
// only those that have failed are named: the others come and go, and each of them would
// be a report.
func (s *status) named() (list []trouble, text string) {
	var lines []string
	many := len(s.troubled) > mostNamed
	for _, t := range s.troubled {
		if !many || t.state == poll.Failed {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b trouble) int {
		return cmp.Or(cmp.Compare(b.state, a.state), cmp.Compare(a.key.Instance, b.key.Instance), cmp.Compare(a.key.Stream, b.key.Stream))
	})
	list = list[:min(len(list), mostNamed)]
	if many {
		lines = append(lines, fmt.Sprintf("more than %d streams do not get on; the log names each", mostNamed))
	}
	for _, t := range list {
		lines = append(lines, t.String())
	}
	return list, strings.Join(lines, "; ")
}

// String is the trouble in the text of a status.
func (t trouble) String() string {
	text := t.key.Instance + " " + t.key.Stream + ": " + stateName(t.state)
	if t.reason != "" {
		text += ": " + t.reason
	}
	if t.needs != "" {
		text += " (needs: " + t.needs + ")"
	}
	return text
}

// attributesOf lists streams under "streams": instance, stream, state, reason, needs.
func attributesOf(named []trouble) pcommon.Map {
	m := pcommon.NewMap()
	list := m.PutEmptySlice("streams")
	for _, t := range named {
		stream := list.AppendEmpty().SetEmptyMap()
		for _, a := range [][2]string{
			{"instance", t.key.Instance}, {"stream", t.key.Stream}, {"state", stateName(t.state)}, {"reason", t.reason}, {"needs", t.needs},
		} {
			if a[1] != "" {
				stream.PutStr(a[0], a[1])
			}
		}
	}
	return m
}

// stateName is a state in telemetry and status texts.
func stateName(s poll.State) string {
	return [...]string{"running", "retrying", "throttled", "parked", "failed"}[s]
}
