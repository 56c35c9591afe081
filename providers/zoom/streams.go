package zoom

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// retention is how far back the vendor reports, taken a little short of its "6
// months" so that it holds in every half of the year.
const retention = 180 * day

type feed struct {
	path, list string
	categories []string // "" asks for all
	extra      map[string]string
}

// chain is one walk from page to page. Its token lives for 15 minutes and only with
// the identical query, so the days are those of its first page, also after midnight.
type chain struct{ from, to, category, token string }

// String encodes the chain as a cursor.
func (c chain) String() string { return strings.Join([]string{c.from, c.to, c.category, c.token}, " ") }

// chain reads the cursor: none at the start of a window, a category at the start of
// one of its other chains, or a chain that goes on.
func (f feed) chain(q providers.Query) chain {
	if p := strings.SplitN(q.Cursor, " ", 4); len(p) == 4 {
		return chain{p[0], p[1], p[2], p[3]}
	}
	at := chain{category: q.Cursor}
	if q.Cursor == "" {
		at.category = f.categories[0]
	}
	at.from, at.to = days(q)
	return at
}

// fetch reads a page of a chain; each category is a chain of its own.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	at := f.chain(q)
	resp, err := c.Do(ctx, providers.Request{Path: f.path, Query: f.query(q, at)})
	if err != nil {
		return providers.Page{}, lost(err, at.token)
	}
	rest, events, err := record.List(resp.Body, f.list)
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: events}
	if q.Cursor == "" {
		page.Branches = f.categories[1:]
	}
	if at.token = record.Path(rest, "next_page_token"); at.token != "" { // an empty page may have one
		page.Next, page.More = at.String(), true
	}
	return page, nil
}

// days returns the first and the last day of a window, of those that Zoom answers.
func days(q providers.Query) (from, to string) {
	today := q.Now.UTC().Truncate(day)
	first, last := q.Since.UTC().Truncate(day), q.Until.UTC().Truncate(day).Add(-day)
	if oldest := today.Add(-retention); first.Before(oldest) {
		first = oldest
	}
	if last.After(today) {
		last = today
	}
	if last.Before(first) {
		last = first
	}
	return first.Format(time.DateOnly), last.Format(time.DateOnly)
}

func (f feed) query(q providers.Query, at chain) providers.Params {
	var p providers.Params
	p.Add("from", at.from)
	p.Add("to", at.to)
	p.Add("page_size", strconv.Itoa(q.PageSize))
	p.AddSet("category_type", at.category)
	p.AddMap(f.extra)
	p.AddSet("next_page_token", at.token)
	return p
}

// lost turns the refusal of a page token into CursorLost: the window begins anew.
func lost(err error, token string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && token != "" && e.Status == http.StatusBadRequest && e.Code == "300" {
		e.Class = providers.CursorLost
	}
	return err
}

// classify: one status stands for many things, so code and message decide.
func classify(r *providers.Response) *providers.Error {
	if r.Status < 300 {
		return nil
	}
	e := &providers.Error{Code: gjson.Get(r.Body, "code").String(), Message: gjson.Get(r.Body, "message").String()}
	switch {
	case r.Status == http.StatusTooManyRequests:
		throttled(e, r)
	case r.Status == http.StatusUnauthorized:
		e.Hint = "the token has expired or was revoked; the app must be activated"
	case e.Code == "4711":
		e.Hint = "add the scope that the message names to the app; a change takes some minutes to work"
	case e.Code == "200":
		e.Hint = "the app's owner needs a role that may view reports and operation logs, on a paid plan"
	}
	return e
}

// throttled reads Retry-After where it is a date-time
// (https://developers.zoom.us/docs/api/rate-limits/); the client reads the other
// forms. A cap of the day is not worth asking every few seconds.
func throttled(e *providers.Error, r *providers.Response) {
	if at, err := time.Parse(time.RFC3339, r.Header.Get("Retry-After")); err == nil {
		if now, err := http.ParseTime(r.Header.Get("Date")); err == nil && at.After(now) {
			e.RetryAfter = at.Sub(now)
		}
	}
	daily := strings.Contains(strings.ToLower(e.Message), "daily") || strings.EqualFold(r.Header.Get("X-RateLimit-Type"), "Daily-limit")
	if daily && e.RetryAfter < 15*time.Minute && r.Header.Get("Retry-After") == "" {
		e.RetryAfter = 15 * time.Minute
	}
}
