package faultsim_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/providers"
)

// api is the vendor's HTTP surface: one list per feed.
type api struct {
	world  *vendorsim.World
	feeds  map[string]*feed
	tokens *vendorsim.TokenServer // nil: a fixed key
	limit  vendorsim.Limit        // no requests: none
	tell   bool                   // answers carry limit headers
	chance chance
	hit    func(kind string)
	seen   counts

	mu      sync.Mutex
	partial float64 // share of answers that the vendor calls partial
	refused int     // requests beyond the limit
}

const (
	fixedKey    = "not-a-real-key-of-acme"
	tokenPath   = "/token"
	limitHeader = "X-Limit"
	leftHeader  = "X-Remaining"
	resetHeader = "X-Reset"
)

// ServeHTTP answers one request.
func (a *api) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if a.tokens != nil && r.URL.Path == tokenPath {
		a.tokens.ServeHTTP(rw, r)
		return
	}
	if !a.authorized(r) {
		complain(http.StatusUnauthorized, "token_refused").Write(rw)
		return
	}
	if !a.admit(rw) {
		complain(http.StatusTooManyRequests, "too_many").Write(rw)
		return
	}
	name, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/files/")
	f := a.feeds[name]
	if f == nil || file != "" && f.branching != files {
		a.world.Unknown(func(*http.Request) vendorsim.Reply { return complain(http.StatusNotFound, "no_such_path") }).ServeHTTP(rw, r)
		return
	}
	q, problem := a.world.Check(r, f.rules(file))
	if problem != nil {
		complain(http.StatusBadRequest, "bad_request").Write(rw)
		return
	}
	c := &call{api: a, feed: f, r: r, q: q, file: file, count: a.seen.next(r.URL.RequestURI())}
	c.reply().Write(rw)
}

func complain(status int, code string) vendorsim.Reply {
	return vendorsim.JSONReply(status, map[string]any{"code": code}, nil)
}

func (a *api) authorized(r *http.Request) bool {
	if a.tokens != nil {
		_, err := a.world.Bearer(r)
		return err == nil
	}
	if r.Header.Get("X-Key") != fixedKey {
		a.world.Violation(r, "a wrong key")
		return false
	}
	return true
}

// admit accounts a request and writes what the vendor tells about its limit.
func (a *api) admit(rw http.ResponseWriter) bool {
	if a.limit.Requests == 0 {
		return true
	}
	u := a.world.Take("all", a.limit, 1)
	if a.tell {
		rw.Header().Set(limitHeader, strconv.Itoa(u.Limit))
		rw.Header().Set(leftHeader, strconv.Itoa(u.Remaining))
		rw.Header().Set(resetHeader, strconv.FormatInt(u.Reset.Unix(), 10))
	}
	if !u.Allowed {
		a.mu.Lock()
		a.refused++
		a.mu.Unlock()
		a.hit("beyond the quota")
		rw.Header().Set("Retry-After", strconv.Itoa(u.Wait))
	}
	return u.Allowed
}

// errors are the vendor's answers for faults of the framework: throttling is told
// in all the forms in which vendors tell it.
func (a *api) errors(w *vendorsim.World, r *http.Request, kind vendorsim.Kind) vendorsim.Reply {
	if kind != vendorsim.Throttled {
		return vendorsim.Reply{}
	}
	reply := complain(http.StatusTooManyRequests, "too_many")
	rnd := a.chance.of("throttled "+r.URL.RequestURI(), a.seen.next("throttled "+r.URL.RequestURI()))
	wait := 1 + rnd.IntN(90)
	until := w.ServerTime().Add(time.Duration(wait) * time.Second)
	switch rnd.IntN(3) {
	case 0:
		a.hit("throttled, seconds told")
		reply.Header.Set("Retry-After", strconv.Itoa(wait))
	case 1:
		a.hit("throttled, date told")
		reply.Header.Set("Retry-After", until.Format(http.TimeFormat))
	case 2:
		a.hit("throttled, reset told")
		reply.Header.Set(leftHeader, "0")
		reply.Header.Set(resetHeader, strconv.FormatInt(until.Unix(), 10))
	}
	return reply
}

// rules are the parameters that a request for the feed may have.
func (f *feed) rules(file string) vendorsim.Rules {
	number := vendorsim.Int(0, 1<<62)
	rules := vendorsim.Rules{Params: map[string]vendorsim.Param{"page": vendorsim.Text}}
	if f.paging == byOffset {
		rules.Params = map[string]vendorsim.Param{"offset": number}
	}
	if f.pageSize > 0 {
		rules.Params["limit"] = vendorsim.Int(1, f.MaxPageSize)
		rules.Required = []string{"limit"}
	}
	switch {
	case file != "" || f.Resume == providers.ByWalk:
	case f.Resume == providers.ByWindow:
		rules.Params["since"], rules.Params["until"] = number, number
		rules.Required = append(rules.Required, "since", "until")
	case !f.anyStart:
		rules.Params["since"] = number
	}
	if f.branching == categories {
		rules.Params["category"] = vendorsim.OneOf("0", "1", "2")
	}
	return rules
}

// call is one request for a feed.
type call struct {
	*api
	*feed
	r     *http.Request
	q     url.Values
	file  string
	count int // how often it came before
}

// unit is the unit of the bounds of a query.
func (s *shape) unit() int64 { return max(int64(s.Granularity), 1) }

// bounded returns the function that tells whether the bounds of the query take a
// time.
func (c *call) bounded() func(time.Time) bool {
	since, _ := strconv.ParseInt(c.q.Get("since"), 10, 64) // checked by the rules
	until, _ := strconv.ParseInt(c.q.Get("until"), 10, 64)
	hasSince, hasUntil := c.q.Has("since"), c.q.Has("until")
	return func(t time.Time) bool {
		at := t.UnixNano() / c.unit()
		switch {
		case hasSince && (at < since || c.sinceExclusive && at == since):
			return false
		case hasUntil:
			return at < until || c.untilInclusive && at == until
		}
		return true
	}
}

// span is the length of the window.
func (c *call) span() time.Duration {
	since, _ := strconv.ParseInt(c.q.Get("since"), 10, 64) // checked by the rules
	until, _ := strconv.ParseInt(c.q.Get("until"), 10, 64)
	return time.Duration((until - since) * c.unit())
}

// tooLong reports a window that is longer than the vendor takes.
func (c *call) tooLong() bool {
	span := c.span()
	if span < 0 || c.MaxWindow > 0 && span > c.MaxWindow {
		c.api.world.Violation(c.r, "a window of %v where %v is allowed", span, c.MaxWindow)
		return true
	}
	return false
}

// isPartial decides whether the vendor calls this answer partial.
func (c *call) isPartial() bool {
	c.api.mu.Lock()
	part := c.partial
	c.api.mu.Unlock()
	if part == 0 || !share(c.chance.of("partial "+c.r.URL.RequestURI(), c.count), part) {
		return false
	}
	c.api.hit("partial answer")
	return true
}
