package salesforce

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// allocation is what an Enterprise org without many licences may ask in 24 hours, by
// all its integrations together:
// https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-api.html
var allocation = vendorsim.Limit{Requests: 100_000, Per: 24 * time.Hour, Refill: true}

const (
	limitHeader = "Sforce-Limit-Info"
	// maxURI is how long path and query may be.
	maxURI = 16_384
	// The versions that are neither retired nor to come.
	oldestVersion, newestVersion = 31, 67
)

// usageHeader: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
func usageHeader(used, limit int) string {
	return fmt.Sprintf("api-usage=%d/%d; api-bursts=1/750", used, limit)
}

type sim struct {
	world *vendorsim.World

	mu     sync.Mutex
	used   map[string]time.Time // when a session was used last
	hourly *shelf
	daily  *shelf
}

func newSim(w *vendorsim.World) *sim {
	files := new(int)
	return &sim{world: w, used: map[string]time.Time{}, hourly: newShelf(w, "Hourly", files), daily: newShelf(w, "Daily", files)}
}

// request is one that may be answered.
type request struct {
	*http.Request
	version string // as in the path: v60.0
	api     int    // its number
}

var versionForm = regexp.MustCompile(`^v(\d{2})\.0$`)

// permitted does what all paths share: version, session, allocation, refusals. The
// usage is told with every answer to a known org.
func (s *sim) permitted(next func(request) vendorsim.Reply) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		q := request{Request: r, version: r.PathValue("version")}
		if reply := s.turnedAway(&q); reply != nil {
			reply.Write(rw)
			return
		}
		usage := s.world.Take("calls", allocation, 1)
		rw.Header().Set(limitHeader, usageHeader(usage.Limit-usage.Remaining, usage.Limit))
		code := s.world.Knob("refuse")
		switch {
		case !usage.Allowed:
			limitExceeded(allocationUsed).Write(rw)
		case refusals[code] != "":
			refused(code).Write(rw)
		default:
			next(q).Write(rw)
		}
	}
}

func (s *sim) turnedAway(q *request) *vendorsim.Reply {
	w := s.world
	var reply vendorsim.Reply
	number := versionForm.FindStringSubmatch(q.version)
	if number != nil {
		q.api, _ = strconv.Atoi(number[1]) // two digits
	}
	switch {
	case q.api < oldestVersion || q.api > newestVersion:
		w.Violation(q.Request, "no such version of the API")
		reply = notFound()
	case len(q.URL.RequestURI()) > maxURI:
		w.Violation(q.Request, "the address has %d bytes", len(q.URL.RequestURI()))
		reply = fail(http.StatusRequestURITooLong, "URI_TOO_LONG", "The length of the URI exceeds the 16,384 byte limit.")
	case !s.signedIn(q.Request):
		reply = invalidSession()
	default:
		return nil
	}
	return &reply
}

// resources lists what a version has, among it who asks.
func (s *sim) resources(q request) vendorsim.Reply {
	if _, problem := s.world.Check(q.Request, vendorsim.Rules{Accept: "application/json"}); problem != nil {
		return badRequest(problem)
	}
	root := "/services/data/" + q.version + "/"
	return vendorsim.JSONReply(http.StatusOK, map[string]string{
		"identity": vendorsim.Origin(q.Request) + "/id/" + orgID + "/" + callerID,
		"sobjects": root + "sobjects", "query": root + "query", "limits": root + "limits", "search": root + "search",
	}, http.Header{"Content-Type": {"application/json;charset=UTF-8"}})
}

var queryRules = vendorsim.Rules{Accept: "application/json", Required: []string{"q"}, Params: map[string]vendorsim.Param{"q": vendorsim.Text}}

// query runs a query and answers its first page.
func (s *sim) query(q request) vendorsim.Reply {
	values, problem := s.world.Check(q.Request, queryRules)
	if problem != nil {
		return badRequest(problem)
	}
	return s.page(q, cursor{SOQL: values.Get("q"), At: s.world.Now(), Batch: s.batch(q.Request), Last: -1}, 0)
}

const (
	minBatch, maxBatch = 200, 2000
	// locatorLife: https://help.salesforce.com/s/articleView?id=000384958
	locatorLife = 48 * time.Hour
)

