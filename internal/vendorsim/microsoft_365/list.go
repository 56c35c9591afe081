package microsoft365

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	day      = 24 * time.Hour
	pageSize = 10
	// pageLife is how long a link to a next page can be followed.
	pageLife = time.Hour
)

var timeForms = []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05Z", "2006-01-02T15:04", "2006-01-02T15:04Z", time.DateOnly}

var listRules = vendorsim.Rules{Required: []string{"contentType"}, Params: map[string]vendorsim.Param{
	"contentType": typeParam, "PublisherIdentifier": vendorsim.Text, "nextPage": vendorsim.Text,
	"startTime": vendorsim.TimeIn(timeForms...), "endTime": vendorsim.TimeIn(timeForms...),
	// Parameters may be spelt in lower case; the vendor itself does so in its links.
	"starttime": vendorsim.TimeIn(timeForms...), "endtime": vendorsim.TimeIn(timeForms...),
}}

// listing is what a nextPage token holds: the window, and the last blob shown.
type listing struct {
	Since time.Time `json:"s"`
	Until time.Time `json:"u"`
	At    time.Time `json:"t,omitzero"`
	ID    string    `json:"i,omitempty"`
}

// list answers one page of a content type's blobs.
func (s *sim) list(r *http.Request, _ url.Values) (vendorsim.Reply, http.Header) {
	w := s.world
	q, problem := w.Check(r, listRules)
	if problem != nil {
		return badRequest(problem), nil
	}
	t := q.Get("contentType")
	if w.Knob("missing_permission") == t {
		return missingPermission(), nil
	}
	if reply := s.off(t); reply != nil {
		return *reply, nil
	}
	at, refused := s.listing(r, q)
	if refused != nil {
		return *refused, nil
	}
	s.mu.Lock()
	blobs := slices.DeleteFunc(s.shelves[contentTypes[t]].between(at.Since, at.Until), func(b *blob) bool {
		return !at.At.IsZero() && b.compare(&blob{created: at.At, id: at.ID}) <= 0
	})
	s.mu.Unlock()
	page := blobs[:min(len(blobs), pageSize)]
	more := len(page) < len(blobs)
	if len(page) > 0 && w.Fires(r, vendorsim.EmptyPage) {
		page, more = nil, true
	}
	var header http.Header
	if more {
		if len(page) > 0 {
			last := page[len(page)-1]
			at.At, at.ID = last.created, last.id
		}
		header = http.Header{"Nextpageuri": {s.next(r, q, at)}}
	}
	return vendorsim.JSONReply(http.StatusOK, s.rows(r, t, page), nil), header
}

// listing reads the window, or the token that continues one.
func (s *sim) listing(r *http.Request, q url.Values) (listing, *vendorsim.Reply) {
	w := s.world
	refuse := func(reply vendorsim.Reply) (listing, *vendorsim.Reply) { return listing{}, &reply }
	if q.Has("nextPage") {
		var at listing
		err := w.OpenCursor(r, q.Get("contentType"), q.Get("nextPage"), pageLife, &at)
		if errors.Is(err, vendorsim.ErrBadCursor) {
			w.Violation(r, "%v", err)
		}
		if err != nil {
			return refuse(fail(http.StatusBadRequest, "AF20031", "Invalid nextPage Input: "+q.Get("nextPage")+"."))
		}
		return at, nil
	}
	now := w.Now()
	at := listing{Since: now.Add(-day), Until: now}
	start, end := bound(q, "startTime", "starttime"), bound(q, "endTime", "endtime")
	if start == "" && end == "" {
		return at, nil
	}
	at.Since, _ = vendorsim.ParseTime(start, timeForms...) // checked by the rules
	at.Until, _ = vendorsim.ParseTime(end, timeForms...)
	switch {
	case start == "" || end == "" || at.Until.Sub(at.Since) > day:
		w.Violation(r, "a bound without the other, or more than 24 hours")
		return refuse(badWindow("AF20030"))
	case !at.Since.Before(at.Until) || !at.Since.After(now.Add(-kept)):
		w.Violation(r, "a window that is empty, or begins 7 days ago")
		return refuse(badWindow("AF20055"))
	}
	return at, nil
}

func bound(q url.Values, names ...string) string {
	for _, n := range names {
		if q.Has(n) {
			return q.Get(n)
		}
	}
	return ""
}

// origin is where links point.
func (s *sim) origin(r *http.Request) string {
	if s.world.On("public_links") {
		return "https://manage.office.com"
	}
	return vendorsim.Origin(r)
}

// next returns NextPageUri. The vendor builds it with the older path and without
// the start.
func (s *sim) next(r *http.Request, q url.Values, at listing) string {
	token := s.world.Cursor(q.Get("contentType"), at)
	root := s.origin(r) + "/api/v1/" + tenantID + "/activity/feed/subscriptions/content?"
	if !s.world.On("plain_links") {
		return root + "contentType=" + q.Get("contentType") + "&endtime=" + at.Until.Format("2006-01-02T15:04:05") + "&nextPage=" + token
	}
	v := url.Values{}
	for name, values := range q {
		v[name] = values
	}
	v.Set("nextPage", token)
	return s.origin(r) + r.URL.Path + "?" + v.Encode()
}

func (s *sim) rows(r *http.Request, t string, page []*blob) []any {
	const form = "2006-01-02T15:04:05.000Z"
	list := []any{}
	for _, b := range page {
		list = append(list, map[string]string{
			"contentType": t, "contentId": b.id, "contentUri": s.origin(r) + "/api/v1.0/" + tenantID + "/activity/feed/audit/" + b.id,
			"contentCreated": b.created.Format(form), "contentExpiration": b.created.Add(kept).Format(form),
		})
	}
	return list
}
