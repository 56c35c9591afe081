package poll_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// pages makes a stream by cursor out of fixed pages of raw records, and returns
// what was delivered.
func deliverPages(t *testing.T, change func(s *poll.Stream), decode func(providers.Event) (providers.Activity, error), pages ...[]string) (*world, []*poll.Batch) {
	t.Helper()
	w := newWorld(t, cursored())
	n := 0
	w.stream.Stream.Decode = decode
	w.stream.Stream.Fetch = func(context.Context, providers.Client, providers.Query) (providers.Page, error) {
		if n == len(pages) {
			return providers.Page{}, nil
		}
		p := providers.Page{Next: fmt.Sprint("page", n+1), More: true}
		for _, raw := range pages[n] {
			p.Events = append(p.Events, providers.Event{Raw: raw})
		}
		n++
		return p, nil
	}
	if change != nil {
		change(w.stream)
	}
	var batches []*poll.Batch
	w.sink.deliver = func(_ context.Context, b *poll.Batch) error {
		c := *b
		c.Activities, c.UIDs = append([]providers.Activity(nil), b.Activities...), append([]string(nil), b.UIDs...)
		batches = append(batches, &c)
		return nil
	}
	w.start()
	run(10 * time.Minute)
	w.stop()
	return w, batches
}

func decodeID(e providers.Event) (providers.Activity, error) {
	a := providers.Activity{ID: e.Raw, RawAction: "x", CreatedAt: time.Now().UTC().Truncate(time.Hour)}
	return a, nil
}

func TestUIDOfTheSpecification(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, got := deliverPages(t, func(s *poll.Stream) {
			s.Key = poll.Key{Provider: "okta", Instance: "okta/renamed", Stream: "system"}
			s.Source.Tenant = "acme.okta.com"
		}, decodeID, []string{"dcf1a6b2-17a0-11f1-9d2e-0242ac120002"})
		require.Len(t, got, 1)
		assert.Equal(t, []string{"rpgclndafityyes75szyhtfqu4b5w7gb"}, got[0].UIDs)
	})
}

func TestUIDsOfRecordsWithoutID(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 80, time.UTC)
	withoutID := func(e providers.Event) (providers.Activity, error) {
		a := providers.Activity{RawAction: "x", CreatedAt: at}
		if strings.Contains(e.Raw, "undated") {
			a.CreatedAt, a.CreatedAtRaw = time.Time{}, "soon"
		}
		if i := strings.Index(e.Raw, "identity"); i >= 0 {
			a.Identity = e.Raw[i:]
		}
		return a, nil
	}
	synctest.Test(t, func(t *testing.T) {
		w, got := deliverPages(t, nil, withoutID,
			[]string{`{"a":1,"b":{"d":9007199254740993,"c":"é<"}}`, `{"x":1}`, `{"x":1}`, `{"x":1}`},
			[]string{"{\"b\" : {\"c\":\"\\u00e9\\u003c\",\n\"d\":9007199254740993},\"a\":1}", `{"x":1}`, `{"x":1}`, `{"a":1.0}`},
			[]string{`{"undated":1}`, `{"n":1,"identity":1}`, `not JSON`},
			[]string{`{"undated":1}`, `{"n":2,"identity":1}`, `not JSON`},
		)
		require.Len(t, got, 3)
		assert.Len(t, got[0].UIDs, 4, "equal records of one page are numbered")
		assert.Equal(t, []string{`{"a":1.0}`}, raws(got[1]), "known ones, however they are written, are dropped")
		assert.Len(t, got[2].UIDs, 3)
		assert.Equal(t, 3+3, w.seen.sum().Duplicates)
		distinct := map[string]bool{}
		for _, b := range got {
			for _, uid := range b.UIDs {
				assert.Regexp(t, "^[a-z2-7]{32}$", uid)
				distinct[uid] = true
			}
		}
		assert.Len(t, distinct, 8)
		// Pinned: the uid of a record must be the same for ever.
		assert.Equal(t, wantUIDs, append(got[0].UIDs[:3:3], got[2].UIDs...))
	})
}

func raws(b *poll.Batch) []string {
	list := make([]string, len(b.Activities))
	for i := range list {
		list[i] = b.Activities[i].Raw
	}
	return list
}

func TestNumberedRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, got := deliverPages(t, func(s *poll.Stream) { s.Stream.NumberRepeats = true }, decodeID,
			[]string{"a", "b", "a", "a"}, []string{"a", "c", "a"})
		require.Len(t, got, 2)
		assert.Equal(t, []string{"a", "b", "a-2", "a-3"}, idsOf(got[0]))
		assert.Equal(t, []string{"c"}, idsOf(got[1]))
		assert.Equal(t, 2, w.seen.sum().Duplicates)
	})
	synctest.Test(t, func(t *testing.T) {
		w, got := deliverPages(t, nil, decodeID, []string{"a", "b", "a"})
		assert.Equal(t, []string{"a", "b"}, idsOf(got[0]), "a vendor's own id is one record")
		assert.Equal(t, 1, w.seen.sum().Duplicates)
	})
}

func idsOf(b *poll.Batch) []string {
	list := make([]string, len(b.Activities))
	for i := range list {
		list[i] = b.Activities[i].ID
	}
	return list
}

