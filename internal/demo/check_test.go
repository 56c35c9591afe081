package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/logsdb"
)

func TestCheck(t *testing.T) {
	of := func(truth, records, uids int) row {
		return row{Stream: okta, Count: logsdb.Count{Records: records, UIDs: uids}, expected: true, truth: truth}
	}
	stranger := of(3, 3, 3)
	stranger.expected = false
	parked := of(3, 0, 0)
	parked.trouble = "403 Forbidden"
	tests := []struct {
		name  string
		rows  []row
		kills int
		err   string
		// what no waiting heals
		hopeless bool
	}{
		{name: "each once", rows: []row{of(5, 5, 5), of(1, 1, 1)}},
		{name: "no streams at all", err: "no stream is configured"},
		{name: "nothing", rows: []row{of(5, 0, 0)}, err: "okta/eu system: nothing was delivered of 5 events"},
		{name: "nothing was to come", rows: []row{of(0, 0, 0)}, err: "nothing was delivered"},
		{name: "nothing, and the collector knows why", rows: []row{parked}, err: "the collector says: 403 Forbidden"},
		{name: "one missing", rows: []row{of(5, 4, 4)}, err: "1 of 5 events are missing"},
		{name: "one missing and one twice", rows: []row{of(5, 5, 4)}, err: "1 of 5 events are missing", hopeless: true},
		{name: "more than there are", rows: []row{of(5, 6, 6)}, err: "1 events more than the 5", hopeless: true},
		{name: "one twice", rows: []row{of(5, 6, 5)}, err: "1 records are repeats; with 0 kills there may be 0", hopeless: true},
		{name: "a page twice after a kill", rows: []row{of(5, 10, 5)}, kills: 1},
		{name: "more than a page after a kill", rows: []row{of(2000, 3001, 2000)}, kills: 1, err: "there may be 1000", hopeless: true},
		{name: "missing after a kill", rows: []row{of(5, 4, 4)}, kills: 1, err: "missing"},
		{name: "not configured", rows: []row{stranger}, err: "not configured", hopeless: true},
		{name: "the second of two", rows: []row{of(5, 5, 5), of(7, 6, 6)}, err: "1 of 7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := check(tt.rows, tt.kills)
			assert.Equal(t, tt.hopeless, hopeless(tt.rows, tt.kills))
			if tt.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.err)
		})
	}
}

func TestWhatAKilledRunLoses(t *testing.T) {
	whole, less := []row{{truth: 3, Count: logsdb.Count{UIDs: 3}}}, []row{{truth: 3, Count: logsdb.Count{UIDs: 2}}}
	cut := &history{path: ".run/history.json", Cut: 1}
	require.ErrorContains(t, cut.doubt(less), "rm -r .run")
	require.NoError(t, cut.doubt(whole))
	require.NoError(t, (&history{Kills: 3}).doubt(less), "the collector alone loses nothing")
}

func TestVerdict(t *testing.T) {
	rs := []row{{Count: logsdb.Count{Records: 5, UIDs: 4}}, {Count: logsdb.Count{Records: 1, UIDs: 1}}}
	assert.Equal(t, "Every one of 5 events of 2 streams is in the database, once.\n", verdict(rs, 0))
	assert.Equal(t, "Every one of 5 events of 2 streams is in the database. The collector was killed 3 times; 1 records are repeats with equal uids.\n", verdict(rs, 3))
}

func TestWellBehaved(t *testing.T) {
	require.NoError(t, wellBehaved(nil))
	err := wellBehaved([]string{"okta: GET /: no token"})
	require.ErrorContains(t, err, "broke 1 rules")
	require.ErrorContains(t, err, "okta: GET /: no token")
	long := wellBehaved(strings.Split(strings.Repeat("x,", 100), ","))
	assert.Len(t, strings.Split(long.Error(), "\n"), maxNamed+1)
}
