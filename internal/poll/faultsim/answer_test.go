package faultsim_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/providers"
)

// position is where a page begins: what a page token holds.
type position struct {
	After int   `json:"a"`           // Seq of the row before (files: end of the slot before); -1: none
	Empty int   `json:"e,omitempty"` // empty pages since then
	Since int64 `json:"s,omitempty"` // of the query that a chain of cursors began with
}

// answer is what a page holds.
type answer struct {
	rows     []*vendorsim.Entry
	branches []string
	next     string
	more     bool
	restart  bool
}

const (
	defaultPage  = 25 // of vendors without page size
	filesPerPage = 6
)

func (c *call) reply() vendorsim.Reply {
	limit := vendorsim.IntOr(c.q, "limit", defaultPage)
	switch {
	case c.mostPage > 0 && limit > c.mostPage:
		c.api.hit("page too large")
		return complain(http.StatusBadRequest, "page_too_large")
	case c.file == "" && c.Resume == providers.ByWindow && c.tooLong():
		return complain(http.StatusBadRequest, "window_too_long")
	case c.file == "" && c.mostSpan > 0 && c.span() > c.mostSpan:
		c.api.hit("window not answered in time")
		return complain(http.StatusGatewayTimeout, "timeout")
	}
	pos, err := c.position()
	switch {
	case errors.Is(err, vendorsim.ErrOldCursor):
		c.api.hit("cursor refused")
		return complain(http.StatusGone, "cursor_expired")
	case err != nil:
		c.api.world.Violation(c.r, "page: %v", err)
		return complain(http.StatusBadRequest, "bad_page")
	}
	var a answer
	switch {
	case c.branching == files && c.file == "":
		a = c.files(pos)
	case c.branching == categories && !c.q.Has("category"):
		a = answer{branches: []string{"0", "1", "2"}}
	default:
		rows := c.selected(pos)
		if c.mostRows > 0 && len(rows) > c.mostRows {
			c.api.hit("window too large")
			return complain(http.StatusBadRequest, "window_too_large")
		}
		a = c.page(rows, pos, limit)
	}
	return c.render(a)
}

// scope is what a page token is good for: the query that it came from.
func (c *call) scope() string {
	if c.Resume == providers.ByCursor {
		return c.r.URL.Path
	}
	return c.r.URL.Path + "?" + strings.Join([]string{c.q.Get("since"), c.q.Get("until"), c.q.Get("category")}, "&")
}

// position reads where the page is to begin.
func (c *call) position() (position, error) {
	pos := position{After: -1}
	if c.q.Has("since") && c.Resume == providers.ByCursor {
		pos.Since, _ = strconv.ParseInt(c.q.Get("since"), 10, 64) // checked by the rules
	}
	if text := c.q.Get("page"); text != "" {
		return pos, c.api.world.OpenCursor(c.r, c.scope(), text, 0, &pos)
	}
	return pos, nil
}

// selected returns all rows that the query selects, from its first page on.
func (c *call) selected(pos position) []*vendorsim.Entry {
	file, _ := strconv.ParseInt(c.file, 10, 64)
	category := c.q.Get("category")
	within := c.bounded()
	return c.rows(func(e listed) bool {
		switch {
		case c.file != "":
			return e.basis.Unix() == file
		case c.Resume == providers.ByCursor:
			at := e.basis.UnixNano() / c.unit()
			return at > pos.Since || at == pos.Since && !c.sinceExclusive
		case category != "" && strconv.FormatUint(mix(uint64(e.Time.UnixNano()))%3, 10) != category:
			return false
		}
		return within(e.basis)
	})
}

