package faultsim_test

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/ledger"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/providers"
)

// judgeSnapshots checks that no ledger that was on disk claims more than the
// pipeline had accepted or refused for good: a collector that begins from it would
// lose the rest.
func (r *run) judgeSnapshots(f *feed, events map[string]*event) {
	for _, s := range r.disk.snapshots {
		led, err := ledger.Open(context.Background(), s.disk, f.key().Instance, f.name)
		if err != nil {
			r.fail("the disk of %v: %v", s.at, err)
			continue
		}
		if led.Fresh() {
			continue
		}
		for _, uid := range slices.Sorted(maps.Keys(r.pipeline.got)) {
			a := r.pipeline.got[uid]
			if a.stream == f.name && a.order >= s.arrived && led.Seen().Has(seenKey(uid)) {
				r.fail("%s: the ledger of %v has seen %s, which came only at %v", f.name, s.at, a.key, a.first)
			}
		}
		pos := led.Position()
		last := f.lastRow(pos.Cursor)
		for _, key := range slices.Sorted(maps.Keys(events)) {
			e := events[key]
			if e.wanted && e.punctual(f) && r.claimed(f, &pos, last, &s, e) && e.arrivedBefore(s.arrived) < e.copies {
				r.fail("%s: the ledger of %v claims %s of %v, shown at %v, which had not come", f.name, s.at, key, e.basis, e.shown)
			}
		}
	}
}

func (e *event) arrivedBefore(order int) (n int) {
	for _, a := range e.got {
		if a.order < order {
			n++
		}
	}
	return n
}

// claimed tells that by the position, whose cursor stands behind last, the event need
// not be read any more.
func (r *run) claimed(f *feed, pos *ledger.Position, last *vendorsim.Entry, s *snapshot, e *event) bool {
	at := ledger.Nanos(e.basis)
	if at < pos.Start || f.Retention > 0 && !e.basis.Add(f.Retention).After(s.at.Add(r.jump)) {
		return false
	}
	if f.Resume != providers.ByCursor {
		return r.jump == 0 && pos.Settled().Contains(at)
	}
	return last != nil && !e.rows[0].Visible.After(s.at) && f.compare(e.rows[0], last) <= 0
}

// lastRow returns the row that a durable cursor stands behind, nil for none.
func (f *feed) lastRow(cursor string) *vendorsim.Entry {
	_, page, _ := strings.Cut(cursor, "|")
	if f.paging == byLink {
		u, err := url.Parse(page)
		if err != nil {
			return nil
		}
		page = u.Query().Get("page")
	}
	sealed, err := base64.RawURLEncoding.DecodeString(page)
	if err != nil || len(sealed) < 12 {
		return nil
	}
	var pos position
	if json.Unmarshal([]byte(gjson.GetBytes(sealed[12:], "p").Raw), &pos) != nil {
		return nil
	}
	return f.numbered(pos.After)
}

var uidText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// seenKey returns the ledger's key of a uid: both are the beginning of one hash.
func seenKey(uid string) (k ledger.Key) {
	sum, err := uidText.DecodeString(uid)
	if err != nil {
		panic("a uid that is no base32: " + uid)
	}
	copy(k[:], sum)
	return k
}

func isDated(raw string) bool { return !strings.HasPrefix(gjson.Get(raw, "at").Str, "soon") }
