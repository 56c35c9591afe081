package dealcloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	day         = 24 * time.Hour
	maxRange    = 90 * day // also how long rows are kept
	defaultPage = 10
	maxPage     = 1000
)

var rules = vendorsim.Rules{
	Method: http.MethodPost, Accept: "application/json", ContentType: "application/json",
	IgnoreUnknown: true,
	Params:        map[string]vendorsim.Param{"pageNumber": vendorsim.Int(1, 1<<31-1), "pageSize": vendorsim.Int(1, 1<<31-1)},
}

type sim struct{ world *vendorsim.World }

func (s *sim) activity(rw http.ResponseWriter, r *http.Request) {
	token, err := s.world.Bearer(r)
	switch {
	case err != nil:
		unauthorized().Write(rw)
		return
	case !slices.Contains(strings.Fields(token.Scope), scope) || s.world.On("no_right"):
		forbidden().Write(rw)
		return
	}
	q, problem := s.world.Check(r, rules)
	if problem != nil {
		badRequest(problem).Write(rw)
		return
	}
	filter, err := s.filter(r)
	if err != nil {
		s.world.Violation(r, "body: %v", err)
		message(http.StatusBadRequest, err.Error()).Write(rw)
		return
	}
	s.page(r, q, filter).Write(rw)
}

// filter is the body of a request.
type filter struct {
	users                    []int64
	from, to                 time.Time
	activity, source, export *int
}

// filter reads the body. Names are taken in any case, unknown ones are ignored.
func (s *sim) filter(r *http.Request) (filter, error) {
	var f filter
	text, err := io.ReadAll(r.Body)
	if err != nil || !gjson.ValidBytes(text) || !gjson.ParseBytes(text).IsObject() {
		return f, errors.New("the request body must be a JSON object")
	}
	for name, v := range gjson.ParseBytes(text).Map() {
		target, ok := map[string]any{
			"userids": &f.users, "datefrom": &f.from, "dateto": &f.to,
			"activity": &f.activity, "source": &f.source, "exportdatatype": &f.export,
		}[strings.ToLower(name)]
		if !ok {
			s.world.Violation(r, "unknown field %q", name)
			continue
		}
		if err := json.Unmarshal([]byte(v.Raw), target); err != nil {
			return f, fmt.Errorf("the value of %s is not valid", name)
		}
	}
	return f, f.check()
}

// check refuses what the tables of the documentation do not have.
func (f *filter) check() error {
	switch {
	case !between(f.activity, 1, 11):
		return fmt.Errorf("activity %d does not exist", *f.activity)
	case !between(f.source, 1, len(sources)):
		return fmt.Errorf("source %d does not exist", *f.source)
	case !between(f.export, 0, exportTypes-1):
		return fmt.Errorf("exportDataType %d does not exist", *f.export)
	case f.export != nil && (f.activity == nil || *f.activity != 8):
		return errors.New("exportDataType is for activity 8 only")
	}
	return nil
}

func between(v *int, low, high int) bool { return v == nil || *v >= low && *v <= high }

// span returns the days that the filter means, written as ones of UTC, or why it is
// refused. Of the two dates only the day counts.
func (s *sim) span(r *http.Request, f filter) (since, until time.Time, refusal string) {
	today := s.world.Now().In(s.zone())
	today = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	from, to := f.from.UTC(), f.to.UTC()
	if f.from.IsZero() {
		from = today.Add(-maxRange)
	}
	until = to
	if f.to.IsZero() { // today belongs to it
		to, until = today, today.Add(day)
	}
	switch {
	case until.Sub(from) < day:
		return since, until, "DateTo should be greater than DateFrom."
	case to.Sub(from) > maxRange:
		return since, until, "The date range should not exceed 90 days."
	}
	if !from.Equal(from.Truncate(day)) || !to.Equal(to.Truncate(day)) {
		s.world.Violation(r, "times of day do not filter: %v, %v", from, to)
	}
	cut := time.Time.Truncate
	if s.world.On("round_days") {
		cut = time.Time.Round
	}
	since, until = cut(from, day), cut(until, day)
	if s.world.On("last_day_included") {
		until = until.Add(day)
	}
	if oldest := today.Add(-maxRange); since.Before(oldest) {
		since = oldest
	}
	return since, until, ""
}

func (s *sim) page(r *http.Request, q url.Values, f filter) vendorsim.Reply {
	since, until, refusal := s.span(r, f)
	if refusal != "" {
		s.world.Violation(r, "%s", refusal)
		return message(http.StatusBadRequest, refusal)
	}
	rows := s.world.Between(stream, vendorsim.Query{Since: s.instant(since), Until: s.instant(until), NewestFirst: s.world.On("newest_first")})
	rows = slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool { return !f.matches(e) })
	most := maxPage
	if n, err := strconv.Atoi(s.world.Knob("max_page_size")); err == nil {
		most = n
	}
	number, size := vendorsim.IntOr(q, "pageNumber", 1), min(vendorsim.IntOr(q, "pageSize", defaultPage), most)
	page := vendorsim.Slice(rows, (number-1)*size, size)
	if number > 1 && len(page) > 0 && s.world.Fires(r, vendorsim.DuplicateRows) { // the last row of the page before comes again
		page = vendorsim.Slice(rows, (number-1)*size-1, size+1)
	}
	return vendorsim.Reply{
		Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body: fmt.Sprintf(`{"totalRecords":%d,"rows":%s}`, len(rows), s.local(page)),
	}
}

func (f *filter) matches(e *vendorsim.Entry) bool {
	is := func(field string, want *int) bool {
		return want == nil || gjson.Get(e.Raw, field).Int() == int64(*want)
	}
	if !is("activityTypeId", f.activity) || !is("sourceTypeId", f.source) {
		return false
	}
	if len(f.users) > 0 && !slices.Contains(f.users, gjson.Get(e.Raw, "userId").Int()) {
		return false
	}
	return f.export == nil || exportType(e) == *f.export
}

func exportType(e *vendorsim.Entry) int {
	n, err := strconv.Atoi(strings.TrimPrefix(e.ID, "row-"))
	if err != nil {
		return 0
	}
	return n % exportTypes
}
