package poll

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

// TestHealthIsTheWorstProblem lists what is told when problems come and go.
func TestHealthIsTheWorstProblem(t *testing.T) {
	down := &providers.Error{Class: providers.Transient, Status: 503}
	limit := &providers.Error{Class: providers.Throttled}
	denied := &providers.Error{Class: providers.Denied}
	full := errors.New("queue is full")
	disk := errors.New("no space left on device")
	type step struct {
		after time.Duration
		where source
		state State
		err   error
	}
	for name, row := range map[string]struct {
		steps []step
		want  []string
	}{
		"the pipeline behind a rate limit": {
			[]step{{0, liveReads, Throttled, limit}, {0, thePipeline, Retrying, full}, {0, thePipeline, Running, nil}, {0, liveReads, Running, nil}},
			[]string{"throttled", "retrying queue is full", "throttled", "running"},
		},
		"every state": {
			[]step{
				{0, theBacklog, Throttled, limit},
				{0, liveReads, Retrying, down},
				{0, theBacklog, Parked, denied},
				{0, liveReads, Failed, full},
				{0, thePipeline, Retrying, full},
				{0, liveReads, Running, nil},
				{0, theBacklog, Running, nil},
			},
			[]string{"throttled", "retrying", "parked", "failed queue is full", "parked", "retrying queue is full"},
		},
		"another reason in the same state": {
			[]step{{0, liveReads, Retrying, down}, {6 * time.Minute, theStorage, Retrying, disk}, {6 * time.Minute, theStorage, Running, nil}},
			[]string{"retrying", "retrying no space left on device", "retrying"},
		},
		"another reason is told late rather than often": {
			[]step{
				{0, liveReads, Retrying, down},
				{time.Minute, thePipeline, Retrying, full},
				{time.Minute, thePipeline, Running, nil},
				{time.Minute, thePipeline, Retrying, full},
				{time.Minute, thePipeline, Retrying, full},
				{time.Minute, thePipeline, Retrying, full},
			},
			[]string{"retrying", "retrying queue is full"},
		},
		"another word of the vendor": {
			[]step{
				{0, liveReads, Parked, &providers.Error{Class: providers.Denied, Code: "no_scope"}},
				{time.Hour, liveReads, Parked, &providers.Error{Class: providers.Denied, Code: "no_scope", Message: "request 5"}},
				{time.Hour, liveReads, Parked, &providers.Error{Class: providers.Denied, Code: "no_plan"}},
			},
			[]string{"parked", "parked"},
		},
		"the same reason of other reads": {
			[]step{{0, liveReads, Retrying, down}, {time.Hour, theBacklog, Retrying, down}, {time.Hour, liveReads, Running, nil}},
			[]string{"retrying"},
		},
		"a number that changes": {
			[]step{{0, thePipeline, Retrying, errors.New("try 1")}, {time.Hour, thePipeline, Retrying, errors.New("try 2")}},
			[]string{"retrying try 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told []string
				h := health{changed: func(s State, err error, first bool) {
					assert.Equal(t, len(told) == 0, first)
					text := [...]string{"running", "retrying", "throttled", "parked", "failed"}[s]
					if _, vendor := errors.AsType[*providers.Error](err); err != nil && !vendor {
						text += fmt.Sprint(" ", err)
					}
					told = append(told, text)
				}}
				for _, s := range row.steps {
					time.Sleep(s.after)
					h.set(s.where, s.state, s.err)
				}
				assert.Equal(t, row.want, told)
			})
		})
	}
}
