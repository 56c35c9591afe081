package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPositionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moment := rapid.Int64Range(-1<<61, 1<<61)
		p := Position{
			Start: moment.Draw(t, "start"), Since: moment.Draw(t, "since"), Newest: moment.Draw(t, "newest"),
			Reached: moment.Draw(t, "reached"), Read: moment.Draw(t, "read"), Capped: rapid.Bool().Draw(t, "capped"), CaughtUp: rapid.Bool().Draw(t, "caught up"),
			Cursor: rapid.String().Draw(t, "cursor"), Fingerprint: rapid.String().Draw(t, "fingerprint"),
		}
		for range rapid.IntRange(0, 4).Draw(t, "passes") {
			pass := Pass{Delay: time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "delay"))}
			for range rapid.IntRange(0, 5).Draw(t, "ranges") {
				pass.Read = pass.Read.Add(Range{moment.Draw(t, "from"), moment.Draw(t, "to")})
			}
			p.Passes = append(p.Passes, pass)
		}
		var s Seen
		for range rapid.IntRange(0, 5).Draw(t, "buckets") {
			s.SetWidth(time.Duration(rapid.Int64Range(1, 1<<40).Draw(t, "width")))
			s.Add(moment.Draw(t, "at"), moment.Draw(t, "sight"), Range{}, Key{1, byte(s.n)})
		}
		value := encodePosition(&p, s.buckets)
		got, buckets, err := decodePosition("k", value)
		require.NoError(t, err)
		assert.Equal(t, p, got)
		require.Len(t, buckets, len(s.buckets))
		for i, b := range s.buckets {
			assert.Equal(t, b.times(), buckets[i].times())
			assert.Equal(t, b.belongs, buckets[i].belongs)
			assert.Equal(t, b.sight, buckets[i].sight)
			assert.Equal(t, b.table.n, buckets[i].ids)
			assert.Equal(t, b.chunks(), buckets[i].chunks)
		}
	})
}

// TestPositionFormat pins the stored form: state written by a release must be read
// by every later one.
func TestPositionFormat(t *testing.T) {
	p := Position{Start: 1, Since: 2, Newest: 3, Reached: 4, Read: 5, Cursor: "c", Fingerprint: "f", Passes: []Pass{{Delay: 6, Read: Set{{7, 9}}}}}
	value := encodePosition(&p, []*bucket{{from: 10, width: 20, belongs: Range{10, 30}, sight: 15, sealed: 2, table: table{n: 600}}})
	assert.Equal(t, []byte{
		0x02, 0x04, 0x06, 0x08, 0x0a, 0x00, 0x00, 0x02, 'c', 0x02, 'f', // times, flags, texts
		0x02, 0x0c, 0x02, 0x0e, 0x04, // one pass with one range
		0x02, 0x14, 0x28, 0x00, 0x28, 0x0a, 0x04, 0xb0, 0x09, // one bucket
	}, value[headerLen:])
	assert.Equal(t, []byte{version, 0xa5, 0xe4, 0x0b, 0xff}, value[:headerLen])
}

func FuzzDecode(f *testing.F) {
	p := Position{Cursor: "c", Passes: []Pass{{Delay: 6, Read: Set{{7, 9}, {11, 12}}}}}
	f.Add(encodePosition(&p, []*bucket{{from: 10, width: 20, sealed: 2}})[headerLen:])
	f.Add(encodeChunk([]Key{{1}, {2}})[headerLen:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, payload []byte) {
		value := seal(append(make([]byte, headerLen), payload...))
		pos, buckets, err := decodePosition("k", value)
		if err != nil {
			if _, ok := errors.AsType[*CorruptError](err); !ok {
				t.Fatalf("unexpected error %v", err)
			}
		}
		for _, pass := range pos.Passes {
			for i, r := range pass.Read {
				if r.Empty() || i > 0 && r.From <= pass.Read[i-1].To {
					t.Fatalf("bad set %v", pass.Read)
				}
			}
		}
		for _, b := range buckets {
			if b.width <= 0 {
				t.Fatal("bucket without width")
			}
		}
		if _, err := decodeChunk("k", value); err == nil && len(payload)%len(Key{}) != 0 {
			t.Fatal("odd chunk accepted")
		}
	})
}
