package atlassian

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// walk reads a window of the endpoint that filters. It takes one action a request,
// so that each wanted action is a branch of the window.
type walk struct {
	path    string
	actions []string // empty: all
	filters providers.Params
}

// fetch reads a page. The cursor is the index of the branch and the vendor's
// cursor.
func (w walk) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	number, cursor, _ := strings.Cut(q.Cursor, " ")
	branch, _ := strconv.Atoi(number)
	p := providers.Params{
		{Key: "from", Value: millis(q.Since)},
		{Key: "to", Value: millis(q.Until)},
		{Key: "limit", Value: strconv.Itoa(q.PageSize)},
	}
	if branch < len(w.actions) {
		p.Add("action", w.actions[branch])
	}
	p = append(p, w.filters...)
	p.AddSet("cursor", cursor)
	events, next, err := get(ctx, c, w.path, p)
	if err != nil {
		return providers.Page{}, lost(err, cursor)
	}
	page := providers.Page{Events: events}
	if next != "" {
		page.Next = strconv.Itoa(branch) + " " + next
		page.More = next != cursor
	}
	if q.Cursor == "" {
		for i := 1; i < len(w.actions); i++ {
			page.Branches = append(page.Branches, strconv.Itoa(i)+" ")
		}
	}
	return page, nil
}

// maxBranches bounds how many walks a filter may cost: the endpoint allows ten
// requests a minute.
const maxBranches = 5

// wantedActions returns the vendor's actions to ask for: the configured ones, else
// those of the unified filter when they are few and bring all that it wants.
func (c *Config) wantedActions(o *providers.Options) []string {
	words := slices.Clone(c.Actions)
	if len(words) == 0 && o.RemoteQuery["action"] == "" {
		words, _ = actions.Words(o.Filter.Actions, closed)
		if len(words) > maxBranches {
			return nil
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// pushed returns the other filters. What the configuration or the remote query
// says goes before the unified filter, which the engine checks in any case.
func (c *Config) pushed(o *providers.Options) providers.Params {
	var p providers.Params
	p.AddSet("q", c.Query)
	for _, list := range []struct {
		key                 string
		configured, unified []string
	}{
		{"actor", c.Actors, o.Filter.ActorIDs},
		{"ip", c.IPs, addresses(o.Filter.IPs)},
		{"product", c.Products, nil},
	} {
		values := list.configured
		if len(values) == 0 && o.RemoteQuery[list.key] == "" {
			values = list.unified
		}
		for _, v := range values {
			p.Add(list.key, v)
		}
	}
	p.AddMap(o.RemoteQuery)
	return p
}

// addresses returns the addresses of a filter that has nothing else, and only
// such as have one spelling.
func addresses(prefixes []netip.Prefix) []string {
	var out []string
	for _, p := range prefixes {
		if !p.IsSingleIP() || !p.Addr().Is4() {
			return nil
		}
		out = append(out, p.Addr().String())
	}
	return out
}
