package activityreceiver

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/receiver/activityreceiver/internal/metadata"
)

// yieldTime is how long a replica that has lost the leadership waits for the
// pipeline to take the pages in flight. What it gives up comes again from the new
// leader, with equal uids.
const yieldTime = 2 * time.Second

// activityReceiver polls from Start to Shutdown, or while it leads.
type activityReceiver struct {
	settings receiver.Settings
	config   *Config
	sink     *sink

	// Set by Start, before anything else runs.
	builder   *metadata.TelemetryBuilder
	telemetry *telemetry
	storage   storage.Client
	http      httpClients
	slots     slots
	streams   []*poll.Stream

	closing context.Context // ends when Shutdown begins
	close   context.CancelFunc

	mu      sync.Mutex // guards what follows, and starts and stops of the engine
	engine  *poll.Engine
	closed  bool
	leaving sync.WaitGroup // engines of earlier terms whose pages the pipeline still has
	earlier chan struct{}  // closed when all of those are gone; nil: there was none
}

func newReceiver(set receiver.Settings, config *Config, next consumer.Logs) (*activityReceiver, error) {
	report, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID:             set.ID,
		Transport:              transport,
		LongLivedCtx:           true,
		ReceiverCreateSettings: set,
	})
	if err != nil {
		return nil, err
	}
	r := &activityReceiver{settings: set, config: config, sink: &sink{next: next, report: report}}
	r.closing, r.close = context.WithCancel(context.Background())
	return r, nil
}

// Start opens what the configuration names and begins to poll. It needs no
// network. An error means that the setup is wrong.
func (r *activityReceiver) Start(ctx context.Context, host component.Host) error {
	elector, err := r.open(ctx, host)
	if err != nil {
		return errors.Join(err, r.Shutdown(ctx))
	}
	if elector == nil {
		r.lead()
		return nil
	}
	r.settings.Logger.Info("Waiting to lead", zap.Stringer("leader_elector", r.config.LeaderElector))
	elector.SetCallBackFuncs(func(context.Context) { r.lead() }, r.follow)
	return nil
}

func (r *activityReceiver) open(ctx context.Context, host component.Host) (leaderElector, error) {
	elector, err := findLeaderElector(host, r.config.LeaderElector)
	if err != nil {
		return nil, err
	}
	instances, err := r.config.open()
	if err != nil {
		return nil, err
	}
	mine := r.config.Shard.mine(instances)
	r.warn(mine)
	if r.storage, err = openStorage(ctx, host, r.config.Storage, r.settings.ID); err != nil {
		return nil, err
	}
	if r.builder, err = metadata.NewTelemetryBuilder(r.settings.TelemetrySettings); err != nil {
		return nil, err
	}
	status := newStatus(host, grants(mine), elector != nil)
	if r.telemetry, err = newTelemetry(r.builder, status); err != nil {
		return nil, err
	}
	r.http = httpClients{extensions: host.GetExtensions(), settings: r.settings.TelemetrySettings}
	return elector, r.openStreams(ctx, mine)
}

// warn logs what works but surprises.
func (r *activityReceiver) warn(mine []*instance) {
	log := r.settings.Logger
	if r.config.Storage == nil {
		log.Warn("No storage is configured: after a restart everything since initial_lookback is read and sent again",
			zap.Duration("initial_lookback", r.config.InitialLookback))
	}
	for _, text := range sharing(mine) {
		log.Warn(text)
	}
	for _, i := range mine {
		for _, text := range i.source.Warnings {
			log.Warn(text, zap.String("instance", i.id.String()))
		}
	}
	if r.config.Shard.Count > 1 {
		log.Info("Reading a share of the instances", zap.Int("shard", r.config.Shard.Index),
			zap.Int("shards", r.config.Shard.Count), zap.Int("instances", len(mine)), zap.Int("of", len(r.config.Providers)))
	}
}

