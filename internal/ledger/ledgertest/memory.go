// Package ledgertest has a storage client for tests: in memory, failing on demand,
// and counting what is written.
package ledgertest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// ErrClosed is the error of a client after Close.
var ErrClosed = errors.New("storage client is closed")

// Memory is a storage.Client in memory. A batch is atomic. Restart stands for the
// end of a process: the data stay, the client can be used again.
type Memory struct {
	// Fail, when set, is asked before each operation; ops are those of the batch (a
	// single one for Get, Set and Delete). An error leaves the data unchanged.
	Fail func(ops []*storage.Operation) error
	// FailAfter is like Fail, but asked once the data are changed: storage that did
	// the work and lost the answer.
	FailAfter func(ops []*storage.Operation) error

	mu      sync.Mutex
	data    map[string][]byte
	closed  bool
	batches int
	written int
}

// New returns an empty client.
func New() *Memory { return &Memory{data: map[string][]byte{}} }

// Get implements storage.Client.
func (m *Memory) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := m.Batch(ctx, op)
	return op.Value, err
}

// Set implements storage.Client.
func (m *Memory) Set(ctx context.Context, key string, value []byte) error {
	return m.Batch(ctx, storage.SetOperation(key, value))
}

// Delete implements storage.Client.
func (m *Memory) Delete(ctx context.Context, key string) error {
	return m.Batch(ctx, storage.DeleteOperation(key))
}

// Close implements storage.Client.
func (m *Memory) Close(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// Batch implements storage.Client.
func (m *Memory) Batch(ctx context.Context, ops ...*storage.Operation) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.Fail != nil {
		if err := m.Fail(ops); err != nil {
			return err
		}
	}
	if err := m.apply(ops); err != nil {
		return err
	}
	if m.FailAfter != nil {
		return m.FailAfter(ops)
	}
	return nil
}

func (m *Memory) apply(ops []*storage.Operation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	wrote := false
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = bytes.Clone(m.data[op.Key])
		case storage.Set:
			m.data[op.Key] = bytes.Clone(op.Value)
			m.written += len(op.Key) + len(op.Value)
			wrote = true
		case storage.Delete:
			delete(m.data, op.Key)
			wrote = true
		}
	}
	if wrote {
		m.batches++
	}
	return nil
}

// Restart makes a closed client usable again, with its data.
func (m *Memory) Restart() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = false
}

// Keys returns the stored keys, sorted.
func (m *Memory) Keys() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.data))
}

// Value returns a copy of what is stored under key, nil when there is nothing.
func (m *Memory) Value(key string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.data[key])
}

// Copy returns an independent client with the same data: the disk of a process that
// is killed at this moment.
func (m *Memory) Copy() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := New()
	for k, v := range m.data {
		c.data[k] = bytes.Clone(v)
	}
	return c
}

// Written returns how many batches changed something, and how many bytes of keys
// and values they set.
func (m *Memory) Written() (batches, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.batches, m.written
}

// Writes reports whether ops change anything, for a Fail that spares reading.
func Writes(ops []*storage.Operation) bool {
	return slices.ContainsFunc(ops, func(op *storage.Operation) bool { return op.Type != storage.Get })
}
