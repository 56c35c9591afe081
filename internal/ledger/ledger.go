package ledger

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// Ledger is the record of one stream.
type Ledger struct {
	client storage.Client // nil: memory only
	prefix string
	pos    Position
	seen   Seen
	fresh  bool
	// garbage lists the keys of forgotten chunks that are still in storage.
	garbage []string
	forgot  bool // ids since the last Commit
	written time.Time

	// ForgetOnCrash is a planted fault for tests of tests: seen ids are not written.
	ForgetOnCrash bool
}

// loadAtOnce is how many chunks one storage batch loads.
const loadAtOnce = 64

// Open reads the ledger of a stream, or begins an empty one when storage has none.
// A nil client keeps it in memory only. The error is a *VersionError, a
// *CorruptError, or what storage said.
func Open(ctx context.Context, client storage.Client, instance, stream string) (*Ledger, error) {
	l := &Ledger{
		client: client,
		prefix: "v1/" + url.PathEscape(instance) + "/" + url.PathEscape(stream) + "/",
		fresh:  true,
		seen:   Seen{width: int64(time.Hour), memory: client == nil},
	}
	if client == nil {
		return l, nil
	}
	value, err := client.Get(ctx, l.positionKey())
	if err != nil {
		return nil, fmt.Errorf("read state %q: %w", l.positionKey(), err)
	}
	if value == nil {
		return l, nil
	}
	pos, buckets, err := decodePosition(l.positionKey(), value)
	if err != nil {
		return nil, err
	}
	l.pos, l.fresh, l.written = pos, false, time.Now()
	return l, l.load(ctx, buckets)
}

// Fresh reports whether storage had no ledger and nothing was committed yet.
func (l *Ledger) Fresh() bool { return l.fresh }

// Position returns the position. Its Passes are a copy.
func (l *Ledger) Position() Position {
	p := l.pos
	p.Passes = slices.Clone(p.Passes)
	return p
}

// Seen returns the ids seen.
func (l *Ledger) Seen() *Seen { return &l.seen }

// Forget drops the buckets of which drop says so; it is asked in the order of their
// times. Their chunks leave storage with the next Commit.
func (l *Ledger) Forget(drop func(Bucket) bool) {
	for _, b := range l.seen.forget(drop) {
		l.forgot = true
		if l.client == nil {
			continue
		}
		for n := range b.chunks() {
			if n < b.sealed || b.stored > 0 {
				l.garbage = append(l.garbage, l.chunkKey(b, n))
			}
		}
	}
}

// Keep replaces the position in memory and leaves storage as it is. A crash brings
// the older position back, which is safe as long as it only makes the stream read
// more than it needed to.
func (l *Ledger) Keep(pos Position) { l.pos, l.fresh = pos, false }

// Pending reports whether a Commit is needed before a crash: ids were added, or
// forgotten because of a position that is not durable yet. Without their ids the
// older position would bring their events again.
func (l *Ledger) Pending() bool { return l.forgot || l.seen.changed() }

// Written returns when the ledger was last committed or, since then, opened; the
// zero time: never.
func (l *Ledger) Written() time.Time { return l.written }

// Commit writes pos and all ids added or forgotten since the last Commit in one
// storage batch. On error nothing has changed and Commit may be called again.
func (l *Ledger) Commit(ctx context.Context, pos Position) error {
	if l.client != nil {
		if err := l.client.Batch(ctx, l.operations(&pos)...); err != nil {
			return fmt.Errorf("write state %q: %w", l.positionKey(), err)
		}
	}
	l.seen.written()
	l.garbage, l.forgot = nil, false
	l.written = time.Now()
	l.Keep(pos)
	return nil
}

func (l *Ledger) operations(pos *Position) []*storage.Operation {
	var ops []*storage.Operation
	set := map[string]bool{}
	buckets := l.seen.buckets
	if l.ForgetOnCrash {
		buckets = nil
	}
	for _, b := range buckets {
		if len(b.tail) > b.stored {
			key := l.chunkKey(b, b.sealed)
			set[key] = true
			ops = append(ops, storage.SetOperation(key, encodeChunk(b.tail)))
		}
	}
	for _, key := range l.garbage {
		if !set[key] { // a bucket may have come back under the same name
			ops = append(ops, storage.DeleteOperation(key))
		}
	}
	return append(ops, storage.SetOperation(l.positionKey(), encodePosition(pos, buckets)))
}

// load reads the ids of the buckets that the position lists.
func (l *Ledger) load(ctx context.Context, buckets []stored) error {
	var ops []*storage.Operation
	var owners []stored
	flush := func() error {
		if len(ops) == 0 {
			return nil
		}
		if err := l.client.Batch(ctx, ops...); err != nil {
			return fmt.Errorf("read state %q: %w", l.prefix, err)
		}
		for i, op := range ops {
			if err := l.take(owners[i], op); err != nil {
				return err
			}
		}
		ops, owners = ops[:0], owners[:0]
		return nil
	}
	for _, b := range buckets {
		l.seen.insert(b.bucket)
		for n := range b.chunks {
			ops = append(ops, storage.GetOperation(l.chunkKey(b.bucket, n)))
			owners = append(owners, b)
			if len(ops) == loadAtOnce {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	for _, b := range buckets {
		if b.table.n != b.ids {
			return &CorruptError{l.positionKey(), fmt.Sprintf("it lists %d ids where the chunks hold %d", b.ids, b.table.n)}
		}
	}
	return nil
}

// take adds a chunk to its bucket. Chunks come in the order of their numbers.
func (l *Ledger) take(b stored, op *storage.Operation) error {
	keys, err := decodeChunk(op.Key, op.Value)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if b.table.n > b.ids {
			return &CorruptError{op.Key, "it holds more ids than the position lists"}
		}
		b.table.add(normal(k))
	}
	l.seen.n += len(keys)
	if len(keys) >= sealAt {
		b.sealed++
		return nil
	}
	if op.Key != l.chunkKey(b.bucket, b.chunks-1) {
		return &CorruptError{op.Key, "it is shorter than a chunk that others follow"}
	}
	b.tail, b.stored = keys, len(keys)
	return nil
}

func (l *Ledger) positionKey() string { return l.prefix + "position" }

func (l *Ledger) chunkKey(b *bucket, n int) string {
	return fmt.Sprintf("%sseen/%d-%d/%d", l.prefix, b.from, b.width, n)
}
