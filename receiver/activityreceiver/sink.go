package activityreceiver

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receiverhelper"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/schema"
)

// transport is how receivers of the collector say that they use HTTP.
const transport = "http"

// sink takes batches to the next consumer.
type sink struct {
	next     consumer.Logs
	report   *receiverhelper.ObsReport
	builders map[poll.Key]*recordBuilder // read only
}

// Deliver implements poll.Sink. The records are built anew for every attempt: the
// pipeline owns them once they are passed on.
func (s *sink) Deliver(ctx context.Context, batch *poll.Batch) error {
	key := batch.Stream.Key
	logs := s.builders[key].logs(batch)
	op := s.report.StartLogsOp(ctx)
	err := s.next.ConsumeLogs(op, logs)
	s.report.EndLogsOp(op, key.Provider, len(batch.Activities), err)
	return verdict(err, batch)
}

// verdict turns the pipeline's error about a batch into the engine's words.
func verdict(err error, batch *poll.Batch) error {
	if err == nil {
		return nil
	}
	v := judgement{}
	v.judge(err)
	switch {
	case v.whole:
		return err
	case len(v.rest) == 0: // permanent, whatever else accepted
		return &poll.Refusal{Dropped: len(batch.Activities), Err: err}
	}
	rest, ok := find(v.rest, batch.UIDs)
	if !ok {
		return err
	}
	return &poll.Refusal{Rest: rest, Err: err}
}

// judgement collects what the consumers behind a fan-out say about one batch: one
// that wants everything again outweighs one that wants a part, which outweighs one
// that refuses for good. So a record is only given up when nobody can take it.
type judgement struct {
	whole bool        // somebody wants all of it again
	rest  []plog.Logs // what others want again
}

func (v *judgement) judge(err error) {
	if several, ok := parts(err); ok {
		for _, e := range several {
			v.judge(e)
		}
		return
	}
	if consumererror.IsPermanent(err) {
		return
	}
	if partial, ok := errors.AsType[consumererror.Logs](err); ok {
		v.rest = append(v.rest, partial.Data())
		return
	}
	v.whole = true
}

// parts returns the errors of a fan-out. It looks through wrappers that say the
// same, as the collector's instrumentation adds them, and through no others: a
// permanent error stays permanent whatever it holds.
func parts(err error) ([]error, bool) {
	for {
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			return several.Unwrap(), true
		}
		inner := errors.Unwrap(err)
		if inner == nil || inner.Error() != err.Error() {
			return nil, false
		}
		err = inner
	}
}

// find returns the indices of the refused records by their uids, ascending. It
// fails when one of them cannot be found: a processor may have removed the uid.
func find(refused []plog.Logs, uids []string) ([]int, bool) {
	wanted := map[string]bool{}
	for _, logs := range refused {
		for _, rl := range logs.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, r := range sl.LogRecords().All() {
					uid, ok := r.Attributes().Get(schema.UID)
					if !ok {
						return nil, false
					}
					wanted[uid.Str()] = true
				}
			}
		}
	}
	var rest []int
	for i, uid := range uids {
		if wanted[uid] {
			rest = append(rest, i)
			delete(wanted, uid)
		}
	}
	return rest, len(wanted) == 0 && len(rest) > 0
}
