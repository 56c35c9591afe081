package ledger

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"time"
)

// Key identifies an activity: the first 16 bytes of the hash that its uid shows.
type Key [16]byte

// sealAt is the number of ids at which a chunk is complete.
const sealAt = 256

// Seen is the set of ids that may be met again, in buckets of time.
type Seen struct {
	width   int64
	buckets []*bucket // by from, then width
	n       int
	// memory tells that nothing is ever written, so that no chunk is prepared.
	memory bool
}

// Bucket describes a bucket to the one who decides whether it can be forgotten.
type Bucket struct {
	Range              // the times of its ids
	Belongs  Range     // hull of the ranges whose reading may bring its ids again
	LastSeen time.Time // when the newest of its ids was first seen, or kept
	IDs      int
}

type bucket struct {
	from, width int64
	belongs     Range
	sight       int64
	table       table
	sealed      int   // complete chunks in storage
	tail        []Key // ids of the last chunk, in the order they came
	stored      int   // how many of tail are in storage
}

// Add records that id k was seen at sight, and reports whether it is new. at is
// where k lies in time, belongs the range whose reading may bring it again (the
// empty range: the bucket of at).
func (s *Seen) Add(at, sight int64, belongs Range, k Key) bool {
	k = normal(k)
	own := s.find(at)
	if s.has(own, k) {
		return false
	}
	s.put(own, at, sight, belongs, k)
	return true
}

// Has reports whether k was seen.
func (s *Seen) Has(k Key) bool { return s.has(nil, normal(k)) }

// Keep renews the memory of an id that was seen again, as if it were new, unless it
// is in a bucket with an id that was seen within age before.
func (s *Seen) Keep(at, sight int64, belongs Range, k Key, age time.Duration) {
	k = normal(k)
	own := s.find(at)
	if own != nil && own.table.has(k) {
		own.belongs, own.sight = own.belongs.Hull(belongs), max(own.sight, sight)
		return
	}
	for _, b := range s.buckets {
		if age > 0 && b.sight >= sight-int64(age) && b.table.has(k) {
			return
		}
	}
	s.put(own, at, sight, belongs, k)
}

// Within returns the number of ids in buckets that lie in r.
func (s *Seen) Within(r Range) (n int) {
	for _, b := range s.buckets {
		if r.From <= b.times().From && b.times().To <= r.To {
			n += b.table.n
		}
	}
	return n
}

// Newest returns the last bucket of the present width that lies in r.
func (s *Seen) Newest(r Range) (last Bucket, ok bool) {
	for _, b := range slices.Backward(s.buckets) {
		if t := b.times(); b.width == s.width && r.From <= t.From && t.To <= r.To {
			return b.describe(), true
		}
	}
	return Bucket{}, false
}

// OldestSight returns when the bucket was last added to, or kept, that was so longest
// ago; ok is false when there is none.
func (s *Seen) OldestSight() (sight int64, ok bool) {
	for i, b := range s.buckets {
		if i == 0 || b.sight < sight {
			sight = b.sight
		}
	}
	return sight, len(s.buckets) > 0
}

// Len returns the number of ids remembered.
func (s *Seen) Len() int { return s.n }

// SetWidth sets the width of the buckets to come; older ones stay as they are.
func (s *Seen) SetWidth(d time.Duration) { s.width = max(int64(d), int64(time.Second)) }

func (s *Seen) has(first *bucket, k Key) bool {
	if first != nil && first.table.has(k) {
		return true
	}
	// A vendor may change an event's time, and not every event has one.
	for _, b := range s.buckets {
		if b != first && b.table.has(k) {
			return true
		}
	}
	return false
}

func (s *Seen) find(at int64) *bucket {
	for i := len(s.buckets) - 1; i >= 0; i-- {
		if b := s.buckets[i]; b.width == s.width && b.times().Contains(at) {
			return b
		}
	}
	return nil
}

func (s *Seen) put(b *bucket, at, sight int64, belongs Range, k Key) {
	if b == nil {
		b = &bucket{from: floor(at, s.width), width: s.width}
		s.insert(b)
	}
	if belongs.Empty() {
		belongs = b.times()
	}
	b.belongs, b.sight = b.belongs.Hull(belongs), max(b.sight, sight)
	b.table.add(k)
	s.n++
	if !s.memory {
		b.tail = append(b.tail, k)
	}
}

func (s *Seen) insert(b *bucket) {
	i, _ := slices.BinarySearchFunc(s.buckets, b, func(x, y *bucket) int {
		return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.width, y.width))
	})
	s.buckets = slices.Insert(s.buckets, i, b)
}

// forget drops the buckets of which drop says so and returns them. It asks in the
// order of their times.
func (s *Seen) forget(drop func(Bucket) bool) []*bucket {
	var gone []*bucket
	s.buckets = slices.DeleteFunc(s.buckets, func(b *bucket) bool {
		if !drop(b.describe()) {
			return false
		}
		s.n -= b.table.n
		gone = append(gone, b)
		return true
	})
	return gone
}

// changed reports whether ids wait to be written.
func (s *Seen) changed() bool {
	return slices.ContainsFunc(s.buckets, func(b *bucket) bool { return len(b.tail) > b.stored })
}

// written notes that storage has all ids.
func (s *Seen) written() {
	for _, b := range s.buckets {
		b.stored = len(b.tail)
		if b.stored >= sealAt {
			b.sealed++
			b.tail, b.stored = nil, 0
		}
	}
}

func (b *bucket) describe() Bucket { return Bucket{b.times(), b.belongs, Time(b.sight), b.table.n} }

func (b *bucket) times() Range { return Range{b.from, b.from + b.width} }

// chunks is how many chunks the bucket has once its tail is written.
func (b *bucket) chunks() int {
	if len(b.tail) == 0 {
		return b.sealed
	}
	return b.sealed + 1
}

func floor(t, unit int64) int64 {
	const far = 1 << 62 // years 1823 and 2116: nothing overflows
	t = min(max(t, -far), far)
	m := t % unit
	if m < 0 {
		m += unit
	}
	return t - m
}

// normal keeps the zero key free: it marks an empty slot.
func normal(k Key) Key {
	if k == (Key{}) {
		k[0] = 1
	}
	return k
}

// table is an open-addressing hash table of keys that are hashes already. A Go map
// of the same keys takes up to twice the memory.
type table struct {
	slots []Key
	n     int
}

func (t *table) slot(k Key) int {
	hi, _ := bits.Mul64(binary.BigEndian.Uint64(k[:8]), uint64(len(t.slots)))
	return int(hi)
}

func (t *table) has(k Key) bool {
	if t.n == 0 {
		return false
	}
	for i := t.slot(k); ; {
		switch t.slots[i] {
		case k:
			return true
		case Key{}:
			return false
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

// add inserts a key that is not in t.
func (t *table) add(k Key) {
	if (t.n+1)*5 > len(t.slots)*4 {
		t.grow()
	}
	i := t.slot(k)
	for t.slots[i] != (Key{}) {
		if i++; i == len(t.slots) {
			i = 0
		}
	}
	t.slots[i] = k
	t.n++
}

func (t *table) grow() {
	size := len(t.slots) + len(t.slots)/2
	if len(t.slots) >= 4096 {
		size = len(t.slots) + len(t.slots)/4 // large tables stay dense
	}
	old := t.slots
	t.slots, t.n = make([]Key, max(8, size)), 0
	for _, k := range old {
		if k != (Key{}) {
			t.add(k)
		}
	}
}
