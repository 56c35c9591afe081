package teamwork

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

type feed struct {
	settings providers.Params
	filter   providers.Params
	extra    map[string]string
}

// maxRows is how far one list request may reach:
// https://apidocs.teamwork.com/guides/teamwork/how-does-paging-work
const maxRows = 50_000

// fetch reads a page of a window; the cursor is the page's number, from 1.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	number, err := pageNumber(q.Cursor)
	if err != nil {
		return providers.Page{}, err
	}
	if number*q.PageSize > maxRows {
		return providers.Page{}, &providers.Error{Class: providers.WindowTooLarge, Message: "the window has more than 50000 rows"}
	}
	var p providers.Params
	p.Add("startDate", q.Since.UTC().Format(time.RFC3339))
	p.Add("endDate", q.Until.UTC().Format(time.RFC3339))
	p.Add("orderBy", "date")
	p.Add("orderMode", "asc")
	p.Add("page", strconv.Itoa(number))
	p.Add("pageSize", strconv.Itoa(q.PageSize))
	p.Add("skipCounts", "true")
	p.Add("include", "users")
	p = append(p, f.settings...)
	p = append(p, f.filter...)
	p.AddMap(f.extra)
	resp, err := c.Do(ctx, providers.Request{Path: "/projects/api/v3/latestactivity.json", Query: p})
	if err != nil {
		return providers.Page{}, err
	}
	rest, events, err := record.List(resp.Body, "activities")
	if err != nil {
		return providers.Page{}, err
	}
	attachUsers(events, rest.Get("included.users"))
	page := providers.Page{Events: events, More: rest.Get("meta.page.hasMore").Bool()}
	if page.More {
		page.Next = strconv.Itoa(number + 1)
	}
	return page, nil
}

func pageNumber(cursor string) (int, error) {
	if cursor == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 1 {
		return 0, &providers.Error{Class: providers.CursorLost, Message: "the position in the window cannot be read"}
	}
	return n, nil
}

// attachUsers gives every event the side-loaded user who acted.
func attachUsers(events []providers.Event, users gjson.Result) {
	byID := map[string]string{}
	users.ForEach(func(id, user gjson.Result) bool {
		byID[id.Str] = user.Raw
		return true
	})
	if len(byID) == 0 {
		return
	}
	for i := range events {
		events[i].Side = byID[userID(gjson.Parse(events[i].Raw))]
	}
}

type feedV1 struct {
	archived bool
	extra    map[string]string
}

// fetch reads a page of the v1 list, newest first; its headers tell the number of
// pages.
func (f feedV1) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	number, err := pageNumber(q.Cursor)
	if err != nil {
		return providers.Page{}, err
	}
	var p providers.Params
	p.Add("page", strconv.Itoa(number))
	p.Add("pageSize", strconv.Itoa(q.PageSize))
	p.Add("includeArchivedProjects", strconv.FormatBool(f.archived))
	p.AddMap(f.extra)
	resp, err := c.Do(ctx, providers.Request{Path: "/latestActivity.json", Query: p})
	if err != nil {
		return providers.Page{}, err
	}
	_, events, err := record.List(resp.Body, "activity")
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: events, More: len(events) > 0 && !lastPage(resp.Header, number)}
	if page.More {
		page.Next = strconv.Itoa(number + 1)
	}
	return page, nil
}

func lastPage(h http.Header, number int) bool {
	pages, err := strconv.Atoi(h.Get("X-Pages"))
	return err == nil && number >= pages
}
