package confluenceonprem

import (
	"errors"
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

const (
	defaultLimit, maxLimit = 200, 100000
	// isoUTC is the one form that the bounds take; fractions of seconds are optional.
	isoUTC = "2006-01-02T15:04:05Z"
)

// rules of the events resource. It does not know other names and ignores them.
// https://developer.atlassian.com/server/framework/atlassian-sdk/rest/api-group-events/
var rules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"from": vendorsim.TimeIn(isoUTC), "to": vendorsim.TimeIn(isoUTC),
		"offset": vendorsim.Int(0, 1<<31-1), "limit": vendorsim.Int(1, maxLimit), "pageCursor": position,
		"userIds": vendorsim.Text, "categories": noneEmpty, "actions": noneEmpty, "affectedObject": pairs,
		"search": vendorsim.Text, "scanLimit": vendorsim.Int(1, 1<<31-1), "outputFormat": vendorsim.OneOf("json"),
	},
	IgnoreUnknown: true,
}

// position checks the place of a row: epoch milliseconds and the row's number.
func position(v string) error {
	_, _, err := place(v)
	return err
}

func place(v string) (at time.Time, row int, err error) {
	ms, id, ok := strings.Cut(v, ",")
	millis, err := strconv.ParseInt(ms, 10, 64)
	row, bad := strconv.Atoi(strings.TrimSpace(id))
	if !ok || err != nil || bad != nil {
		return at, 0, errors.New("is not two numbers delimited by a comma")
	}
	return time.UnixMilli(millis).UTC(), row, nil
}

func noneEmpty(v string) error {
	if slices.Contains(split(v, ","), "") {
		return errors.New("has an empty entry")
	}
	return nil
}

func pairs(v string) error {
	for _, object := range split(v, ";") {
		if p := split(object, ","); len(p) != 2 || p[0] == "" || p[1] == "" {
			return errors.New("is not a list of type and id")
		}
	}
	return nil
}

func split(v, separator string) []string {
	parts := strings.Split(v, separator)
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return parts
}

func instant(v string) (time.Time, error) { return vendorsim.ParseTime(v, isoUTC) }

// events answers one page, newest first, both bounds inclusive.
func (s *sim) events(rw http.ResponseWriter, r *http.Request, context string) {
	if s.world.On("old_version") {
		notFound(r).Write(rw)
		return
	}
	who, reply := s.admit(rw.Header(), r)
	if reply != nil {
		reply.Write(rw)
		return
	}
	q, problem := s.world.Check(r, rules)
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	if s.slow(q.Get("from"), q.Get("to"), instant) {
		timedOut().Write(rw)
		return
	}
	body := s.page(r, q, context)
	s.searches.add(who, q.Get("from"), q.Get("to"), body)
	rw.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = rw.Write([]byte(body))
}

func (s *sim) page(r *http.Request, q url.Values, context string) string {
	rows := s.selected(q)
	limit := vendorsim.IntOr(q, "limit", defaultLimit)
	rows = s.after(r, q.Get("pageCursor"), rows, limit)
	rows = rows[min(vendorsim.IntOr(q, "offset", 0), len(rows)):]
	count := limit
	if len(rows) > 1 && s.world.Fires(r, vendorsim.EmptyPage) {
		count = (min(limit, len(rows)) + 1) / 2 // a short page with more behind it
	}
	page := vendorsim.Slice(rows, 0, count)
	info := map[string]any{"size": len(page), "lastPage": true}
	if s.world.Knob("last_page") == "unsaid" {
		delete(info, "lastPage")
	}
	if len(page) < len(rows) {
		last := page[len(page)-1]
		cursor := fmt.Sprintf("%d,%d", last.Time.UnixMilli(), number(last))
		info["lastPage"], info["nextPageOffset"], info["nextPageCursor"] = false, 0, cursor
		info["nextPageLink"] = fmt.Sprintf("%s%s%s?offset=0&limit=%d&pageCursor=%s", baseURL, context, eventsPath, limit, cursor)
	}
	return fmt.Sprintf(`{"entities":%s,"pagingInfo":%s}`, vendorsim.Array(page), vendorsim.JSON(info))
}

// after leaves out what comes before the cursor and the row of the cursor itself,
// but for that row when rows are to come twice. The client would take a page that
// ends with the cursor it began with for the last one, so it holds another row.
func (s *sim) after(r *http.Request, cursor string, rows []*vendorsim.Entry, limit int) []*vendorsim.Entry {
	if cursor == "" {
		return rows
	}
	at, row, _ := place(cursor) // checked
	i := slices.IndexFunc(rows, func(e *vendorsim.Entry) bool {
		return e.Time.Before(at) || e.Time.Equal(at) && number(e) < row
	})
	if i < 0 {
		i = len(rows)
	}
	if i > 0 && limit > 1 && s.world.Fires(r, vendorsim.DuplicateRows) {
		i--
	}
	return rows[i:]
}

// number is the number of a row in the database.
func number(e *vendorsim.Entry) int { return e.Seq + 1 }

// selected returns the rows that the parameters but those of paging select.
func (s *sim) selected(q url.Values) []*vendorsim.Entry {
	sel := vendorsim.Query{UntilInclusive: true, NewestFirst: true, Until: s.world.Now()}
	sel.Since, _ = instant(q.Get("from")) // both are checked, absent ones are zero
	if to, err := instant(q.Get("to")); err == nil {
		sel.Until = to
	}
	sel.Since, sel.Until = sel.Since.Truncate(time.Millisecond), sel.Until.Truncate(time.Millisecond)
	days := retentionDays
	if n, err := strconv.Atoi(s.world.Knob("retention_days")); err == nil {
		days = n
	}
	if oldest := s.world.Now().AddDate(0, 0, -days); sel.Since.Before(oldest) {
		sel.Since = oldest
	}
	rows := s.rows(sel)
	if n := vendorsim.IntOr(q, "scanLimit", 0); n > 0 {
		rows = vendorsim.Slice(rows, 0, n)
	}
	return slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return !matches(q, gjson.Parse(e.Raw), e.Raw) })
}

func matches(q url.Values, row gjson.Result, raw string) bool {
	for parameter, path := range map[string]string{"userIds": "author.id", "categories": "type.category", "actions": "type.action"} {
		if q.Has(parameter) && !slices.Contains(split(q.Get(parameter), ","), row.Get(path).String()) {
			return false
		}
	}
	if q.Has("affectedObject") && !affects(row, split(q.Get("affectedObject"), ";")) {
		return false
	}
	return !q.Has("search") || strings.Contains(strings.ToLower(raw), strings.ToLower(q.Get("search")))
}

// affects tells whether a row is about one object of every type that is asked for.
func affects(row gjson.Result, objects []string) bool {
	wanted := map[string]bool{}
	for _, object := range objects {
		p := split(object, ",")
		has := slices.ContainsFunc(row.Get("affectedObjects").Array(), func(o gjson.Result) bool {
			return o.Get("type").Str == p[0] && o.Get("id").String() == p[1]
		})
		wanted[p[0]] = wanted[p[0]] || has
	}
	for _, found := range wanted {
		if !found {
			return false
		}
	}
	return true
}
