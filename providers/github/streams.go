package github

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

type feed struct {
	path    string
	include string
	phrase  string
	extra   map[string]string
}

// fetch reads a page of a window. The cursor is GitHub's own next link, which
// names another path than the request, and on GitHub Enterprise Server pages
// instead of cursors (https://github.com/google/go-github/issues/1848).
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	request := providers.Request{Link: q.Cursor}
	if q.Cursor == "" {
		request = providers.Request{Path: f.path, Query: f.first(q)}
	}
	resp, err := c.Do(ctx, request)
	if err != nil {
		return providers.Page{}, lost(err, q.Cursor)
	}
	_, events, err := record.List(resp.Body, "")
	if err != nil {
		return providers.Page{}, err
	}
	// A page may be short and still have a next one.
	next := providers.NextLink(resp.Header)
	return providers.Page{Events: events, Next: next, More: next != ""}, nil
}

// first is the query of a window's first page. Both bounds are inclusive.
func (f feed) first(q providers.Query) providers.Params {
	phrase := "created:>=" + q.Since.UTC().Format(time.RFC3339) + " created:<=" + q.Until.UTC().Format(time.RFC3339)
	if f.phrase != "" {
		phrase += " " + f.phrase
	}
	var p providers.Params
	p.Add("phrase", phrase)
	p.Add("include", f.include)
	p.Add("order", "asc")
	p.Add("per_page", strconv.Itoa(q.PageSize))
	p.AddMap(f.extra)
	return p
}

// lost turns the refusal of a link into CursorLost: the window's first page, with
// the same phrase, was accepted.
func lost(err error, cursor string) error {
	if e, ok := errors.AsType[*providers.Error](err); ok && cursor != "" && (e.Status == 400 || e.Status == 422) {
		e.Class = providers.CursorLost
	}
	return err
}

var (
	wholeAction = regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)+$`)
	name        = regexp.MustCompile(`^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$`) // not only digits
	repository  = regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)
)

// phrase returns the qualifiers for the filters that GitHub can serve, and the
// user's own:
// https://docs.github.com/en/enterprise-cloud@latest/admin/monitoring-activity-in-your-enterprise/reviewing-audit-logs-for-your-enterprise/searching-the-audit-log-for-your-enterprise
// One value each: how several are joined is not documented. Values that could be
// read otherwise are left to the engine: a number may be an id or a login.
func (c *Config) phrase(f *providers.Filter) string {
	var terms []string
	if v, ok := providers.Single(f.Actions); ok && wholeAction.MatchString(v) {
		terms = append(terms, "action:"+v)
	}
	if v, ok := providers.Single(f.ActorIDs); ok && name.MatchString(v) {
		terms = append(terms, "actor:"+v)
	}
	if v := f.OrganizationID; c.Enterprise != "" && name.MatchString(c.Enterprise) && name.MatchString(v) &&
		!strings.EqualFold(v, c.Enterprise) { // else events of the enterprise itself are meant
		terms = append(terms, "org:"+v)
	}
	if v, ok := f.SingleIP(); ok && f.IPs[0].Addr().Is4() { // IPv6 has many spellings
		terms = append(terms, "actor_ip:"+v)
	}
	if kind, ok := providers.Single(f.EntityTypes); ok && strings.EqualFold(kind, "repository") {
		if v, ok := providers.Single(f.Entities); ok && repository.MatchString(v) {
			terms = append(terms, "repo:"+v)
		}
	}
	if c.Phrase != "" {
		terms = append(terms, c.Phrase)
	}
	return strings.Join(terms, " ")
}
