package main

import (
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseOptions(t *testing.T) {
	o, err := parseOptions(nil, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:19400", o.address(portDatabase))
	assert.Equal(t, ".run/log/x.log", o.path("log", "x.log"))
	assert.Equal(t, "bin/x", o.program("x"))
	assert.Zero(t, o.duration)

	o, err = parseOptions([]string{"-duration", "30s", "-kill", "-port-base", "20000", "-rate", "0.5"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, 30*time.Second, o.duration)
	assert.True(t, o.kill)
	assert.Equal(t, "127.0.0.1:20004", o.address(portVendors+1))
}

func TestParseOptionsRefuses(t *testing.T) {
	tests := []struct {
		name string
		args []string
		err  string
	}{
		{"unknown flag", []string{"-speed", "3"}, "not defined"},
		{"argument", []string{"okta"}, `unexpected arguments ["okta"]`},
		{"privileged port", []string{"-port-base", "80"}, "-port-base 80"},
		{"port too high", []string{"-port-base", "65500"}, "-port-base 65500"},
		{"duration without unit", []string{"-duration", "30"}, "duration"},
		{"negative duration", []string{"-duration", "-1s"}, "-duration"},
		{"no time to drain", []string{"-drain", "0s"}, "-drain"},
		{"no time between tables", []string{"-every", "0s"}, "-every"},
		{"no events", []string{"-rate", "0"}, "-rate"},
		{"more faults than requests", []string{"-faults", "1.5"}, "-faults"},
		{"kill without end", []string{"-kill"}, "-kill needs -duration"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseOptions(tt.args, io.Discard)
			require.ErrorContains(t, err, tt.err)
		})
	}
	var help strings.Builder
	_, err := parseOptions([]string{"-h"}, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	assert.Contains(t, help.String(), "-port-base")
}
