package dropboxbusiness

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
	filter providers.Params
	extra  map[string]string
}

// fetch reads a page: get_events once, then continue with nothing but the cursor,
// which holds the filters.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	request := providers.Request{Method: http.MethodPost, ContentType: "application/json"}
	if q.Cursor == "" {
		request.Path, request.Body = "/2/team_log/get_events", f.first(q)
	} else {
		request.Path, request.Body = "/2/team_log/get_events/continue", `{"cursor":`+text(q.Cursor)+`}`
	}
	resp, err := c.Do(ctx, request)
	if err != nil {
		return providers.Page{}, err
	}
	rest, events, err := record.List(resp.Body, "events")
	if err != nil {
		return providers.Page{}, err
	}
	next := record.Path(rest, "cursor")
	if next == "" {
		return providers.Page{}, providers.Malformed("cursor is missing in %s", record.Excerpt(resp.Body))
	}
	// An empty page with has_more goes on; the cursor changes with every answer.
	return providers.Page{Events: events, Next: next, More: rest.Get("has_more").Bool()}, nil
}

// first is the body of get_events. The time is refused with a fraction or offset,
// and without a start the log begins years ago.
func (f feed) first(q providers.Query) string {
	body := `{"limit":` + strconv.Itoa(q.PageSize) + `,"time":{"start_time":"` + q.Since.UTC().Format(time.RFC3339) + `"}`
	for _, kv := range f.filter {
		body += "," + text(kv.Key) + ":" + text(kv.Value)
	}
	var extra providers.Params
	extra.AddMap(f.extra)
	for _, kv := range extra {
		body += "," + text(kv.Key) + ":" + jsonValue(kv.Value)
	}
	return body + "}"
}

// jsonValue lets remote_query give numbers, booleans and objects as JSON.
func jsonValue(s string) string {
	if gjson.Valid(s) {
		return s
	}
	return text(s)
}

// text is s as a JSON string.
func text(s string) string { return string(gjson.AppendJSONString(nil, s)) }
