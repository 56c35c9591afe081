package poll_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// Providers quote answers in their errors, and an answer may quote the request that
// it is to.
func TestErrorsOfProvidersAreCleaned(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error": func() error { return fmt.Errorf("no JSON: X-Api-Key: %s", secret) },
		"panic": func() error { panic("X-Api-Key: " + secret) },
	} {
		t.Run("fetch, "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, windowed())
				w.stream.Stream.Fetch = func(context.Context, providers.Client, providers.Query) (providers.Page, error) {
					return providers.Page{}, fail()
				}
				w.start()
				run(10 * time.Minute)
				state, err := w.seen.state()
				assert.Equal(t, poll.Retrying, state)
				require.ErrorContains(t, err, "X-Api-Key: [hidden]")
				assert.NotContains(t, err.Error(), secret)
				for _, l := range w.logs.All() {
					assert.NotContains(t, fmt.Sprint(l.ContextMap()), secret)
				}
				w.stop()
			})
		})
		t.Run("decode, "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, windowed())
				w.past(1, time.Second)
				w.stream.Stream.Decode = func(providers.Event) (providers.Activity, error) { return providers.Activity{}, fail() }
				w.start()
				run(2 * time.Minute)
				w.stop()
				require.Len(t, w.sink.got, 1)
				assert.Contains(t, w.sink.got[0].DecodeError, "X-Api-Key: [hidden]")
				assert.NotContains(t, w.sink.got[0].DecodeError, secret)
			})
		})
	}
}

// What a provider warns of, or reports as skipped, may quote an answer as well.
func TestWarningsOfProvidersAreCleaned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, windowed())
		w.past(1, time.Second)
		w.vendor.change = func(_ providers.Query, p *providers.Page) {
			p.Warnings = []string{"no names: " + secret}
			p.Skipped = []providers.Skip{{Reason: "no_file", Detail: "listed as " + secret}}
		}
		w.start()
		run(2 * time.Minute)
		w.stop()
		assert.Equal(t, 1, w.logged(zapcore.WarnLevel, "no names: [hidden]"))
		assert.NotZero(t, w.logged(zapcore.WarnLevel, "no longer deliver"))
		for _, l := range w.logs.All() {
			assert.NotContains(t, fmt.Sprint(l.Message, l.ContextMap()), secret)
		}
	})
}
