package activityreceiver

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/internal/schema"
)

func TestReadsEverythingOnceAcrossARestart(t *testing.T) {
	t.Parallel()
	v, next := newVendor(t), &collected{}
	memory := ledgertest.New()
	host := hostWith(t, map[string]component.Component{"memory": &memoryStorage{memory: memory}})
	var want []string
	for range 250 {
		want = append(want, v.add("login")...)
	}
	first := start(t, configFor(v, "storage: memory"), host, next)
	require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
	require.NoError(t, first.Shutdown(t.Context()))
	asked := v.asked()

	want = append(want, v.add("logout", "destroy")...)
	start(t, configFor(v, "storage: memory"), host, next)
	require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
	assert.Len(t, next.accepted(), len(want), "nothing comes twice")
	assert.Greater(t, v.asked(), asked)
	assert.NotEmpty(t, memory.Keys())

	logs := next.AllLogs()[0]
	resource := logs.ResourceLogs().At(0).Resource().Attributes().AsRaw()
	assert.Equal(t, map[string]any{
		"service.name": "fake", "service.namespace": "activity", "service.instance.id": "fake/eu",
		"activity.provider": "fake", "activity.stream": "audit", "server.address": "acme.example.com",
	}, resource)
	assert.Equal(t, "1.2.3", logs.ResourceLogs().At(0).ScopeLogs().At(0).Scope().Version())
}

func TestAPartRefusedIsSentAgainAlone(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	want := v.add("login", "logout", "create", "destroy")
	var sizes []int
	next := &collected{}
	next.decide = func(logs plog.Logs) error {
		list := records(logs)
		sizes = append(sizes, len(list))
		if len(sizes) > 1 {
			return nil
		}
		taken, rest := plog.NewLogs(), plog.NewLogs()
		for i, to := range []plog.Logs{rest, taken, rest, taken} {
			list[i].CopyTo(to.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
		}
		next.mu.Lock()
		for _, r := range records(taken) {
			id, _ := r.Attributes().Get(schema.ID)
			next.ids = append(next.ids, id.Str())
		}
		next.mu.Unlock()
		return consumererror.NewLogs(errors.New("half of it"), rest)
	}
	start(t, configFor(v, ""), hostWith(t, nil), next)
	require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
	assert.Equal(t, []string{"e-1", "e-3", "e-0", "e-2"}, next.accepted())
	assert.Equal(t, []int{4, 2}, sizes)
}

// signer is an auth extension of the collector.
type signer struct{ nothing }

func (*signer) RoundTripper(base http.RoundTripper) (http.RoundTripper, error) {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer fake-token")
		return base.RoundTrip(r)
	}), nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAuthExtension(t *testing.T) {
	t.Parallel()
	v, next := newVendor(t), &collected{}
	want := v.add("login")
	start(t, fmt.Sprintf("providers: {fake/eu: {domain: acme.example.com, endpoint: %q, http: {auth: {authenticator: signer}}}}", v.URL),
		hostWith(t, map[string]component.Component{"signer": &signer{}}), next)
	require.Eventually(t, func() bool { return next.has(want...) }, patience, tick)
}

func TestADeniedStreamIsAStatusWithoutSecrets(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.answer(func(w http.ResponseWriter, r *http.Request) bool {
		http.Error(w, "no access for "+r.Header.Get("Authorization"), http.StatusForbidden)
		return true
	})
	core, logs := observer.New(zapcore.DebugLevel)
	set := settings()
	set.Logger = zap.New(core)
	host := hostWith(t, nil)
	r := create(t, configFor(v, ""), set, consumertest.NewNop())
	require.NoError(t, r.Start(t.Context(), host))
	require.Eventually(t, func() bool { return len(host.statuses()) > 0 }, patience, tick)
	require.NoError(t, r.Shutdown(t.Context()))

	require.Len(t, host.statuses(), 1)
	got := host.statuses()[0]
	assert.Contains(t, got, "StatusRecoverableError: fake/eu audit: parked: ")
	assert.Contains(t, got, "403")
	assert.Contains(t, got, "(needs: the permission to read events)")
	assert.NotContains(t, got, "fake-token")
	var texts []string
	for _, e := range logs.All() {
		line := e.Message + fmt.Sprint(e.ContextMap())
		assert.NotContains(t, line, "fake-token")
		texts = append(texts, e.Message)
	}
	assert.Contains(t, texts, "No storage is configured: after a restart everything since initial_lookback is read and sent again")
}

func TestASharedLogIsToldOfAtTheStart(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	core, logs := observer.New(zapcore.WarnLevel)
	set := settings()
	set.Logger = zap.New(core)
	r := create(t, fmt.Sprintf(`
providers:
  fake/a: {domain: a.example.com, token: fake-token, endpoint: %q, deep: {names: [site]}}
  fake/b: {domain: b.example.com, token: fake-token, endpoint: %q, deep: {names: [site]}}
`, v.URL, v.URL), set, consumertest.NewNop())
	require.NoError(t, r.Start(t.Context(), hostWith(t, nil)))
	require.NoError(t, r.Shutdown(t.Context()))
	assert.Len(t, logs.FilterMessageSnippet("fake/a and fake/b read the same log (site)").All(), 1)
}
