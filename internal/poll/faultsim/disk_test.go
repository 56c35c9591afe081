package faultsim_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelactivity/otelactivity/internal/ledger/ledgertest"
)

// ills are what is wrong with the storage: shares of operations.
type ills struct {
	refuse float64 // writes that fail, nothing written
	lose   float64 // writes whose answer is lost
	unread float64 // reads that fail
	slow   time.Duration
}

// snapshot is what was on disk at some moment, and what the pipeline had then.
type snapshot struct {
	at      time.Time
	disk    *ledgertest.Memory
	arrived int // how many uids had arrived
}

// disk is the storage of all processes. It outlives them.
type disk struct {
	run    *run
	data   *ledgertest.Memory
	writes counts

	mu        sync.Mutex
	ills      ills
	snapshots []snapshot
	begun     map[string]time.Time // by stream, when the first position was written, by the collector's clock
}

func newDisk(r *run) *disk {
	return &disk{run: r, data: ledgertest.New(), begun: map[string]time.Time{}}
}

// client is what one process sees of the disk.
type client struct {
	*disk
	process *process
}

var errDisk = errors.New("input/output error")

// Batch implements storage.Client.
func (c client) Batch(ctx context.Context, ops ...*storage.Operation) error {
	if len(ops) == 0 {
		return nil
	}
	stream := streamOf(ops[0].Key)
	writes := ledgertest.Writes(ops)
	kind := "read "
	if writes {
		kind = "write "
	}
	rnd := c.run.chance.of("disk "+kind+stream, c.writes.next(kind+stream))
	if ctx.Err() != nil && !c.process.isDead() && share(rnd, 0.5) {
		ctx = context.Background() // some storage does not look at its context
	}
	c.mu.Lock()
	i := c.ills
	c.mu.Unlock()
	if i.slow > 0 {
		c.run.hit("disk slow")
	}
	if !wait(ctx, between(rnd, 100*time.Microsecond, 3*time.Millisecond)+upTo(rnd, i.slow), false) {
		return ctx.Err()
	}
	switch {
	case c.process.isDead():
		return errKilled
	case !writes && share(rnd, i.unread):
		c.run.hit("disk cannot be read")
		return errDisk
	case !writes:
		return c.data.Batch(ctx, ops...)
	case share(rnd, i.refuse):
		return c.refusal(rnd)
	case c.process.dies(beforeWrite):
		return c.process.hang(ctx)
	}
	if err := c.data.Batch(ctx, ops...); err != nil {
		return err
	}
	c.written(stream, share(rnd, 0.02))
	switch {
	case c.process.dies(afterWrite):
		return c.process.hang(ctx)
	case share(rnd, i.lose):
		c.run.hit("disk written, answer lost")
		return errDisk
	}
	return nil
}

// refusal is what a write gets that was not done.
func (d *disk) refusal(rnd *rand.Rand) error {
	if share(rnd, 0.5) {
		d.run.hit("disk full")
		return storage.ErrStorageFull
	}
	d.run.hit("disk cannot be written")
	return errDisk
}

// streamOf returns the stream that a key of the ledger belongs to.
func streamOf(key string) string {
	parts := strings.Split(key, "/")
	return parts[2] // v1/instance/stream/...
}

// written notes a commit.
func (d *disk) written(stream string, remember bool) {
	d.run.pipeline.committed(stream)
	d.run.trace.add("disk %s written", stream)
	if remember {
		d.remember()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begun[stream].IsZero() {
		d.begun[stream] = time.Now()
	}
}

const mostSnapshots = 24

// remember keeps a snapshot for the verdict.
func (d *disk) remember() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.snapshots) < mostSnapshots {
		d.snapshots = append(d.snapshots, snapshot{d.run.world.Now(), d.data.Copy(), d.run.pipeline.number()})
	}
}

func (d *disk) setIlls(i ills) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ills = i
}

// Get implements storage.Client.
func (c client) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := c.Batch(ctx, op)
	return op.Value, err
}

// Set implements storage.Client.
func (c client) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

// Delete implements storage.Client.
func (c client) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

// Close implements storage.Client.
func (client) Close(context.Context) error { return nil }