// batch reads the wished size of a page from Sforce-Query-Options.
func (s *sim) batch(r *http.Request) int {
	options := r.Header.Get("Sforce-Query-Options")
	if options == "" {
		return maxBatch
	}
	text, ok := strings.CutPrefix(options, "batchSize=")
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < minBatch || n > maxBatch {
		s.world.Violation(r, "Sforce-Query-Options: %s", options)
	}
	return max(minBatch, min(n, maxBatch))
}

// cursor is a server-side result: what matched a query at a moment, of which no row
// that was added later is a part.
type cursor struct {
	SOQL  string    `json:"q"`
	At    time.Time `json:"t"`
	Last  int       `json:"n"` // the highest number of a row; -1: not known yet
	Batch int       `json:"b"`
}

var moreRules = vendorsim.Rules{Accept: "application/json"}

// more answers a further page: the locator ends in the offset of its first row.
func (s *sim) more(q request) vendorsim.Reply {
	if _, problem := s.world.Check(q.Request, moreRules); problem != nil {
		return badRequest(problem)
	}
	text, ok := strings.CutPrefix(q.PathValue("locator"), "0r8")
	cut := strings.LastIndexByte(text, '-')
	if !ok || cut < 0 {
		s.world.Violation(q.Request, "no such form of locator")
		return badLocator()
	}
	offset, err := strconv.Atoi(text[cut+1:])
	var c cursor
	if err == nil {
		err = s.world.OpenCursor(q.Request, "query", text[:cut], locatorLife, &c)
	}
	if errors.Is(err, vendorsim.ErrOldCursor) {
		return badLocator()
	}
	if err != nil || offset < 0 {
		s.world.Violation(q.Request, "a locator that was never handed out: %v", err)
		return badLocator()
	}
	return s.page(q, c, offset)
}

// page answers the rows of a result from an offset on.
func (s *sim) page(q request, c cursor, offset int) vendorsim.Reply {
	w := s.world
	query, wrong := parse(c.SOQL, s.schema(q.api), c.At)
	if wrong != nil {
		if !s.excused(wrong.code) {
			w.Violation(q.Request, "%s: %s", wrong.code, wrong.text)
		}
		return fail(http.StatusBadRequest, wrong.code, wrong.explain(c.SOQL))
	}
	if s.tooLong(query) {
		return fail(http.StatusBadRequest, "QUERY_TIMEOUT", "Your query request was running for too long.")
	}
	rows, last := s.run(query, c)
	if c.Last < 0 {
		c.Last = last
	}
	size := c.Batch
	if w.On("short_pages") {
		size /= 2
	}
	page := vendorsim.Slice(rows, offset, size)
	if len(page) > 0 && w.Fires(q.Request, vendorsim.EmptyPage) {
		page = nil
	}
	end := offset + len(page)
	body := fmt.Sprintf(`{"totalSize":%d,"done":%t`, len(rows), end >= len(rows))
	if end < len(rows) {
		body += fmt.Sprintf(`,"nextRecordsUrl":"/services/data/%s/query/0r8%s-%d"`, q.version, w.Cursor("query", c), end)
	}
	records := make([]string, 0, len(page))
	for _, e := range w.Rows(q.Request, page) {
		records = append(records, query.project(e.Raw, q.version))
	}
	body += `,"records":[` + strings.Join(records, ",") + "]}"
	return vendorsim.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}}, Body: body}
}

// excused tells that an error comes from a knob and not from the client.
func (s *sim) excused(code string) bool {
	w := s.world
	switch code {
	case "INVALID_TYPE":
		return w.On("no_setup_permission") || w.On("no_event_monitoring")
	case "INVALID_FIELD":
		return w.Knob("hide_field") != ""
	}
	return false
}

// tooLong plays QUERY_TIMEOUT for spans over the knob's.
func (s *sim) tooLong(q *query) bool {
	most, err := time.ParseDuration(s.world.Knob("query_timeout_above"))
	until := q.until
	if until.IsZero() {
		until = s.world.Now()
	}
	return err == nil && q.object.stream != "" && until.Sub(q.since) > most
}

// file answers the text of an event log file.
func (s *sim) file(q request) vendorsim.Reply {
	w := s.world
	if _, problem := w.Check(q.Request, vendorsim.Rules{}); problem != nil {
		return badRequest(problem)
	}
	if w.On("no_event_monitoring") {
		return notFound()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range []*shelf{s.hourly, s.daily} {
		if f := h.find(q.PathValue("id")); f != nil && !w.On("purged") {
			return vendorsim.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/csv"}}, Body: csv(h.shown(f))}
		}
	}
	return notFound()
}
