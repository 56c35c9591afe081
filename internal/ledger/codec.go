package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

// version is the version of all values that this code writes.
const version = 1

// VersionError says that a value was written by a newer version of this program.
type VersionError struct {
	Key     string
	Version int
}

// Error names the key and both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("state %q has version %d, this program knows versions up to %d: run the newer program, or delete the state to begin again", e.Key, e.Version, version)
}

// CorruptError says that a value cannot be read.
type CorruptError struct {
	Key    string
	Reason string
}

// Error names the key and what is wrong.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("state %q is corrupt (%s): restore it, or delete the state of this stream to begin again", e.Key, e.Reason)
}

var errShort = errors.New("it ends too early")

// seal puts the header before a payload that begins at index headerLen of b.
func seal(b []byte) []byte {
	b[0] = version
	binary.BigEndian.PutUint32(b[1:], crc32.ChecksumIEEE(b[headerLen:]))
	return b
}

const headerLen = 5

// open checks the header of a value and returns its payload.
func open(key string, b []byte) ([]byte, error) {
	switch {
	case len(b) == 0:
		return nil, &CorruptError{key, "it is missing or empty"}
	case b[0] > version:
		return nil, &VersionError{key, int(b[0])}
	case b[0] == 0:
		return nil, &CorruptError{key, "it has no version"}
	case len(b) < headerLen:
		return nil, &CorruptError{key, errShort.Error()}
	case binary.BigEndian.Uint32(b[1:]) != crc32.ChecksumIEEE(b[headerLen:]):
		return nil, &CorruptError{key, "its checksum is wrong"}
	}
	return b[headerLen:], nil
}

// encodePosition returns the value of the position key.
func encodePosition(p *Position, buckets []*bucket) []byte {
	w := writer(make([]byte, headerLen, 256))
	for _, t := range []int64{p.Start, p.Since, p.Newest, p.Reached, p.Read} {
		w.int(t)
	}
	w.bool(p.Capped)
	w.bool(p.CaughtUp)
	w.text(p.Cursor)
	w.text(p.Fingerprint)
	w.int(int64(len(p.Passes)))
	for _, pass := range p.Passes {
		w.int(int64(pass.Delay))
		w.int(int64(len(pass.Read)))
		last := int64(0)
		for _, r := range pass.Read {
			w.int(r.From - last)
			w.int(r.To - r.From)
			last = r.To
		}
	}
	w.int(int64(len(buckets)))
	for _, b := range buckets {
		w.int(b.from)
		w.int(b.width)
		w.int(b.belongs.From - b.from)
		w.int(b.belongs.To - b.from)
		w.int(b.sight - b.from)
		w.int(int64(b.chunks()))
		w.int(int64(b.table.n))
	}
	return seal(w)
}

// stored is a bucket as the position lists it.
type stored struct {
	*bucket
	chunks, ids int
}

// decodePosition is the inverse of encodePosition.
func decodePosition(key string, value []byte) (Position, []stored, error) {
	payload, err := open(key, value)
	if err != nil {
		return Position{}, nil, err
	}
	r := reader{b: payload}
	var p Position
	for _, t := range []*int64{&p.Start, &p.Since, &p.Newest, &p.Reached, &p.Read} {
		*t = r.int()
	}
	p.Capped, p.CaughtUp = r.bool(), r.bool()
	p.Cursor, p.Fingerprint = r.text(), r.text()
	for range r.count(2) {
		p.Passes = append(p.Passes, Pass{time.Duration(r.int()), r.set()})
	}
	var buckets []stored
	for range r.count(7) {
		b := &bucket{from: r.int(), width: r.int()}
		b.belongs = Range{b.from + r.int(), b.from + r.int()}
		b.sight = b.from + r.int()
		if b.width <= 0 {
			r.fail(errors.New("a bucket has no width"))
		}
		buckets = append(buckets, stored{b, r.size(), r.size()})
	}
	if r.err == nil && len(r.b) > 0 {
		r.err = errors.New("it has bytes left over")
	}
	if r.err != nil {
		return Position{}, nil, &CorruptError{key, r.err.Error()}
	}
	return p, buckets, nil
}

// encodeChunk returns the value of a chunk of ids.
func encodeChunk(keys []Key) []byte {
	b := make([]byte, headerLen, headerLen+len(keys)*len(Key{}))
	for i := range keys {
		b = append(b, keys[i][:]...)
	}
	return seal(b)
}

// decodeChunk is the inverse of encodeChunk.
func decodeChunk(key string, value []byte) ([]Key, error) {
	b, err := open(key, value)
	if err != nil {
		return nil, err
	}
	const size = len(Key{})
	if len(b)%size != 0 || len(b) == 0 {
		return nil, &CorruptError{key, "its length is wrong"}
	}
	keys := make([]Key, len(b)/size)
	for i := range keys {
		copy(keys[i][:], b[i*size:])
	}
	return keys, nil
}

type writer []byte

func (w *writer) int(v int64) { *w = binary.AppendVarint(*w, v) }

func (w *writer) bool(v bool) {
	if v {
		w.int(1)
	} else {
		w.int(0)
	}
}

func (w *writer) text(s string) {
	w.int(int64(len(s)))
	*w = append(*w, s...)
}

// reader reads what writer wrote. After the first error it returns zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.b = nil
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail(errShort)
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bool() bool { return r.int() != 0 }

// size reads a number that cannot be negative.
func (r *reader) size() int {
	v := r.int()
	if v < 0 || v > 1<<40 {
		r.fail(errors.New("a size is out of range"))
		return 0
	}
	return int(v)
}

// count reads the length of a list whose items take at least least bytes.
func (r *reader) count(least int) int {
	n := r.size()
	if n > len(r.b)/least {
		r.fail(errShort)
		return 0
	}
	return n
}

func (r *reader) text() string {
	n := r.count(1)
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) set() Set {
	n := r.count(2)
	if n == 0 {
		return nil
	}
	s := make(Set, 0, n)
	last := int64(0)
	for i := range n {
		from := last + r.int()
		to := from + r.int()
		if to <= from || i > 0 && from <= last {
			r.fail(errors.New("its ranges are out of order"))
			return nil
		}
		s = append(s, Range{from, to})
		last = to
	}
	return s
}
