package poll_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// Golden files are made by Convert: they must show what the loop delivers.
func TestConvertIsWhatTheLoopDelivers(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)
	decode := func(e providers.Event) (providers.Activity, error) {
		if strings.Contains(e.Raw, "panic") {
			panic("decode")
		}
		a := providers.Activity{RawAction: "x", CreatedAt: at}
		if strings.Contains(e.Raw, `"id"`) {
			a.ID = e.Raw
		}
		return a, nil
	}
	page := []string{`{"id":1,"secret":"s","n":9007199254740993}`, `{"a":1}`, `{"a":1}`, `panic`}
	synctest.Test(t, func(t *testing.T) {
		w, got := deliverPages(t, func(s *poll.Stream) {
			s.Exclude = []string{"secret"}
			s.Stream.NumberRepeats = true
		}, decode, page)
		require.Len(t, got, 1)
		events := make([]providers.Event, len(page))
		for i, raw := range page {
			events[i].Raw = raw
		}
		batch := poll.Convert(w.stream, events, at)
		assert.Equal(t, at, batch.Observed)
		assert.Equal(t, got[0].Activities, batch.Activities)
		assert.Equal(t, got[0].UIDs, batch.UIDs)
		assert.Equal(t, `{"id":1,"n":9007199254740993}`, batch.Activities[0].Raw)
	})
}
