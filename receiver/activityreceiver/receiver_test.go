package activityreceiver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadata"
)

const (
	patience = 10 * time.Second
	tick     = 5 * time.Millisecond
)

// memoryStorage is a storage extension whose clients keep one memory.
type memoryStorage struct {
	component.StartFunc
	component.ShutdownFunc
	memory *ledgertest.Memory
	err    error
}

func (s *memoryStorage) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	if s.err != nil {
		return nil, s.err
	}
	s.memory.Restart()
	return s.memory, nil
}

type nothing struct {
	component.StartFunc
	component.ShutdownFunc
}

func hostWith(t testing.TB, extensions map[string]component.Component) *testHost {
	t.Helper()
	h := &testHost{extensions: map[component.ID]component.Component{}}
	for name, e := range extensions {
		var id component.ID
		require.NoError(t, id.UnmarshalText([]byte(name)))
		h.extensions[id] = e
	}
	return h
}

// collected is a consumer that keeps the ids of the records it accepts.
type collected struct {
	consumertest.LogsSink
	decide func(plog.Logs) error

	mu  sync.Mutex
	ids []string
}

func (c *collected) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	if c.decide != nil {
		if err := c.decide(logs); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range records(logs) {
		id, _ := r.Attributes().Get(attrID)
		c.ids = append(c.ids, id.Str())
	}
	return c.LogsSink.ConsumeLogs(ctx, logs)
}

func records(logs plog.Logs) []plog.LogRecord {
	var list []plog.LogRecord
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				list = append(list, r)
			}
		}
	}
	return list
}

func (c *collected) has(ids ...string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.ids) >= len(ids) && assert.ObjectsAreEqual(setOf(ids), setOf(c.ids))
}

func (c *collected) accepted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.ids...)
}

func setOf(ids []string) map[string]bool {
	m := map[string]bool{}
	for _, id := range ids {
		m[id] = true
	}
	return m
}

// config of one instance that reads v.
func configFor(v *vendor, more string) string {
	return fmt.Sprintf(`
poll_interval: 1s
%s
providers:
  fake/eu: {domain: acme.example.com, token: fake-token, endpoint: %q}
`, more, v.URL)
}

func create(t testing.TB, yaml string, set receiver.Settings, next consumer.Logs) receiver.Logs {
	t.Helper()
	cfg, err := loadYAML(t, yaml)
	require.NoError(t, err)
	r, err := NewFactory(WithProvider(fakeProvider())).CreateLogs(context.Background(), set, cfg, next)
	require.NoError(t, err)
	return r
}

func settings() receiver.Settings {
	return receiver.Settings{
		ID:                component.NewID(metadata.Type),
		TelemetrySettings: componenttest.NewNopTelemetrySettings(),
		BuildInfo:         component.BuildInfo{Version: "1.2.3"},
	}
}

// start runs a receiver until the test ends.
func start(t testing.TB, yaml string, host component.Host, next consumer.Logs) receiver.Logs {
	t.Helper()
	r := create(t, yaml, settings(), next)
	require.NoError(t, r.Start(context.Background(), host))
	t.Cleanup(func() { assert.NoError(t, r.Shutdown(context.Background())) })
	return r
}

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

func TestStartRefusesAWrongSetup(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	instance := func(keys string) string {
		return fmt.Sprintf("providers: {fake/eu: {domain: acme.example.com, endpoint: %q, %s}}", v.URL, keys)
	}
	host := map[string]component.Component{
		"nothing": &nothing{},
		"broken":  &memoryStorage{err: errors.New("disk full")},
		"memory":  &memoryStorage{memory: ledgertest.New()},
	}
	for name, tt := range map[string]struct{ yaml, want string }{
		"no storage":               {configFor(v, "storage: file_storage/x"), `storage: there is no extension "file_storage/x"; configure it`},
		"storage that stores not":  {configFor(v, "storage: nothing"), `storage: the extension "nothing" stores nothing`},
		"storage that fails":       {configFor(v, "storage: broken"), `storage: "broken": disk full`},
		"no elector":               {configFor(v, "leader_elector: k8s"), `leader_elector: there is no extension "k8s"`},
		"elector that elects not":  {configFor(v, "leader_elector: nothing"), `leader_elector: the extension "nothing" elects nobody`},
		"no auth extension":        {instance("http: {auth: {authenticator: oauth2client}}"), "providers::fake/eu::http: "},
		"no certificate":           {instance("token: fake-token, http: {tls: {ca_file: /nonexistent/ca.pem}}"), "providers::fake/eu::http: "},
		"unusable credential":      {instance(`token: "fake\ntoken"`), "providers::fake/eu: the value for the header Authorization"},
		"rotation without storage": {fmt.Sprintf("providers: {fake/eu: {domain: rotating.example.com, endpoint: %q, token: fake-token}}", v.URL), "providers::fake/eu: every refresh replaces the refresh token"},
		"invalid after validation": {"providers: {fake/eu: {domain: acme.example.com, token: fake-token}}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := create(t, tt.yaml, settings(), consumertest.NewNop())
			if tt.want == "" {
				r.(*activityReceiver).config.Providers[id(t, "fake/eu")].PageSize = -1
				tt.want = "providers::fake/eu::page_size: must not be negative"
			}
			err := r.Start(t.Context(), hostWith(t, host))
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "fake-token")
			require.NoError(t, r.Shutdown(t.Context()))
		})
	}
	assert.Zero(t, v.asked(), "Start needs no network")
}

