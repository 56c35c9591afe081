package proc_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/proc"
)

// What a killed parent leaves behind would hold its ports for ever.
func TestChildrenEndWithTheirParent(t *testing.T) {
	s := spec(t, "orphans")
	s.Ready = nil
	p, err := proc.Start(t.Context(), s)
	require.NoError(t, err)
	<-p.Done()
	require.ErrorContains(t, p.Err(), "killed")
	assert.Eventually(t, func() bool {
		log, err := os.ReadFile(s.Args[0] + ".log")
		return err == nil && strings.Contains(string(log), "stopped")
	}, 10*time.Second, 10*time.Millisecond)
}
