package activityreceiver

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadatatest"
)

var auditKey = poll.Key{Provider: "fake", Instance: "fake/eu", Stream: "audit"}

// numbered is a batch of n activities with the uids u0, u1 ...
func numbered(n int) *poll.Batch {
	b := &poll.Batch{Stream: &poll.Stream{Key: auditKey}, Observed: observedTime}
	for i := range n {
		b.Activities = append(b.Activities, providers.Activity{RawAction: "x", CreatedAt: eventTime})
		b.UIDs = append(b.UIDs, fmt.Sprintf("u%d", i))
	}
	return b
}

// refused are logs with these uids, as a consumer returns them.
func refused(uids ...string) plog.Logs {
	logs := plog.NewLogs()
	for _, uid := range uids {
		r := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		if uid != "" {
			r.Attributes().PutStr(schema.UID, uid)
		}
	}
	return logs
}

// multi is a fan-out's error.
type multi []error

func (m multi) Error() string   { return "several: " + errors.Join(m...).Error() }
func (m multi) Unwrap() []error { return m }

func TestVerdict(t *testing.T) {
	busy := errors.New("busy")
	permanent := consumererror.NewPermanent(errors.New("too old"))
	partial := func(uids ...string) error { return consumererror.NewLogs(busy, refused(uids...)) }
	for name, tt := range map[string]struct {
		err     error
		rest    []int
		dropped int
		whole   bool // the same batch again
	}{
		"accepted":                       {},
		"busy":                           {err: busy, whole: true},
		"permanent":                      {err: permanent, dropped: 4},
		"permanent behind a wrapper":     {err: fmt.Errorf("exporter: %w", permanent), dropped: 4},
		"a part":                         {err: partial("u2", "u0"), rest: []int{0, 2}},
		"a part behind a wrapper":        {err: fmt.Errorf("exporter: %w", partial("u3")), rest: []int{3}},
		"a part without uid":             {err: partial("u2", ""), whole: true},
		"a part that is not ours":        {err: partial("other"), whole: true},
		"a part of nothing":              {err: partial(), whole: true},
		"two pipelines, both busy":       {err: multi{busy, busy}, whole: true},
		"two pipelines, both permanent":  {err: multi{permanent, permanent}, dropped: 4},
		"one permanent, one busy":        {err: multi{permanent, busy}, whole: true},
		"one permanent, one in part":     {err: multi{permanent, partial("u1")}, rest: []int{1}},
		"one busy, one in part":          {err: multi{partial("u1"), busy}, whole: true},
		"two in part":                    {err: multi{partial("u1"), partial("u3", "u1")}, rest: []int{1, 3}},
		"instrumented fan-out":           {err: consumererror.NewDownstream(multi{permanent, busy}), whole: true},
		"permanent holding several":      {err: consumererror.NewPermanent(errors.Join(busy, busy)), dropped: 4},
		"joined by the standard library": {err: errors.Join(permanent, busy), whole: true},
	} {
		t.Run(name, func(t *testing.T) {
			got := verdict(tt.err, numbered(4))
			r, isRefusal := errors.AsType[*poll.Refusal](got)
			switch {
			case tt.err == nil:
				assert.NoError(t, got)
			case tt.whole:
				assert.False(t, isRefusal)
				assert.Equal(t, tt.err.Error(), got.Error())
			default:
				require.True(t, isRefusal, "%v", got)
				assert.Equal(t, tt.rest, r.Rest)
				assert.Equal(t, tt.dropped, r.Dropped)
				assert.Equal(t, tt.err.Error(), got.Error())
			}
		})
	}
}

// mutator empties what it gets, as a consumer may, and answers in turn.
type mutator struct {
	answers []error
	got     []int
}

func (*mutator) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (m *mutator) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	m.got = append(m.got, logs.LogRecordCount())
	logs.ResourceLogs().RemoveIf(func(plog.ResourceLogs) bool { return true })
	err := m.answers[0]
	m.answers = m.answers[1:]
	return err
}

func newTestSink(t *testing.T, tt *componenttest.Telemetry, next consumer.Logs) *sink {
	t.Helper()
	set := metadatatest.NewSettings(tt)
	report, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: set.ID, Transport: transport, LongLivedCtx: true, ReceiverCreateSettings: set,
	})
	require.NoError(t, err)
	return &sink{next: next, report: report, builders: map[poll.Key]*recordBuilder{
		auditKey: builderFor(t, `{providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`),
	}}
}

func TestEveryAttemptIsBuiltAnew(t *testing.T) {
	tt := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tt.Shutdown(context.WithoutCancel(t.Context()))) })
	next := &mutator{answers: []error{errors.New("busy"), nil}}
	s := newTestSink(t, tt, next)
	batch := numbered(3)
	require.Error(t, s.Deliver(t.Context(), batch))
	require.NoError(t, s.Deliver(t.Context(), batch))
	assert.Equal(t, []int{3, 3}, next.got)

	accepted, err := tt.GetMetric("otelcol_receiver_accepted_log_records")
	require.NoError(t, err)
	assert.EqualValues(t, 3, as[metricdata.Sum[int64]](t, accepted.Data).DataPoints[0].Value)
	refused, err := tt.GetMetric("otelcol_receiver_refused_log_records")
	require.NoError(t, err)
	assert.EqualValues(t, 3, as[metricdata.Sum[int64]](t, refused.Data).DataPoints[0].Value)
}
