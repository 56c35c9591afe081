package box

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"sort"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// feed is one of the two orders of the events.
type feed struct {
	kind string
	rows []*vendorsim.Entry
	of   func(*vendorsim.Entry) time.Time
}

func visible(e *vendorsim.Entry) time.Time  { return e.Visible }
func happened(e *vendorsim.Entry) time.Time { return e.Time }

// A position is a whole number above 2^53: the millisecond of the last row, how many
// rows of that millisecond were read, and some bits over the rest, by which a number
// that went through a float shows.
const (
	takenBits = 14
	checkBits = 8
)

func encode(kind string, at time.Time, taken int) string {
	n := at.UnixMilli()<<takenBits | int64(taken)
	return strconv.FormatInt(n<<checkBits|check(kind, n), 10)
}

func check(kind string, n int64) int64 {
	h := fnv.New32a()
	fmt.Fprint(h, kind, n)
	return int64(h.Sum32()) & (1<<checkBits - 1)
}

// decode reads a position that encode made for this kind.
func decode(kind, text string) (at time.Time, taken int, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || check(kind, n>>checkBits) != n&(1<<checkBits-1) {
		return at, 0, false
	}
	n >>= checkBits
	return time.UnixMilli(n >> takenBits), int(n & (1<<takenBits - 1)), true
}

// first returns the index of the first row at or after a time.
func (f feed) first(t time.Time) int {
	return sort.Search(len(f.rows), func(i int) bool { return !f.of(f.rows[i]).Before(t) })
}

// after returns the position behind rows[:n]; there must be one.
func (f feed) after(n int) string {
	if n == 0 {
		return "0"
	}
	at := time.UnixMilli(f.of(f.rows[n-1]).UnixMilli())
	return encode(f.kind, at, n-f.first(at))
}

// end returns the position behind everything; without rows it is now.
func (f feed) end(now time.Time) string {
	if len(f.rows) == 0 {
		return encode(f.kind, now, 0)
	}
	return f.after(len(f.rows))
}

// open returns the index at which a position goes on, and its time. The oldest event
// has several names.
func (s *sim) open(r *http.Request, f feed, position string) (int, time.Time, error) {
	switch position {
	case "", "0", "null":
		return 0, time.Time{}, nil
	}
	if s.world.Fires(r, vendorsim.CursorExpired) {
		return 0, time.Time{}, vendorsim.ErrOldCursor
	}
	at, taken, ok := decode(f.kind, position)
	from := f.first(at)
	if !ok || from+taken > f.first(at.Add(time.Millisecond)) {
		s.world.Violation(r, "position %q was not handed out for %s", position, f.kind)
		return 0, at, vendorsim.ErrBadCursor
	}
	return from + taken, at, nil
}