// page cuts the page out of the rows.
func (c *call) page(rows []*vendorsim.Entry, pos position, limit int) answer {
	w := c.api.world
	start := c.start(rows, pos)
	more := start < len(rows)
	if c.paging != byOffset && more && w.Fires(c.r, vendorsim.EmptyPage) {
		pos.Empty++
		return answer{next: c.token(pos), more: true}
	}
	end := min(start+limit, len(rows))
	for c.naming != vendorIDs && end > start && end < len(rows) && rows[end].Raw == rows[end-1].Raw {
		end++ // never among equal rows
	}
	a := answer{rows: rows[start:end], more: end < len(rows)}
	if end > start {
		pos.After, pos.Empty = rows[end-1].Seq, 0
	}
	switch {
	case c.Resume == providers.ByCursor && c.terminal && !a.more:
		a.restart = true
	case a.more && c.paging == byOffset:
		a.next = strconv.Itoa(end)
	case a.more, c.Resume == providers.ByCursor && pos.After >= 0:
		a.next = c.token(pos)
	}
	if c.naming == vendorIDs && c.paging != byOffset {
		a.rows = w.Rows(c.r, a.rows)
	}
	return a
}

// start returns the index of the first row of the page.
func (c *call) start(rows []*vendorsim.Entry, pos position) int {
	if c.paging == byOffset {
		start := min(vendorsim.IntOr(c.q, "offset", 0), len(rows))
		if start > 0 && start < len(rows) && c.api.world.Fires(c.r, vendorsim.DuplicateRows) {
			start--
		}
		return start
	}
	if pos.After < 0 {
		return 0
	}
	last := c.numbered(pos.After)
	if last == nil {
		return 0
	}
	i, found := slices.BinarySearchFunc(rows, last, c.compare)
	if found {
		i++
	}
	return i
}

func (c *call) token(pos position) string { return c.api.world.Cursor(c.scope(), pos) }

// files returns a page of the list of files.
func (c *call) files(pos position) answer {
	now, within := c.api.world.Now(), c.bounded()
	var slots []int
	for _, e := range c.rows(func(e listed) bool { return within(e.basis) && !c.shown(e.Entry).After(now) }) {
		slots = append(slots, int(c.slot(e).Unix()))
	}
	slices.Sort(slots)
	slots = slices.Compact(slots)
	i, found := slices.BinarySearch(slots, pos.After)
	if found {
		i++
	}
	slots = slots[i:]
	a := answer{more: len(slots) > filesPerPage}
	for _, slot := range slots[:min(len(slots), filesPerPage)] {
		a.branches = append(a.branches, strconv.Itoa(slot))
		pos.After = slot
	}
	if a.more {
		a.next = c.token(pos)
	}
	return a
}

// everySecond is what a partial answer has: old rows are missing as well as new ones.
func everySecond(rows []*vendorsim.Entry) []*vendorsim.Entry {
	var some []*vendorsim.Entry
	for i := len(rows) - 1; i >= 0; i -= 2 {
		some = append(some, rows[i])
	}
	slices.Reverse(some)
	return some
}

// render writes the answer as the vendor does.
func (c *call) render(a answer) vendorsim.Reply {
	partial := c.isPartial()
	if partial && len(a.rows) > 1 && c.naming == vendorIDs {
		a.rows = everySecond(a.rows)
	}
	rows := vendorsim.Array(a.rows)
	if c.naming == identities {
		rows = strings.ReplaceAll(rows, `"seen":0`, `"seen":`+strconv.Itoa(1+c.count))
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if c.paging == byLink && a.next != "" {
		q := c.r.URL.Query()
		q.Set("page", a.next)
		origin := vendorsim.Origin(c.r)
		if c.count%2 == 1 {
			c.api.hit("link to a foreign origin")
			origin = "https://internal-7.example.net"
		}
		a.next = origin + c.r.URL.Path + "?" + q.Encode()
		header.Set("Link", "<"+a.next+">; rel=\"next\"")
	}
	body := fmt.Sprintf(`{"rows":%s,"next":%q,"more":%t,"branches":%s,"partial":%t,"restart":%t,"at":%q}`,
		rows, a.next, a.more, vendorsim.JSON(slices.Concat([]string{}, a.branches)), partial, a.restart, c.api.world.ServerTime().Format(time.RFC3339))
	return vendorsim.Reply{Status: http.StatusOK, Header: header, Body: body}
}
