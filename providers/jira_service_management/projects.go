package jiraservicemanagement

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const (
	// fresh is how long a look-up serves.
	fresh = time.Hour
	// settling is how long a new project may be missing from a look-up.
	settling = 5 * time.Minute
	// pageSize is the look-up's default, and pages more than any site has.
	pageSize, pages = 50, 2000

	lookupScopes = "read:jira-work or read:project:jira"
)

// projects are the service projects of a site. Only the ids in it decide; they are
// kept once seen, because a deleted project is no longer listed while rows about it
// still come.
type projects struct {
	path     string
	lookedUp bool
	wanted   []string // keys, upper case; empty: every service project

	mu     sync.Mutex
	ids    map[string]bool
	keys   map[string]bool // of wanted, those that were found
	asked  time.Time       // our time of the last look-up
	listed time.Time       // the vendor's time of it
}

// newProjects takes keys and ids of the configuration. Rows name projects by id
// alone, so that keys have to be looked up.
func newProjects(path string, configured []string) *projects {
	p := &projects{path: path, lookedUp: len(configured) == 0, ids: map[string]bool{}, keys: map[string]bool{}}
	for _, c := range configured {
		if strings.Trim(c, "0123456789") == "" {
			p.ids[c] = true
			continue
		}
		p.wanted = append(p.wanted, strings.ToUpper(c))
		p.lookedUp = true
	}
	return p
}

// refresh looks the projects up when the last look-up is too old.
func (p *projects) refresh(ctx context.Context, c providers.Client, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.lookedUp || !p.asked.IsZero() && now.Sub(p.asked) < fresh {
		return nil
	}
	return p.lookUp(ctx, c, now)
}

// cover looks the projects up once more when a row names one that may be younger
// than the last look-up, so that a new service project loses nothing.
func (p *projects) cover(ctx context.Context, c providers.Client, now time.Time, rows []row) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.lookedUp || !slices.ContainsFunc(rows, p.mayBeNew) {
		return nil
	}
	return p.lookUp(ctx, c, now)
}

func (p *projects) mayBeNew(r row) bool {
	return !r.own && !slices.ContainsFunc(r.projects, p.has) && len(r.projects) > 0 &&
		r.created.Add(settling).After(p.listed)
}

func (p *projects) has(id string) bool { return p.ids[id] }

// keep returns the events whose rows belong to Jira Service Management.
func (p *projects) keep(events []providers.Event, rows []row) []providers.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := make([]providers.Event, 0, len(events))
	for i, r := range rows {
		if r.own || slices.ContainsFunc(r.projects, p.has) {
			kept = append(kept, events[i])
		}
	}
	return kept
}

// missing returns a warning for each configured key that no look-up has found.
func (p *projects) missing() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, key := range p.wanted {
		if !p.keys[key] {
			out = append(out, "projects: "+key+" is not among the service projects that the account can see; check the key, or give the id")
		}
	}
	return out
}

// lookUp adds the service projects of the site:
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
func (p *projects) lookUp(ctx context.Context, c providers.Client, now time.Time) error {
	found := map[string]string{} // key by id
	listed := now
	for start, last := 0, false; !last; {
		if start >= pages*pageSize {
			return providers.Malformed("the list of service projects does not end")
		}
		resp, err := c.Do(ctx, providers.Request{Path: p.path, Query: providers.Params{
			{Key: "typeKey", Value: "service_desk"},
			{Key: "startAt", Value: strconv.Itoa(start)},
			{Key: "maxResults", Value: strconv.Itoa(pageSize)},
		}})
		if err != nil {
			return explained(err)
		}
		if date, err := http.ParseTime(resp.Header.Get("Date")); start == 0 && err == nil {
			listed = date
		}
		body, err := record.Body(resp.Body)
		if err != nil {
			return err
		}
		values := body.Get("values")
		if !values.IsArray() {
			return providers.Malformed("values is missing in %s", record.Excerpt(resp.Body))
		}
		list := values.Array()
		for _, v := range list {
			found[record.Path(v, "id")] = strings.ToUpper(record.Path(v, "key"))
		}
		start += len(list)
		last = body.Get("isLast").Bool() || len(list) == 0
	}
	for id, key := range found {
		if id != "" && (len(p.wanted) == 0 || slices.Contains(p.wanted, key)) {
			p.ids[id], p.keys[key] = true, true
		}
	}
	p.asked, p.listed = now, listed
	return nil
}

// explained says what the look-up needs beyond the log.
func explained(err error) error {
	e, ok := errors.AsType[*providers.Error](err)
	if !ok || e.Class != providers.Denied {
		return err
	}
	own := *e
	own.Hint = "the look-up of the service projects was refused: it needs " + lookupScopes + ", and the account must see them; or list their ids in projects"
	return &own
}
