package faultsim_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const endpoint = "https://api.acme.example"

// source declares the simulated vendor as a provider would.
func (r *run) source(p *process) *providers.Source {
	s := &providers.Source{
		Endpoint: endpoint, Tenant: "acme.example", Classify: classify,
		Auth: providers.HeaderAuth{Name: "X-Key", Value: fixedKey},
	}
	if r.api.tokens != nil {
		s.Auth = providers.TokenAuth{
			URL: tokenPath, Form: providers.Params{{Key: "grant_type", Value: "client_credentials"}},
			Basic: &providers.BasicAuth{Username: r.api.tokens.ClientID, Password: providers.Secret(r.api.tokens.ClientSecret)},
		}
	}
	if l := r.api.limit; l.Requests > 0 {
		b := providers.Budget{Requests: l.Requests, Per: l.Per}
		if r.api.tell {
			b.Headers = &providers.LimitHeaders{Limit: limitHeader, Remaining: leftHeader, Reset: resetHeader}
		}
		s.Budgets = []providers.Budget{b}
	}
	for _, f := range r.feeds {
		s.Streams = append(s.Streams, providers.Stream{Name: f.name, Traits: f.Traits, Fetch: p.watched(f.shape), Decode: f.decode})
	}
	return s
}

// classify reads the vendor's codes.
func classify(resp *providers.Response) *providers.Error {
	if resp.Status < 400 {
		return nil
	}
	class, ok := map[string]providers.Class{
		"cursor_expired": providers.CursorLost, "window_too_large": providers.WindowTooLarge,
		"page_too_large": providers.PageTooLarge,
	}[gjson.Get(resp.Body, "code").Str]
	if !ok {
		return nil
	}
	return &providers.Error{Class: class}
}

// fetch reads one page. The cursor is "branch|page", each of them as the vendor
// gave it.
func (s *shape) fetch(ctx context.Context, client providers.Client, q providers.Query) (providers.Page, error) {
	branch, page, _ := strings.Cut(q.Cursor, "|")
	req := providers.Request{Path: "/v1/" + s.name}
	if branch != "" && s.branching == files {
		req.Path += "/files/" + branch
	} else {
		req.Query = s.bounds(q, page)
	}
	if branch != "" && s.branching == categories {
		req.Query.Add("category", branch)
	}
	if q.PageSize > 0 {
		req.Query.Add("limit", strconv.Itoa(q.PageSize))
	}
	switch {
	case page == "":
	case s.paging == byLink:
		req = providers.Request{Link: page}
	case s.paging == byOffset:
		req.Query.Add("offset", page)
	default:
		req.Query.Add("page", page)
	}
	resp, err := client.Do(ctx, req)
	if err != nil {
		return providers.Page{}, err
	}
	return s.read(resp, branch)
}

// bounds returns the window of a query in the vendor's units.
func (s *shape) bounds(q providers.Query, page string) (params providers.Params) {
	add := func(name string, t time.Time) {
		if t.UnixNano()%s.unit() != 0 {
			panic(fmt.Sprintf("%s: %s %v is not rounded to %v", s.name, name, t, s.Granularity))
		}
		params.Add(name, strconv.FormatInt(t.UnixNano()/s.unit(), 10))
	}
	switch {
	case s.Resume == providers.ByWindow:
		add("since", q.Since)
		add("until", q.Until)
	case s.Resume == providers.ByCursor && page == "" && !s.anyStart:
		add("since", q.Since)
	}
	return params
}

// read takes a page apart.
func (s *shape) read(resp *providers.Response, branch string) (p providers.Page, err error) {
	body := gjson.Parse(resp.Body)
	if !gjson.Valid(resp.Body) || !body.Get("rows").IsArray() {
		return p, providers.Malformed("no rows in the answer")
	}
	body.Get("rows").ForEach(func(_, row gjson.Result) bool {
		p.Events = append(p.Events, providers.Event{Raw: row.Raw})
		return true
	})
	for _, b := range body.Get("branches").Array() {
		p.Branches = append(p.Branches, b.Str+"|")
	}
	next := body.Get("next").Str
	if s.paging == byLink {
		next = providers.NextLink(resp.Header)
		if next != "" && s.Resume == providers.ByCursor {
			next = providers.LinkPath(next)
		}
	}
	if next != "" {
		p.Next = branch + "|" + next
	}
	p.More, p.Restart, p.Incomplete = body.Get("more").Bool(), body.Get("restart").Bool(), body.Get("partial").Bool()
	return p, nil
}

// decode reads one row. Entity.Name holds the row's key.
func (s *shape) decode(e providers.Event) (a providers.Activity, err error) {
	row := gjson.Parse(e.Raw)
	at, actor := row.Get("at").Str, row.Get("actor").Str
	key := keyOf(at, actor, row.Get("n").Raw)
	a.RawAction, a.Actor.ID = "tested", actor
	switch s.naming {
	case vendorIDs:
		key = row.Get("id").Str
		a.ID = key
	case derivedIDs:
		a.ID = key
	case identities:
		a.Identity = key
	}
	a.Entity.Name = key
	if a.CreatedAt, err = time.Parse(time.RFC3339Nano, at); err != nil {
		a.CreatedAt, a.CreatedAtRaw = time.Time{}, at
	}
	if row.Get("bad").Bool() {
		return a, errors.New("a bad row")
	}
	return a, nil
}
