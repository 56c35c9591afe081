package azureactivedirectory

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// feed is one of the two logs.
type feed struct {
	path  string
	field string   // the time that windows are about
	terms []string // of $filter, besides the window
	kinds []string // of sign-ins, each a chain of its own; nil: as the vendor likes
	extra map[string]string
}

// join takes what the user passes to the vendor: a $filter is joined with ours.
func (f *feed) join(remote map[string]string) {
	f.extra = maps.Clone(remote)
	if own := remote["$filter"]; own != "" {
		f.terms = append(f.terms, "("+own+")")
	}
	delete(f.extra, "$filter")
}

// kindMark begins the cursor of a kind's first page; the others are links.
const kindMark = "kind="

// fetch reads a page of a window. A next link holds the whole query and goes out
// byte for byte. A page may be empty and still have a next one.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	var page providers.Page
	kind, first := strings.CutPrefix(q.Cursor, kindMark)
	if q.Cursor == "" && len(f.kinds) > 0 {
		kind = f.kinds[0]
		for _, k := range f.kinds[1:] {
			page.Branches = append(page.Branches, kindMark+k)
		}
	}
	request := providers.Request{Link: q.Cursor}
	if first || q.Cursor == "" {
		request = providers.Request{Path: f.path, Query: f.query(q, kind)}
	}
	resp, err := c.Do(ctx, request)
	if err != nil {
		return providers.Page{}, reclass(err, q, request.Link)
	}
	body, events, err := record.List(resp.Body, "value")
	if err != nil {
		return providers.Page{}, err
	}
	page.Events = events
	page.Next = record.Path(body, `\@odata\.nextLink`)
	page.More = page.Next != ""
	return page, nil
}

// query is that of a first page. Both bounds are inclusive and never left out:
// without them the vendor times out on large tenants. gt and lt are not documented
// (https://github.com/microsoftgraph/security-api-solutions/issues/23).
func (f feed) query(q providers.Query, kind string) providers.Params {
	terms := []string{
		f.field + " ge " + q.Since.UTC().Format(time.RFC3339),
		f.field + " le " + q.Until.UTC().Format(time.RFC3339),
	}
	if kind != "" {
		terms = append(terms, "signInEventTypes/any(t: t eq "+quote(kind)+")")
	}
	var p providers.Params
	p.Add("$filter", strings.Join(append(terms, f.terms...), " and "))
	p.Add("$orderby", f.field+" asc")
	p.Add("$top", strconv.Itoa(q.PageSize))
	p.AddMap(f.extra)
	return p
}

// shortest is the window below which a failure is not for its size.
const shortest = time.Minute

// reclass tells what an error means for this request. Broad windows end in time-outs
// and server errors (https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/3146),
// and a refused link is not for its filter, which the first page was accepted with.
func reclass(err error, q providers.Query, link string) error {
	e, ok := errors.AsType[*providers.Error](err)
	if !ok {
		return err
	}
	slow := e.Status == 500 || e.Status == 502 || e.Status == 504 || e.Code == "timeout"
	switch {
	case slow && e.Class == providers.Transient && q.Until.Sub(q.Since) > shortest:
		e.Class = providers.WindowTooLarge
	case link != "" && e.Status == 400 && e.Class == providers.Denied:
		e.Class = providers.CursorLost
	}
	return err
}

// maxTerm bounds one pushed term; a longer one is left to the engine.
const maxTerm = 1500

// auditTerms returns the $filter terms that bring every directory audit that f
// keeps: https://learn.microsoft.com/en-us/graph/api/directoryaudit-list . Actions
// are pushed as the vendor's words only, because names vary in blanks and dashes.
func auditTerms(f *providers.Filter) []string {
	terms := words(f.Actions)
	terms = add(terms, "initiatedBy/user/id eq ", f.ActorIDs, "")
	return add(terms, "targetResources/any(t: t/id eq ", f.Entities, ")")
}

// signInTerms: https://learn.microsoft.com/en-us/graph/api/signin-list
func signInTerms(f *providers.Filter) []string {
	var terms []string
	if v, ok := providers.Single(f.Actions); ok && v == string(providers.Login) {
		terms = append(terms, "status/errorCode eq 0")
	}
	terms = add(terms, "userId eq ", f.ActorIDs, "")
	terms = add(terms, "appId eq ", f.Entities, "")
	if ip, ok := f.SingleIP(); ok && f.IPs[0].Addr().Is4() { // IPv6 has many spellings
		terms = append(terms, "(startswith(ipAddress,"+quote(ip)+") or startswith(ipAddress,"+quote("::ffff:"+ip)+"))")
	}
	return terms
}

func words(actions []string) []string {
	for _, w := range actions {
		if providers.Action(w).Unified() {
			return nil
		}
	}
	return add(nil, "activityDisplayName eq ", actions, "")
}

// add appends a term that is true for any of the values.
func add(terms []string, before string, values []string, after string) []string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = before + quote(v) + after
	}
	term := strings.Join(parts, " or ")
	switch {
	case len(parts) == 0, len(term) > maxTerm:
		return terms
	case len(parts) > 1:
		term = "(" + term + ")"
	}
	return append(terms, term)
}

// quote writes an OData string.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
