package activityreceiver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
)

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
				as[*activityReceiver](t, r).config.Providers[id(t, "fake/eu")].PageSize = -1
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
		r := as[*activityReceiver](t, create(t, yaml, settings(), consumertest.NewNop()))
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
