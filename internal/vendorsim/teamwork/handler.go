package teamwork

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	// reach is how far a list request may go.
	reach   = 50_000
	lockout = time.Minute
)

var limit = vendorsim.Limit{Requests: 150, Per: time.Minute}

var boolean = vendorsim.OneOf("true", "false")

// The rules of version 3. Other parameters are ignored without a word.
var rules = vendorsim.Rules{
	Params: map[string]vendorsim.Param{
		"startDate": vendorsim.TimeIn(time.RFC3339Nano, time.DateOnly), "endDate": vendorsim.TimeIn(time.RFC3339Nano, time.DateOnly),
		"updatedAfter": vendorsim.TimeIn(time.RFC3339Nano, time.DateOnly),
		"orderBy":      vendorsim.OneOf("date", "projectId", "userId", "activityTypes", "id"), "orderMode": vendorsim.OneOf("asc", "desc"),
		"page": vendorsim.Int(1, reach), "pageSize": vendorsim.Int(1, 500),
		"maxId": vendorsim.Int(0, 1<<60), "catchupFromId": vendorsim.Int(0, 1<<60),
		"userIds": integers, "projectIds": integers, "projectId": integers, "itemIds": integers, "projectTagIds": integers,
		"projectOwnerIds": integers, "projectCompanyIds": integers, "projectCategoryIds": integers,
		"activityTypes": vendorsim.Text, "projectStatus": vendorsim.Text, "projectStatuses": vendorsim.Text, "projectHealths": vendorsim.Text,
		"matchAllProjectTags": boolean, "onlyStarredProjects": boolean, "onlyProjectsWithExplicitMembership": boolean,
		"includeArchivedProjects": boolean, "showDeleted": boolean, "groupCommentActivityType": boolean, "skipCounts": boolean,
		"include": objects, "fields[*": vendorsim.Text, "range": vendorsim.Text, "hideObservedProjects": boolean,
	},
}

// The rules of version 1.
var firstRules = vendorsim.Rules{
	Params: map[string]vendorsim.Param{
		"page": vendorsim.Int(1, 1<<31-1), "pageSize": vendorsim.Int(1, 100), "maxItems": vendorsim.Int(1, 200),
		"includeArchivedProjects": boolean, "onlyStarred": boolean,
	},
}

func integers(v string) error {
	for part := range strings.SplitSeq(v, ",") {
		if _, err := strconv.Atoi(part); err != nil {
			return fmt.Errorf("%q is not a list of integers", v)
		}
	}
	return nil
}

func objects(v string) error {
	for part := range strings.SplitSeq(v, ",") {
		if err := vendorsim.OneOf("users", "projects", "companies")(part); err != nil {
			return err
		}
	}
	return nil
}

type sim struct {
	world *vendorsim.World

	mu     sync.Mutex
	locked time.Time // until when
}

func newHandler(w *vendorsim.World) http.Handler {
	s := &sim{world: w}
	mux := http.NewServeMux()
	mux.HandleFunc("/projects/api/v3/latestactivity.json", s.handle(rules, s.third))
	mux.HandleFunc("/projects/api/v3/projects/{project}/latestactivity.json", s.handle(rules, s.third))
	mux.HandleFunc("/latestActivity.json", s.handle(firstRules, s.first))
	mux.HandleFunc("/projects/{project}/latestActivity.json", s.handle(firstRules, s.first))
	mux.Handle("/", w.Unknown(notFound))
	return mux
}

// authorized tells whether the credential is one of the three. The password beside
// an API key is ignored.
func authorized(r *http.Request) bool {
	if user, pass, basic := r.BasicAuth(); basic {
		return user == apiKey || user == username && pass == password
	}
	return r.Header.Get("Authorization") == "Bearer "+accessToken
}