// openStreams makes the HTTP client of each instance and what the engine needs of
// each stream.
func (r *activityReceiver) openStreams(ctx context.Context, mine []*instance) error {
	var problems []error
	shared := &vendorhttp.Shared{}
	r.sink.builders = map[poll.Key]*recordBuilder{}
	for _, i := range mine {
		client, err := r.openClient(ctx, i, shared)
		if err != nil {
			problems = append(problems, withPath(i.path(), err))
			continue
		}
		for _, s := range i.streams {
			stream := i.stream(s, client)
			r.streams = append(r.streams, stream)
			r.sink.builders[stream.Key] = newRecordBuilder(r.config, i, s.Name, r.settings.BuildInfo.Version)
		}
	}
	return errors.Join(problems...)
}

func (r *activityReceiver) openClient(ctx context.Context, i *instance, shared *vendorhttp.Shared) (*vendorhttp.Client, error) {
	client, err := r.http.of(ctx, i)
	if err != nil {
		return nil, err
	}
	set := vendorhttp.Settings{
		Instance:          i.id.String(),
		Source:            i.source,
		HTTP:              client,
		ExternalAuth:      i.config.HTTP.Auth.HasValue(),
		MaxBodyBytes:      r.config.MaxResponseSize,
		Timeout:           i.config.HTTP.Timeout,
		RequestsPerMinute: i.config.RateLimit.RequestsPerMinute,
		Reserve:           i.config.RateLimit.Reserve,
		Slots:             &r.slots,
		Shared:            shared,
		Observer:          r.telemetry,
		Logger:            r.settings.Logger.With(zap.String("instance", i.id.String())),
	}
	if r.storage != nil {
		set.Tokens = tokens{r.storage}
	}
	return vendorhttp.New(set)
}

// lead begins to poll, from what the ledger says.
func (r *activityReceiver) lead() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.engine != nil {
		return
	}
	if r.config.LeaderElector != nil {
		r.settings.Logger.Info("Leading: this replica reads")
	}
	r.engine = poll.New(poll.Settings{
		Sink:                  r.sink,
		Observer:              r.telemetry,
		Storage:               r.storage,
		Streams:               r.streams,
		Logger:                r.settings.Logger,
		MaxConcurrentRequests: r.config.MaxConcurrentRequests,
	})
	r.slots.use(r.engine.Slots())
	r.begin(r.engine)
}

// begin starts an engine once those of earlier terms are gone. A page of theirs that
// the pipeline still holds belongs to the ledger that the new one reads.
func (r *activityReceiver) begin(engine *poll.Engine) {
	earlier := r.earlier
	if earlier == nil {
		engine.Start()
		return
	}
	r.leaving.Go(func() {
		select {
		case <-earlier:
			engine.Start()
		case <-r.closing.Done():
		}
	})
}

// leave lets an engine that was given up end in its own time.
func (r *activityReceiver) leave(engine *poll.Engine) {
	earlier, gone := r.earlier, make(chan struct{})
	r.earlier = gone
	r.leaving.Go(func() {
		defer close(gone)
		_ = engine.Shutdown(context.Background())
		if earlier != nil {
			<-earlier
		}
	})
}

// follow stops to poll: another replica leads, or nobody does.
func (r *activityReceiver) follow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.engine == nil {
		return
	}
	r.settings.Logger.Info("Lost the lead: another replica reads, or none")
	ctx, cancel := context.WithTimeout(r.closing, yieldTime)
	defer cancel()
	engine := r.engine
	r.engine = nil
	if err := engine.Shutdown(ctx); err != nil {
		r.settings.Logger.Info("Gave up pages that the pipeline had not taken; the next leader sends them again", zap.Error(err))
		r.leave(engine)
	}
	r.telemetry.forget()
}

// Shutdown stops polling and returns when nothing runs any more, or with the
// context's error. It may come twice, and without Start.
func (r *activityReceiver) Shutdown(ctx context.Context) error {
	r.close()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	var errs []error
	if r.engine != nil {
		errs = append(errs, r.engine.Shutdown(ctx))
	}
	errs = append(errs, r.left(ctx))
	if r.telemetry != nil {
		r.telemetry.stop()
	}
	if r.builder != nil {
		r.builder.Shutdown()
	}
	r.http.close()
	if r.storage != nil {
		errs = append(errs, r.storage.Close(ctx))
	}
	return errors.Join(errs...)
}

// left waits for the engines of earlier terms.
func (r *activityReceiver) left(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		r.leaving.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