func TestRotationWithStorageStarts(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	host := hostWith(t, map[string]component.Component{"memory": &memoryStorage{memory: ledgertest.New()}})
	start(t, fmt.Sprintf("{storage: memory, providers: {fake/eu: {domain: rotating.example.com, endpoint: %q, token: fake-token}}}", v.URL), host, consumertest.NewNop())
	require.Eventually(t, func() bool { return v.asked() > 0 }, patience, tick, "it asks for a token")
}

func TestTokensSurvive(t *testing.T) {
	t.Parallel()
	store := tokens{ledgertest.New()}
	none, err := store.Load(t.Context(), "a")
	require.NoError(t, err)
	assert.Empty(t, none)
	require.NoError(t, store.Save(t.Context(), "a", "rotated"))
	got, err := store.Load(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, "rotated", got)
}

func TestShutdown(t *testing.T) {
	t.Parallel()
	t.Run("without start", func(t *testing.T) {
		r := create(t, configFor(newVendor(t), ""), settings(), consumertest.NewNop())
		require.NoError(t, r.Shutdown(t.Context()))
		require.NoError(t, r.Shutdown(t.Context()))
	})
	t.Run("twice", func(t *testing.T) {
		r := start(t, configFor(newVendor(t), ""), hostWith(t, nil), consumertest.NewNop())
		require.NoError(t, r.Shutdown(t.Context()))
		require.NoError(t, r.Shutdown(t.Context()))
	})
	t.Run("while the pipeline refuses", func(t *testing.T) {
		v, refusals := newVendor(t), make(chan struct{}, 100)
		v.add("login")
		next := &collected{decide: func(plog.Logs) error {
			refusals <- struct{}{}
			return errors.New("queue is full")
		}}
		r := start(t, configFor(v, ""), hostWith(t, nil), next)
		<-refusals
		require.NoError(t, r.Shutdown(t.Context()))
		assert.Empty(t, next.accepted())
		late := len(refusals)
		assert.Never(t, func() bool { return len(refusals) > late }, 100*time.Millisecond, tick, "nothing after Shutdown")
	})
	t.Run("within its deadline", func(t *testing.T) {
		v, entered, leave := newVendor(t), make(chan struct{}, 100), make(chan struct{})
		v.add("login")
		next := &collected{decide: func(plog.Logs) error {
			entered <- struct{}{}
			<-leave
			return nil
		}}
		r := create(t, configFor(v, ""), settings(), next)
		require.NoError(t, r.Start(t.Context(), hostWith(t, nil)))
		<-entered
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		began := time.Now()
		require.ErrorIs(t, r.Shutdown(ctx), context.DeadlineExceeded)
		assert.Less(t, time.Since(began), 2*time.Second)
		close(leave)
	})
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
			id, _ := r.Attributes().Get(attrID)
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

func TestInstancesAreSpreadOverReplicas(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.add("login")
	read := map[string]int{}
	for index := range 3 {
		yaml := fmt.Sprintf("shard: {index: %d, count: 3}\nproviders:\n", index)
		for n := range 12 {
			yaml += fmt.Sprintf("  fake/%d: {domain: t%d.example.com, token: fake-token, endpoint: %q}\n", n, n, v.URL)
		}
		r := create(t, yaml, settings(), consumertest.NewNop()).(*activityReceiver)
		require.NoError(t, r.Start(t.Context(), hostWith(t, nil)))
		for _, s := range r.streams {
			read[s.Key.Instance]++
		}
		require.NoError(t, r.Shutdown(t.Context()))
	}
	assert.Len(t, read, 12)
	for instance, times := range read {
		assert.Equal(t, 1, times, instance)
	}
}

func TestDefaultInstancesShareOneHTTPClient(t *testing.T) {
	t.Parallel()
	cfg, err := loadYAML(t, `
providers:
  fake/a: {domain: a.example.com, token: fake-token}
  fake/b: {domain: b.example.com, token: fake-token, http: {timeout: 30s}}
  fake/c: {domain: c.example.com, token: fake-token, http: {timeout: 31s}}
`)
	require.NoError(t, err)
	instances, err := cfg.open()
	require.NoError(t, err)
	clients := httpClients{settings: componenttest.NewNopTelemetrySettings()}
	var got []*http.Client
	for _, i := range instances {
		c, err := clients.of(t.Context(), i)
		require.NoError(t, err)
		got = append(got, c)
	}
	assert.Same(t, got[0], got[1], "30s is the default")
	assert.NotSame(t, got[0], got[2])
	assert.Len(t, clients.transports, 2)
}