// charge accounts one request. Who goes over the limit is locked out for a minute.
func (s *sim) charge() vendorsim.Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.world.ServerTime()
	if now.Before(s.locked) {
		return vendorsim.Usage{Limit: limit.Requests, Reset: s.locked, Wait: int(s.locked.Sub(now).Seconds()) + 1}
	}
	u := s.world.Take("user", limit, 1)
	if !u.Allowed {
		s.locked = now.Add(lockout)
		u.Reset, u.Wait = s.locked, int(lockout/time.Second)
	}
	return u
}

// handle does what both versions share.
func (s *sim) handle(rules vendorsim.Rules, answer func(http.ResponseWriter, *http.Request, url.Values) error) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w := s.world
		if !authorized(r) {
			w.Violation(r, "no credential, or a wrong one")
			unauthorized(r).Write(rw)
			return
		}
		usage := s.charge()
		if !usage.Allowed {
			throttled(w, r, usage).Write(rw)
			return
		}
		limitHeaders(w, rw.Header(), usage)
		q, problem := w.Check(r, rules)
		if problem != nil && problem.Fault != vendorsim.UnknownParam {
			badRequest(r, problem).Write(rw)
			return
		}
		if id := r.PathValue("project"); id != "" && !known(id) {
			w.Violation(r, "unknown project")
			notFound(r).Write(rw)
			return
		}
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		if err := answer(rw, r, q); err != nil {
			rw.Header().Del("Content-Type")
			w.Violation(r, "%v", err)
			fail(r, http.StatusBadRequest, "Bad Request", err.Error()).Write(rw)
		}
	}
}

func known(id string) bool {
	for _, p := range projects {
		if strconv.Itoa(p.id) == id {
			return true
		}
	}
	return false
}

// third answers for version 3.
func (s *sim) third(rw http.ResponseWriter, r *http.Request, q url.Values) error {
	w := s.world
	page, size := vendorsim.IntOr(q, "page", 1), vendorsim.IntOr(q, "pageSize", 50)
	if page*size > reach {
		return errors.New("a list request cannot reach beyond 50000 records")
	}
	rows := s.rows(q, r.PathValue("project"))
	from := (page - 1) * size
	if page > 1 && w.Fires(r, vendorsim.DuplicateRows) {
		from-- // as after a late row: the last row of the page before comes again
	}
	part := vendorsim.Slice(rows, from, size)
	more, count := len(rows) > page*size, len(rows)
	if q.Get("skipCounts") == "true" && more {
		count = page*size + 1
	}
	body := `{"activities":` + vendorsim.Array(part)
	if q.Has("include") && !w.On("no_included") {
		body += `,"included":` + vendorsim.JSON(included(part, strings.Split(q.Get("include"), ",")))
	}
	meta := object{"page": object{"pageOffset": page - 1, "pageSize": size, "count": count, "hasMore": more}}
	_, err := rw.Write([]byte(body + `,"meta":` + vendorsim.JSON(meta) + "}"))
	return err
}

// first answers for version 1.
func (s *sim) first(rw http.ResponseWriter, r *http.Request, q url.Values) error {
	w := s.world
	page, size := vendorsim.IntOr(q, "page", 1), vendorsim.IntOr(q, "pageSize", vendorsim.IntOr(q, "maxItems", 60))
	seen := url.Values{"showDeleted": {"true"}, "includeArchivedProjects": {q.Get("includeArchivedProjects")}, "onlyStarredProjects": {q.Get("onlyStarred")}}
	rows := s.rows(seen, r.PathValue("project"))
	from := (page - 1) * size
	if page > 1 && w.Fires(r, vendorsim.DuplicateRows) {
		from--
	}
	list := []object{}
	for _, e := range vendorsim.Slice(rows, from, size) {
		list = append(list, firstVersion(e.Raw))
	}
	rw.Header().Set("X-Page", strconv.Itoa(page))
	rw.Header().Set("X-Pages", strconv.Itoa((len(rows)+size-1)/size))
	rw.Header().Set("X-Records", strconv.Itoa(len(rows)))
	_, err := rw.Write([]byte(`{"activity":` + vendorsim.JSON(list) + `,"STATUS":"OK"}`))
	return err
}
