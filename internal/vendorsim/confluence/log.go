package confluence

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// Log answers the audit resource that Cloud and Data Center share: newest first,
// paged by start and limit, both bounds inclusive.
type Log struct {
	World  *vendorsim.World
	Stream string
	// Context is the context path, which links to the next page lack.
	Context string
	// MaxLimit is the largest page; more is taken for this much.
	MaxLimit int
	// Render returns a row in this resource's form; nil sends rows as they are.
	Render func(*vendorsim.Entry) string
	// Select returns the rows that a query selects; nil means those of the stream.
	Select func(vendorsim.Query) []*vendorsim.Entry
	// Days are how long rows are kept, unless the knob retention_days says otherwise.
	Days int
}

// Rules are those of the audit resource. Names that it does not know change nothing.
var Rules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"startDate": date, "endDate": date, "searchString": vendorsim.Text,
		"start": vendorsim.Int(0, 1<<31-1), "limit": vendorsim.Int(1, 1<<31-1),
	},
	IgnoreUnknown: true,
}

var units = map[string]time.Duration{
	"SECONDS": time.Second, "MINUTES": time.Minute, "HOURS": time.Hour, "HALF_DAYS": 12 * time.Hour, "DAYS": 24 * time.Hour,
	"WEEKS": 7 * 24 * time.Hour, "MONTHS": 30 * 24 * time.Hour,
}

// sinceRules are those of the same rows for a period up to now.
var sinceRules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"number": vendorsim.Int(1, 1<<20), "searchString": vendorsim.Text,
		"units": vendorsim.OneOf("SECONDS", "MINUTES", "HOURS", "HALF_DAYS", "DAYS", "WEEKS", "MONTHS"),
		"start": vendorsim.Int(0, 1<<31-1), "limit": vendorsim.Int(1, 1<<31-1),
	},
	IgnoreUnknown: true,
}

func date(v string) error {
	_, err := instant(v)
	return err
}

// instant reads epoch milliseconds, or a day.
func instant(v string) (time.Time, error) {
	if ms, err := strconv.ParseInt(v, 10, 64); err == nil && ms >= 0 {
		return time.UnixMilli(ms).UTC(), nil
	}
	t, err := time.Parse(time.DateOnly, v)
	if err != nil {
		return t, fmt.Errorf("%q is neither epoch milliseconds nor a day", v)
	}
	return t, nil
}

// Page returns one page. The parameters have passed Check; base is what the links
// are relative to.
func (l *Log) Page(r *http.Request, q url.Values, base string) vendorsim.Reply {
	w := l.World
	rows := l.rows(r, q)
	start, limit := vendorsim.IntOr(q, "start", 0), min(vendorsim.IntOr(q, "limit", l.MaxLimit), l.limit())
	from, count := start, limit
	if start > 0 && w.Fires(r, vendorsim.DuplicateRows) {
		from-- // as after a late row: the last row of the page before comes again
	}
	if left := len(rows) - start; left > 1 && w.Fires(r, vendorsim.EmptyPage) {
		count = (min(limit, left) + 1) / 2 // a short page with more behind it
	}
	page := vendorsim.Slice(rows, from, count)
	links := map[string]string{"base": base, "context": l.Context, "self": base + strings.TrimPrefix(r.URL.RequestURI(), l.Context)}
	if next := from + len(page); next < len(rows) {
		again := url.Values{}
		for name, values := range q {
			again[name] = values
		}
		again.Set("limit", strconv.Itoa(limit))
		again.Set("start", strconv.Itoa(next))
		links["next"] = "/rest/api/audit?" + again.Encode()
	}
	size := len(page)
	if w.On("size_total") {
		size = len(rows)
	}
	texts := make([]string, len(page))
	for i, e := range page {
		texts[i] = l.text(e)
	}
	return vendorsim.Reply{
		Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}},
		Body: fmt.Sprintf(`{"results":[%s],"start":%d,"limit":%d,"size":%d,"_links":%s}`,
			strings.Join(texts, ","), start, limit, size, vendorsim.JSON(links)),
	}
}

func (l *Log) text(e *vendorsim.Entry) string {
	if l.Render == nil {
		return e.Raw
	}
	return l.Render(e)
}

func (l *Log) limit() int {
	if n, err := strconv.Atoi(l.World.Knob("limit_cap")); err == nil {
		return min(n, l.MaxLimit)
	}
	return l.MaxLimit
}

// rows returns what a query selects.
func (l *Log) rows(r *http.Request, q url.Values) []*vendorsim.Entry {
	w := l.World
	if vendorsim.IntOr(q, "limit", 1) > l.MaxLimit {
		w.Violation(r, "limit %s is above %d", q.Get("limit"), l.MaxLimit)
	}
	sel := vendorsim.Query{UntilInclusive: true, NewestFirst: true}
	sel.Since, _ = instant(q.Get("startDate")) // both are checked, absent ones are zero
	sel.Until, _ = instant(q.Get("endDate"))
	if strings.HasSuffix(r.URL.Path, sincePath) {
		number, unit := vendorsim.IntOr(q, "number", 3), units[q.Get("units")]
		if unit == 0 {
			unit = units["MONTHS"]
		}
		sel.Since = w.Now().Add(-time.Duration(number) * unit)
	}
	days := l.Days
	if n, err := strconv.Atoi(w.Knob("retention_days")); err == nil {
		days = n
	}
	if oldest := w.Now().AddDate(0, 0, -days); sel.Since.Before(oldest) {
		sel.Since = oldest
	}
	if !sel.Until.IsZero() {
		sel.Until = sel.Until.Add(time.Millisecond - 1) // a day's or a millisecond's rows are within it
	}
	rows := l.selected(sel)
	word := strings.ToLower(q.Get("searchString"))
	if word == "" {
		return rows
	}
	return slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return !holds(gjson.Parse(l.text(e)), word) })
}

func (l *Log) selected(q vendorsim.Query) []*vendorsim.Entry {
	if l.Select == nil {
		return l.World.Between(l.Stream, q)
	}
	return l.Select(q)
}

// holds tells whether a string within v contains a word in lower case.
func holds(v gjson.Result, word string) bool {
	if v.IsObject() || v.IsArray() {
		found := false
		v.ForEach(func(_, inner gjson.Result) bool {
			found = holds(inner, word)
			return !found
		})
		return found
	}
	return v.Type == gjson.String && strings.Contains(strings.ToLower(v.Str), word)
}
