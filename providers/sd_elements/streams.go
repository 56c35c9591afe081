package sdelements

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

const (
	path   = "/api/v2/activities/" // the last slash is part of it
	layout = "2006-01-02T15:04:05.000000Z"
)

type feed struct{ filter providers.Params }

// fetch reads a page. The cursor is path and query of the vendor's next link: the
// instance writes its own host into it, which behind a proxy is not the endpoint's.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	request := providers.Request{Link: q.Cursor}
	if q.Cursor == "" {
		request = providers.Request{Path: path, Query: f.first(q)}
	}
	resp, err := c.Do(ctx, request)
	if err != nil {
		return beyond(err, q.Cursor)
	}
	rest, events, err := record.List(resp.Body, "results")
	if err != nil {
		return providers.Page{}, err
	}
	next := providers.LinkPath(record.Path(rest, "next"))
	return providers.Page{Events: events, Next: next, More: next != ""}, nil
}

// first asks for both bounds, which are inclusive, so that pages do not move while
// new rows arrive.
func (f feed) first(q providers.Query) providers.Params {
	var p providers.Params
	p.Add("date_from", q.Since.UTC().Format(layout))
	p.Add("date_to", q.Until.UTC().Format(layout))
	p.Add("page_size", strconv.Itoa(q.PageSize))
	return append(p, f.filter...)
}

// beyond reads the refusal of a next link. A page past the end is the end: rows
// were deleted meanwhile. A refused cursor (newer versions page by cursors) begins
// the window anew.
func beyond(err error, link string) (providers.Page, error) {
	e, ok := errors.AsType[*providers.Error](err)
	if !ok || link == "" || e.Code != notFound {
		return providers.Page{}, err
	}
	if strings.Contains(link, "cursor=") {
		e.Class = providers.CursorLost
		return providers.Page{}, err
	}
	return providers.Page{}, nil
}

// decode maps an activity: https://docs.sdelements.com/release/latest/api/docs/activities
func decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	row, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	a.ID = record.Path(row, "id")
	a.RawAction = record.Path(row, "name")
	a.Action = action(a.RawAction)
	if a.Action == providers.Login {
		a.Outcome = providers.Success
	}
	date := record.Path(row, "date")
	t, ok := record.Time(date) // any offset; without one nobody knows the zone
	record.Created(&a, t, ok, date)
	a.Description = record.Path(row, "text")
	a.Actor = actorOf(row.Get("actor"))
	a.Entity = entity(a.RawAction, row.Get("data"))
	return a, record.Missing(&a, "name", "date")
}

func actorOf(v gjson.Result) providers.Actor {
	if v.Type == gjson.String && v.Str != "" || v.Type == gjson.Number && v.Num > 0 {
		return providers.Actor{Type: providers.ActorUser, ID: record.Text(v)}
	}
	return providers.Actor{Type: providers.ActorSystem}
}

// entity: the name says which of the references in data is the object; without a
// known noun in it, the first reference is. Deleted things keep only their text.
func entity(name string, data gjson.Result) providers.Entity {
	kind := object(name)
	if kind == "" {
		kind = reference(data)
	}
	if kind == "" {
		return providers.Entity{}
	}
	e := providers.Entity{Type: kind}
	data.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case kind:
			e.ID = record.Text(v)
		case kind + "_desc":
			e.Name = record.Text(v)
		}
		return true
	})
	return e
}

// reference returns the first key of data that refers to something: the known ones
// in their order, then any other by the alphabet.
func reference(data gjson.Result) string {
	best, rank := "", len(references)+1
	data.ForEach(func(k, v gjson.Result) bool {
		key := k.Str
		if key == "" || v.Type == gjson.Null || strings.HasSuffix(key, "_desc") {
			return true
		}
		r := len(references)
		for i, known := range references {
			if key == known {
				r = i
			}
		}
		if r < rank || r == rank && key < best {
			best, rank = key, r
		}
		return true
	})
	return best
}
