package onelogin

import (
	"context"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// names holds the vendor's names of event types, which grow without notice. They
// are loaded before the first page, and again when a type without a name shows up.
type names struct {
	off bool

	mu     sync.Mutex
	byID   map[string]string
	next   time.Time // not loaded again before
	loaded bool
}

type occasion bool

const (
	atStart   occasion = false
	atUnknown occasion = true
)

const (
	namesAge   = time.Hour       // between two loads: each counts against the limit
	namesRetry = 5 * time.Minute // after a failed one
)

// load asks the vendor for the names if it is time to. A failure is a warning: the
// events are read without new names.
func (n *names) load(ctx context.Context, c providers.Client, now time.Time, why occasion) string {
	if !n.claim(now, why) {
		return ""
	}
	byID, err := fetchNames(ctx, c)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		n.next = now.Add(namesRetry)
		return "the names of event types could not be loaded; built-in names are used, and new types show as numbers: " + err.Error()
	}
	n.byID, n.loaded, n.next = byID, true, now.Add(namesAge)
	return ""
}

// claim tells whether the caller is to load the names now. Others go on with the
// old ones meanwhile.
func (n *names) claim(now time.Time, why occasion) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.off || now.Before(n.next) || why == atStart && n.loaded {
		return false
	}
	n.next = now.Add(namesRetry)
	return true
}

// fetchNames: https://developers.onelogin.com/api-docs/1/events/event-types . The
// list has no pages (https://github.com/onelogin/onelogin-ruby-sdk/pull/6).
func fetchNames(ctx context.Context, c providers.Client) (map[string]string, error) {
	resp, err := c.Do(ctx, providers.Request{Path: "/api/1/events/types"})
	if err != nil {
		return nil, err
	}
	body, err := record.Body(resp.Body)
	if err != nil {
		return nil, err
	}
	byID := map[string]string{}
	body.Get("data").ForEach(func(_, t gjson.Result) bool {
		if id, name := record.Path(t, "id"), record.Path(t, "name"); id != "" && name != "" {
			byID[id] = name
		}
		return true
	})
	return byID, nil
}

// known returns the vendor's names by id. The map is never written to.
func (n *names) known() map[string]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.byID
}

// know tells whether all types of the events have a name.
func (n *names) know(events []providers.Event) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range events {
		id := typeID(e.Raw)
		if id != "" && n.byID[id] == "" && types[id].name == "" {
			return false
		}
	}
	return true
}

// put hands the vendor's names of their types to the events.
func (n *names) put(events []providers.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range events {
		events[i].Side = n.byID[typeID(events[i].Raw)]
	}
}