func TestBadEventsAreDeliveredRaw(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		w.stream.Filter.ActorIDs = []string{"jane"}
		at := time.Now().Add(-time.Minute)
		w.vendor.add(
			event{ID: "good", At: at, Actor: "jane"}, event{ID: "other", At: at, Actor: "joe"},
			event{ID: "error", At: at, Bad: "error"}, event{ID: "panic", At: at, Bad: "panic"})
		w.start()
		run(3 * time.Hour)
		w.stop()
		w.exactlyOnce("good", "error", "")
		for _, a := range w.sink.got {
			assert.Contains(t, a.Raw, `"at":`)
			switch a.ID {
			case "good":
				assert.Empty(t, a.DecodeError)
			case "error":
				assert.Equal(t, "a bad event", a.DecodeError)
				assert.Equal(t, at.UTC(), a.CreatedAt, "what could be read is kept")
			default:
				assert.Contains(t, a.DecodeError, "a very bad event")
				assert.Contains(t, a.Raw, `"id":"panic"`)
			}
		}
		assert.Equal(t, 1, w.logged(zapcore.ErrorLevel, "decode panicked"))
		assert.GreaterOrEqual(t, w.seen.sum().Undecodable, 2)
	})
}

func TestUndatedEventsComeOnce(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		w.stream.Stream.Decode = func(e providers.Event) (providers.Activity, error) {
			a, err := decode(e)
			a.CreatedAt, a.CreatedAtRaw = time.Time{}, a.CreatedAt.String()
			return a, err
		}
		ids := w.past(30, time.Minute)
		w.start()
		for i := range 60 {
			run(time.Minute)
			w.vendor.now(fmt.Sprint(i))
			ids = append(ids, fmt.Sprint(i))
		}
		w.kill()
		w.start()
		run(6 * time.Hour)
		w.stop()
		w.exactlyOnce(ids...)
		assert.Empty(t, w.seen.sum().Delays)
	})
}

func TestExcludedFieldsLeaveTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, got := deliverPages(t, func(s *poll.Stream) { s.Exclude = []string{"secret", "deep.token"} },
			func(e providers.Event) (providers.Activity, error) {
				return providers.Activity{RawAction: "x", CreatedAt: time.Now().UTC()}, nil
			}, []string{`{"n":9007199254740993,"secret":"s","deep":{"token":1,"kept":1.50}}`})
		assert.Equal(t, []string{`{"n":9007199254740993,"deep":{"kept":1.50}}`}, raws(got[0]))
	})
}

func TestFilters(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		begin := time.Now()
		w.stream.InitialLookback = 3 * time.Hour
		w.stream.Filter = providers.Filter{ActorIDs: []string{"jane"}, Since: begin.Add(-time.Hour), Until: begin.Add(time.Hour)}
		var want []string
		for i := range 40 {
			at := begin.Add(time.Duration(i-20) * 10 * time.Minute)
			w.vendor.add(event{ID: fmt.Sprint("jane", i), At: at, Actor: "jane"}, event{ID: fmt.Sprint("joe", i), At: at, Actor: "joe"})
			if !at.Before(begin.Add(-time.Hour)) && at.Before(begin.Add(time.Hour)) {
				want = append(want, fmt.Sprint("jane", i))
			}
		}
		w.start()
		run(6 * time.Hour)
		assert.NotZero(t, w.seen.sum().Filtered)
		assert.Greater(t, w.seen.coverage.Settled, 0.9)
		if traits.Resume == providers.ByWindow {
			w.vendor.forgetQueries()
			run(3 * time.Hour)
			assert.Empty(t, w.vendor.queries(), "all that is wanted is settled")
		}
		w.stop()
		w.exactlyOnce(want...)
	})
}

func TestPagesReportWhatTheVendorCannotGive(t *testing.T) {
	everyResume(t, func(t *testing.T, traits providers.Traits) {
		w := newWorld(t, traits)
		w.past(3, 10*time.Second)
		w.vendor.change = func(_ providers.Query, p *providers.Page) {
			if len(p.Events) > 0 {
				p.Skipped = []providers.Skip{{Reason: "expired", Detail: "blob 7", Count: 2}, {Reason: "gone", Detail: "blob 8"}}
				p.Warnings = []string{"the vendor said something"}
				p.Filtered = 4
			}
		}
		w.start()
		run(3 * time.Hour)
		w.stop()
		assert.Equal(t, map[string]int{"expired": 2, "gone": 1}, w.seen.skipped, "told once, however often the window is read")
		assert.Equal(t, 1, w.logged(zapcore.WarnLevel, "the vendor said something"))
		assert.GreaterOrEqual(t, w.seen.sum().Filtered, 4)
	})
}

func TestRawBytesStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		raw := "{ \"n\" : 1e400, \"big\":12345678901234567890123,\t\"s\":\"\\u003c\\ud83d\\ude00\" }"
		require.True(t, json.Valid([]byte(raw)))
		_, got := deliverPages(t, nil, func(providers.Event) (providers.Activity, error) {
			return providers.Activity{RawAction: "x"}, nil
		}, []string{raw})
		assert.Equal(t, []string{raw}, raws(got[0]))
	})
}

var wantUIDs = []string{
	"3djxs4qh2dkmmtdgaa6turuutm2yapc3", "pb73s33qmo3vkjkjj7gvaq5wjdyxcfsm", "2irmwt33c7rsia4wh7tiqcy34e2tiozd",
	"ckpbuauph2xh66agdxabe4sopdrteywk", "k3xc633gkwfex2io3ejwxskqolw4l2ko", "zkm46272fngsnoshildkw7nnnwie7mjj",
}
