package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/logsdb"
)

var (
	okta    = logsdb.Stream{Instance: "okta/eu", Name: "system"}
	signIns = logsdb.Stream{Instance: "azure", Name: "sign_ins"}
	audits  = logsdb.Stream{Instance: "azure", Name: "audits"}
)

func TestRowsAreJoinedAndSorted(t *testing.T) {
	got := rows(
		map[logsdb.Stream]int{okta: 5, signIns: 3},
		map[logsdb.Stream]logsdb.Count{okta: {Records: 4, UIDs: 4}, audits: {Records: 1, UIDs: 1}},
		map[logsdb.Stream]string{signIns: "parked"},
	)
	assert.Equal(t, []row{
		{Stream: audits, Count: logsdb.Count{Records: 1, UIDs: 1}},
		{Stream: signIns, expected: true, truth: 3, trouble: "parked"},
		{Stream: okta, Count: logsdb.Count{Records: 4, UIDs: 4}, expected: true, truth: 5},
	}, got)
}

func TestTable(t *testing.T) {
	var b strings.Builder
	err := printTable(&b, []row{
		{Stream: okta, Count: logsdb.Count{Records: 12, UIDs: 11, Newest: noon.Add(-90 * time.Second)}, truth: 13},
		{Stream: signIns, truth: 3, trouble: "parked:\n\t" + strings.Repeat("é", 200)},
		{Stream: audits, Count: logsdb.Count{Records: 1, UIDs: 1, Newest: noon.Add(time.Second)}, truth: 1},
	}, noon)
	require.NoError(t, err)
	lines := strings.Split(b.String(), "\n")
	require.Len(t, lines, 6)
	assert.Equal(t, []string{"okta/eu", "system", "13", "12", "11", "1m30s"}, strings.Fields(lines[1]))
	assert.Equal(t, []string{"azure", "sign_ins", "3", "0", "0", "-", "parked:", strings.Repeat("é", maxTrouble-11) + "..."}, strings.Fields(lines[2]))
	assert.Equal(t, []string{"azure", "audits", "1", "1", "1", "0s"}, strings.Fields(lines[3]), "a clock that is ahead is no negative lag")
	assert.Equal(t, []string{"all", "17", "13", "12"}, strings.Fields(lines[4]))
}

func TestScreen(t *testing.T) {
	var b strings.Builder
	plain := newScreen(&b)
	plain.redraw("a\nb\n")
	plain.redraw("c\n")
	assert.Equal(t, "a\nb\nc\n", b.String())

	b.Reset()
	terminal := screen{out: &b, terminal: true, lines: new(int)}
	terminal.redraw("a\nb\n")
	terminal.redraw("c\nd\n")
	assert.Equal(t, "a\nb\n\x1b[2A\x1b[Jc\nd\n", b.String())
	b.Reset()
	terminal.say("stays\n")
	terminal.redraw("e\n")
	assert.Equal(t, "stays\ne\n", b.String())
}
