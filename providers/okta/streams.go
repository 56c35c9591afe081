package okta

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const logsPath = "/api/v1/logs"

// fetcher reads a page. The cursor is path and query of Okta's own next link: the
// vendor forbids to build one.
func fetcher(filter string, extra map[string]string) func(context.Context, providers.Client, providers.Query) (providers.Page, error) {
	return func(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
		request := providers.Request{Path: logsPath}
		limit := q.PageSize
		if q.Cursor == "" {
			request.Query = first(q, filter, extra)
		} else {
			request.Link, limit = resize(q.Cursor, q.PageSize)
		}
		resp, err := c.Do(ctx, request)
		if err != nil {
			return providers.Page{}, lost(err, q.Cursor)
		}
		_, events, err := record.List(resp.Body, "")
		if err != nil {
			return providers.Page{}, err
		}
		next := providers.LinkPath(providers.NextLink(resp.Header))
		return providers.Page{
			Events: events,
			Next:   next,
			// There is always a next link, also when all is read; a short page is the
			// end for now (https://github.com/okta/okta-sdk-python/issues/231).
			More: next != "" && next != q.Cursor && len(events) >= limit,
		}, nil
	}
}

func first(q providers.Query, filter string, extra map[string]string) providers.Params {
	var p providers.Params
	p.Add("since", q.Since.UTC().Format("2006-01-02T15:04:05.000Z"))
	p.Add("sortOrder", "ASCENDING")
	p.Add("limit", strconv.Itoa(q.PageSize))
	p.AddSet("filter", filter)
	for _, kv := range sorted(extra) {
		if kv.Key != "filter" { // already joined with the pushed filters
			p.Add(kv.Key, kv.Value)
		}
	}
	return p
}

func sorted(extra map[string]string) providers.Params {
	var p providers.Params
	p.AddMap(extra)
	return p
}

// resize returns the link for a page size. The link stays as Okta wrote it unless
// the engine asks for pages of another size, so that smaller ones do not last longer
// than their reason.
func resize(link string, size int) (string, int) {
	path, query, _ := strings.Cut(link, "?")
	parts := strings.Split(query, "&")
	for i, part := range parts {
		value, ok := strings.CutPrefix(part, "limit=")
		if !ok {
			continue
		}
		limit, err := strconv.Atoi(value)
		if err != nil || limit == size {
			return link, size
		}
		parts[i] = "limit=" + strconv.Itoa(size)
		return path + "?" + strings.Join(parts, "&"), size
	}
	return link, size
}

// lost turns a refusal of a stored link into CursorLost.
func lost(err error, cursor string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && cursor != "" && e.Status == 400 {
		e.Class = providers.CursorLost
	}
	return err
}

// maxFilter bounds the pushed expression, so that the URL stays well below the
// common limit of 8 KB when encoded; a longer one is left to the engine.
const maxFilter = 3000

// pushed returns the SCIM expression for the filters that Okta can serve, joined
// with the user's own. Addresses are not pushed: client.ipAddress may be empty
// where the chain of the request has the address.
func pushed(f *providers.Filter, own string) string {
	var terms []string
	add := func(term string) {
		if term != "" {
			terms = append(terms, term)
		}
	}
	add(anyOf("actor.id", f.ActorIDs))
	add(anyOf("target.id", f.Entities))
	add(typeFilter(f.EntityTypes))
	if expression := actionFilter(f.Actions); len(expression) <= maxFilter {
		add(expression)
	}
	if own != "" {
		if len(terms) == 0 {
			return own
		}
		terms = append(terms, "("+own+")")
	}
	return strings.Join(terms, " and ")
}

// targetTypes are types of targets as Okta spells them:
// https://developer.okta.com/docs/reference/system-log-query/ . There are more.
var targetTypes = []string{"User", "AppInstance", "AppUser", "UserGroup", "PolicyEntity", "PolicyRule", "access_token"}

// typeFilter: the engine compares types without case, Okta may not. So they are
// pushed in Okta's spelling, and left to the engine when it is not known.
func typeFilter(wanted []string) string {
	var spelled []string
	for _, w := range wanted {
		i := slices.IndexFunc(targetTypes, func(t string) bool { return strings.EqualFold(t, w) })
		if i < 0 {
			return ""
		}
		spelled = append(spelled, targetTypes[i])
	}
	return anyOf("target.type", spelled)
}

func anyOf(field string, values []string) string {
	terms := make([]string, len(values))
	for i, v := range values {
		terms[i] = field + " eq " + quote(v)
	}
	return or(terms)
}

func or(terms []string) string {
	if len(terms) < 2 {
		return strings.Join(terms, "")
	}
	return "(" + strings.Join(terms, " or ") + ")"
}

func quote(s string) string { return strconv.Quote(s) }
