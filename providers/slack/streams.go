package slack

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

type fetchFunc = func(context.Context, providers.Client, providers.Query) (providers.Page, error)

// auditFeed is the query of the audit logs.
type auditFeed struct {
	action, actor, entity string
	keep                  []string // actions that are kept here, because the vendor takes one
	extra                 map[string]string
}

// choose takes the configured restrictions, else the unified filters that the
// vendor can serve: each takes one value.
func (f *auditFeed) choose(c *Config, u *providers.Filter) {
	f.keep, f.actor, f.entity = c.Actions, c.Actor, c.Entity
	wanted := c.Actions
	if len(wanted) == 0 {
		wanted, _ = actions.Words(u.Actions, closed)
	}
	f.action, _ = providers.Single(wanted)
	if f.actor == "" {
		f.actor, _ = providers.Single(u.ActorIDs)
	}
	if id, ok := providers.Single(u.Entities); ok && f.entity == "" && !strings.Contains(id, ":") { // ours of a message
		f.entity = id
	}
}

// fetch reads a page. Every page repeats the whole query.
func (f auditFeed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	var p providers.Params
	p.Add("oldest", strconv.FormatInt(q.Since.Unix(), 10))
	p.Add("latest", strconv.FormatInt(q.Until.Unix(), 10))
	p.Add("limit", strconv.Itoa(q.PageSize))
	p.AddSet("action", f.action)
	p.AddSet("actor", f.actor)
	p.AddSet("entity", f.entity)
	p.AddMap(f.extra)
	p.AddSet("cursor", q.Cursor)
	resp, err := c.Do(ctx, providers.Request{Path: "/audit/v1/logs", Query: p})
	if err != nil {
		if e, ok := errors.AsType[*providers.Error](err); ok && e.Status == 400 && q.Cursor != "" {
			e.Class = providers.CursorLost
		}
		return providers.Page{}, err
	}
	body, events, err := record.List(resp.Body, "entries")
	if err != nil {
		return providers.Page{}, err
	}
	next := record.Path(body, "response_metadata.next_cursor")
	page := providers.Page{Events: events, Next: next, More: next != ""}
	if len(f.keep) > 0 {
		page.Events = slices.DeleteFunc(events, func(e providers.Event) bool {
			action := gjson.Get(e.Raw, "action")
			return action.Type == gjson.String && !slices.Contains(f.keep, action.Str)
		})
		page.Filtered = len(events) - len(page.Events)
	}
	return page, nil
}
