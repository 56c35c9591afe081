package poll_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// blobs is a vendor that lists files by the time they became available. Each file
// has two pages of one event each, much older than the file.
type blobs struct {
	mu      sync.Mutex
	listed  []time.Time
	fetched map[string]int
	fail    func(cursor string) error
	inside  atomic32
	most    atomic32
}

func (v *blobs) add(at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.listed = append(v.listed, at)
}

func (v *blobs) fetch(_ context.Context, _ providers.Client, q providers.Query) (providers.Page, error) {
	v.most.max(v.inside.add(1))
	defer v.inside.add(-1)
	time.Sleep(50 * time.Millisecond)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fail != nil {
		if err := v.fail(q.Cursor); err != nil {
			return providers.Page{}, err
		}
	}
	if blob, ok := strings.CutPrefix(q.Cursor, "blob "); ok {
		return v.blob(blob), nil
	}
	offset, _ := strconv.Atoi(q.Cursor)
	var p providers.Page
	n := 0
	for i, at := range v.listed {
		if at.After(q.Now) || at.Before(q.Since) || !at.Before(q.Until) {
			continue
		}
		if n++; n > offset && n <= offset+3 {
			p.Branches = append(p.Branches, fmt.Sprintf("blob %d 1", i))
		}
		p.More = n > offset+3
	}
	p.Next = strconv.Itoa(offset + 3)
	return p, nil
}

func (v *blobs) blob(cursor string) providers.Page {
	if v.fetched == nil {
		v.fetched = map[string]int{}
	}
	v.fetched[cursor]++
	name, part, _ := strings.Cut(cursor, " ")
	i, _ := strconv.Atoi(name)
	raw, _ := json.Marshal(event{ID: name + "." + part, At: v.listed[i].Add(-7 * time.Hour)})
	return providers.Page{Events: []providers.Event{{Raw: string(raw)}}, Next: "blob " + name + " 2", More: part == "1"}
}

func branched(t *testing.T, traits providers.Traits) (*world, *blobs) {
	traits.Resume, traits.Bounds, traits.Lateness = providers.ByWindow, providers.IngestionTime, time.Hour
	w := newWorld(t, traits)
	v := &blobs{}
	w.stream.Stream.Fetch = v.fetch
	return w, v
}

func TestBranchesOfAWindow(t *testing.T) {
	for name, traits := range map[string]providers.Traits{
		"one by one":        {},
		"four at once":      {Branches: 4},
		"two windows":       {Branches: 3, Parallel: 2},
		"with edges":        {Branches: 2, Edge: time.Minute, Granularity: time.Minute},
		"that never change": {Branches: 4, FixedBranches: true, Edge: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, v := branched(t, traits)
				n := 0
				v.fail = func(string) error {
					if n++; n < 400 && n%29 == 0 {
						return errors.New("time-out")
					}
					return nil
				}
				var ids []string
				for i := range 100 {
					v.add(time.Now().Add(time.Duration(i-30) * 90 * time.Second))
					ids = append(ids, fmt.Sprint(i, ".1"), fmt.Sprint(i, ".2"))
				}
				w.start()
				run(30 * time.Minute)
				w.kill()
				w.start()
				run(5 * time.Hour)
				w.stop()
				w.exactlyOnce(ids...)
				assert.Zero(t, w.seen.sum().Outside, "windows of availability cut nothing")
				most := max(1, traits.Branches) * max(1, traits.Parallel)
				assert.LessOrEqual(t, int(v.most.Load()), most+max(1, traits.Branches), "with those of the live read")
				if traits.Branches > 1 {
					assert.Greater(t, v.most.Load(), int32(1), "side by side")
				}
				reads := 0
				for _, n := range v.fetched {
					reads += n
				}
				if traits.FixedBranches {
					assert.LessOrEqual(t, reads, 2*100+10, "each file is read once")
				} else {
					assert.Greater(t, reads, 2*2*100, "each file is read by each pass")
				}
			})
		})
	}
}

func TestFailingBranchLeavesTheWindowUnread(t *testing.T) {
	for name, cause := range map[string]error{
		"denied":    &providers.Error{Class: providers.Denied},
		"transient": errors.New("time-out"),
		"lost":      &providers.Error{Class: providers.CursorLost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, v := branched(t, providers.Traits{Branches: 2, FixedBranches: true})
				var ids []string
				for i := range 20 {
					v.add(time.Now().Add(-time.Duration(i) * 2 * time.Minute))
					ids = append(ids, fmt.Sprint(i, ".1"), fmt.Sprint(i, ".2"))
				}
				until := time.Now().Add(2 * time.Hour)
				v.fail = func(cursor string) error {
					if cursor == "blob 15 2" && time.Now().Before(until) {
						return cause
					}
					return nil
				}
				w.start()
				run(90 * time.Minute)
				state, err := w.seen.state()
				assert.Equal(t, poll.Retrying, state)
				assert.Error(t, err)
				assert.NotContains(t, w.sink.ids(), "15.2")
				assert.NotZero(t, w.seen.coverage.Gap)
				run(4 * time.Hour)
				w.stop()
				w.exactlyOnce(ids...)
				state, _ = w.seen.state()
				assert.Equal(t, poll.Running, state)
			})
		})
	}
}

func TestPanicInABranchIsContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, v := branched(t, providers.Traits{Branches: 2})
		v.add(time.Now().Add(-time.Minute))
		n := 0
		v.fail = func(cursor string) error {
			if n++; strings.HasPrefix(cursor, "blob") && n < 5 {
				panic("index out of range")
			}
			return nil
		}
		w.start()
		run(10 * time.Minute)
		w.stop()
		w.exactlyOnce("0.1", "0.2")
		assert.Equal(t, 1, w.logged(zapcore.ErrorLevel, "fetch panicked"))
	})
}
