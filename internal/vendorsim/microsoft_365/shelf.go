package microsoft365

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	// kept is how long a blob can be had.
	kept = 7 * 24 * time.Hour
	// collected is the span whose records come together.
	collected = time.Minute
	// blobSize is how many records a blob has at most.
	blobSize = 25
)

// blob is a file of records. It never changes.
type blob struct {
	id      string
	created time.Time
	number  int
	rows    []*vendorsim.Entry
}

// shelf holds the blobs of one stream. Records come into the blob of the minute in
// which they become visible, created at that minute's end. What becomes visible in
// a minute that somebody has looked at already, comes into a blob created now: a
// blob that was shown once stays as it is.
type shelf struct {
	world    *vendorsim.World
	stream   string
	assigned map[int]bool // by sequence number
	looked   time.Time    // until when blobs were made
	blobs    []*blob      // in the order of their creation
}

// fill makes the blobs of all records that are visible.
func (h *shelf) fill() {
	now := h.world.Now()
	made := map[time.Time][]*vendorsim.Entry{}
	for _, e := range h.world.Between(h.stream, vendorsim.Query{By: vendorsim.VisibleTime, Since: now.Add(-kept - 24*time.Hour)}) {
		end := e.Visible.Truncate(collected).Add(collected)
		if h.assigned[e.Seq] || end.After(now) {
			continue
		}
		if !end.After(h.looked) {
			end = now
		}
		h.assigned[e.Seq] = true
		made[end] = append(made[end], e)
	}
	h.looked = now
	for created, rows := range made {
		for part := range slices.Chunk(rows, blobSize) {
			h.blobs = append(h.blobs, h.blob(created, part))
		}
	}
	slices.SortFunc(h.blobs, (*blob).compare)
}

func (b *blob) compare(c *blob) int {
	if order := b.created.Compare(c.created); order != 0 {
		return order
	}
	return strings.Compare(b.id, c.id)
}

func (h *shelf) blob(created time.Time, rows []*vendorsim.Entry) *blob {
	number := rows[0].Seq
	stamp := fmt.Sprintf("%s%03d%06d", created.Format("20060102150405"), created.Nanosecond()/1e6, number%1e6)
	t := typeOf(h.stream)
	id := stamp + "$" + stamp + "$" + strings.ToLower(strings.ReplaceAll(t, ".", "_")) + "$" + strings.ReplaceAll(t, ".", "_")
	return &blob{id: id, created: created, number: number, rows: rows}
}

func typeOf(stream string) string {
	for t, s := range contentTypes {
		if s == stream {
			return t
		}
	}
	return ""
}

// find returns a blob, or nil.
func (h *shelf) find(id string) *blob {
	h.fill()
	if i := slices.IndexFunc(h.blobs, func(b *blob) bool { return b.id == id }); i >= 0 {
		return h.blobs[i]
	}
	return nil
}

// between returns the blobs created in [since, until) that have not run out.
func (h *shelf) between(since, until time.Time) []*blob {
	h.fill()
	oldest := h.world.Now().Add(-kept)
	var found []*blob
	for _, b := range h.blobs {
		if !b.created.Before(since) && b.created.Before(until) && b.created.After(oldest) {
			found = append(found, b)
		}
	}
	return found
}
