package truto

import (
	"cmp"
	"errors"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	defaultPage = 100
	// largestPage is what the vendor behind gives at most, whatever limit says.
	largestPage = 200
)

// position is a place in the order of the vendor behind.
type position struct {
	Key int64 `json:"k"`
	Seq int   `json:"n"`
}

// key orders rows as the vendor behind does.
func (s *sim) key(e *vendorsim.Entry) position {
	switch s.world.Knob("order") {
	case "oldest":
		return position{e.Time.UnixNano(), e.Seq}
	case "newest":
		return position{-e.Time.UnixNano(), -e.Seq}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(e.ID))
	return position{int64(h.Sum64()), e.Seq}
}

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.Key, q.Key), cmp.Compare(p.Seq, q.Seq))
}

// scopeOf is what a cursor is tied to: everything but the page size.
func scopeOf(q url.Values) string {
	rest := url.Values{}
	for name, values := range q {
		if name != "next_cursor" && name != "limit" {
			rest[name] = values
		}
	}
	return rest.Encode()
}

func (s *sim) answer(rw http.ResponseWriter, r *http.Request, q url.Values, account string) {
	w := s.world
	after, started := position{}, q.Has("next_cursor")
	if started {
		if err := w.OpenCursor(r, scopeOf(q), q.Get("next_cursor"), 0, &after); err != nil {
			if errors.Is(err, vendorsim.ErrBadCursor) {
				w.Violation(r, "next_cursor: %v", err)
			}
			remote(http.StatusBadRequest, "", map[string]any{"error": "invalid cursor"}).Write(rw)
			return
		}
	}
	rows := s.rows(q, account)
	if started {
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return s.key(e).compare(after) <= 0 })
	}
	size := defaultPage
	if q.Get("truto_ignore_limit") != "true" {
		size = min(vendorsim.IntOr(q, "limit", defaultPage), largestPage)
	}
	page := vendorsim.Slice(rows, 0, size)
	next := "null"
	switch {
	case len(page) > 0 && w.Fires(r, vendorsim.EmptyPage):
		// The cursor of the page before leads to the same rows again; a first page has
		// none, so it leads to a place before all rows.
		page = nil
		if !started {
			after = position{Key: -1 << 63, Seq: -1 << 62}
		}
		next = vendorsim.JSON(w.Cursor(scopeOf(q), after))
	case len(rows) > size:
		next = vendorsim.JSON(w.Cursor(scopeOf(q), s.key(page[len(page)-1])))
	}
	// Truto filters and maps what the vendor's page held: a page may end up short,
	// or empty, in the middle of the list.
	page = slices.DeleteFunc(slices.Clone(page), func(e *vendorsim.Entry) bool { return !matches(e.Raw, q) })
	s.write(rw, q, w.Rows(r, page), next)
}

// rows returns the account's rows within the time filter, in the vendor's order.
func (s *sim) rows(q url.Values, account string) []*vendorsim.Entry {
	var sel vendorsim.Query
	if !s.world.On("ignores_time") {
		for _, bound := range []struct {
			name      string
			lower, in bool
		}{{"gt", true, false}, {"gte", true, true}, {"lt", false, false}, {"lte", false, true}} {
			t, err := vendorsim.ParseTime(q.Get("created_at[" + bound.name + "]"))
			switch {
			case err != nil: // absent; the rules have checked the rest
			case bound.lower && !t.Before(sel.Since):
				sel.Since, sel.SinceExclusive = t, !bound.in
			case !bound.lower && (sel.Until.IsZero() || t.Before(sel.Until)):
				sel.Until, sel.UntilInclusive = t, bound.in
			}
		}
	}
	rows := s.world.Between("activities", sel)
	if account != "" {
		rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return behind(e.Raw) != account })
	}
	slices.SortFunc(rows, func(a, b *vendorsim.Entry) int { return s.key(a).compare(s.key(b)) })
	return rows
}

// behind returns the integration of a row.
func behind(raw string) string { return gjson.Get(raw, "remote_data.sim_integration").Str }

// matches applies the filters that the integration of the row supports; others are
// ignored without a word.
func matches(raw string, q url.Values) bool {
	in, row := find(behind(raw)), gjson.Parse(raw)
	for _, f := range []struct {
		param, path string
		supported   bool
	}{
		{"actor_id", "actor.user.id", in.actorID},
		{"organization_id", "organization", in.orgRequired},
		{"action", "action", in.takes(q.Get("action"))},
		{"actor[type]", "actor.type", true},
		{"actor[user][id]", "actor.user.id", true},
		{"entity", "entity", in.entity},
		{"entity_type", "entity_type", in.entityType},
		{"ip_address", "context.ip_address", in.ip},
	} {
		if q.Has(f.param) && f.supported && row.Get(f.path).String() != q.Get(f.param) {
			return false
		}
	}
	return !q.Has("product") || !in.product || row.Get("remote_data.Workload").Str == "AzureActiveDirectory"
}

// write sends one page in the form asked for.
func (s *sim) write(rw http.ResponseWriter, q url.Values, page []*vendorsim.Entry, next string) {
	w := s.world
	rows := make([]string, 0, len(page))
	for i, e := range page {
		if w.On("partial") && i%3 == 2 {
			continue
		}
		rows = append(rows, shape(e.Raw, q))
	}
	rw.Header().Set("Content-Type", "application/json")
	if q.Get("truto_response_format") == "stream" {
		rw.Header().Set("Content-Type", "application/x-ndjson")
		_, _ = rw.Write([]byte(strings.Join(rows, "\n")))
		return
	}
	result := "[" + strings.Join(rows, ",") + "]"
	if by := q.Get("truto_key_by"); by != "" {
		result = keyed(rows, by)
	}
	body := `{"result":` + result
	if next != "null" || !w.On("omit_last_cursor") {
		body += `,"next_cursor":` + next
	}
	if !w.On("bare_envelope") {
		body += `,"prev_cursor":null,"result_count":` + strconv.Itoa(len(rows)) +
			`,"is_partial_response":` + strconv.FormatBool(w.On("partial"))
	}
	_, _ = rw.Write([]byte(body + "}"))
}

// shape leaves out what the request does not want. A row is not touched otherwise.
func shape(raw string, q url.Values) string {
	if f := q.Get("truto_response_format"); f == "raw" || f == "normalized" {
		return gjson.Get(raw, "remote_data").Raw
	}
	var out []string
	if q.Get("truto_ignore_remote_data") == "true" {
		out = append(out, "remote_data")
	}
	for name, values := range q {
		if name == "truto_exclude_fields" || strings.HasPrefix(name, "truto_exclude_fields[") {
			out = append(out, strings.Split(strings.Join(values, ","), ",")...)
		}
	}
	for _, field := range out {
		if less, err := sjson.Delete(raw, field); err == nil {
			raw = less
		}
	}
	return raw
}

// keyed turns rows into an object; a row without the field is keyed by its number.
func keyed(rows []string, by string) string {
	parts := make([]string, len(rows))
	for i, raw := range rows {
		key := gjson.Get(raw, by).String()
		if key == "" {
			key = strconv.Itoa(i)
		}
		parts[i] = vendorsim.JSON(key) + ":" + raw
	}
	return "{" + strings.Join(parts, ",") + "}"
}
