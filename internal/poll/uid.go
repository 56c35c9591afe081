package poll

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/providers"
)

// uidLen is the length of a uid: 20 bytes in base32.
const uidLen = 32

var uidEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// hasher computes the identity of activities of one stream: SHA-256 over provider,
// tenant, stream and what identifies the activity, separated by zero bytes.
type hasher struct {
	buf    []byte
	prefix int
}

func newHasher(provider, tenant, stream string) hasher {
	var b []byte
	for _, s := range []string{provider, tenant, stream} {
		b = append(append(b, s...), 0)
	}
	return hasher{b, len(b)}
}

// id returns the sum for an activity with an id of the vendor.
func (h *hasher) id(id string) [sha256.Size]byte {
	h.buf = append(h.buf[:h.prefix], id...)
	return sha256.Sum256(h.buf)
}

// record returns the sum for an activity without id: identity and time, and from
// the second of equal ones on a page on, their ordinal.
func (h *hasher) record(identity string, a *providers.Activity, ordinal int) [sha256.Size]byte {
	h.buf = append(append(h.buf[:h.prefix], identity...), 0)
	if a.CreatedAt.IsZero() {
		h.buf = append(h.buf, a.CreatedAtRaw...)
	} else {
		h.buf = a.CreatedAt.UTC().AppendFormat(h.buf, time.RFC3339Nano)
	}
	if ordinal > 1 {
		h.buf = strconv.AppendInt(append(h.buf, 0), int64(ordinal), 10)
	}
	return sha256.Sum256(h.buf)
}

// branch returns the key under which a branch that was read to its end is
// remembered. The leading zero byte keeps it apart from every activity.
func (h *hasher) branch(cursor string) ledger.Key {
	h.buf = append(append(h.buf[:h.prefix], 0), cursor...)
	return keyOf(sha256.Sum256(h.buf))
}

func keyOf(sum [sha256.Size]byte) ledger.Key { return ledger.Key(sum[:16]) }

// appendUID appends the text of a sum: its first 20 bytes in lower-case base32.
func appendUID(b []byte, sum [sha256.Size]byte) []byte { return uidEncoding.AppendEncode(b, sum[:20]) }
