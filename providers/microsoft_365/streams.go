package microsoft365

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// feed reads one content type.
type feed struct {
	root         string
	kind         string
	publisher    string
	workload     string // only its records are kept; "" keeps all
	subscription *subscription
	extra        map[string]string
}

// Cursors name a further page of a list, or a blob.
const (
	listMark = "list "
	blobMark = "blob "
)

const publisherKey = "PublisherIdentifier"

// fetch reads a page of a list, whose blobs become branches, or a blob.
func (f feed) fetch(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	if uri, ok := strings.CutPrefix(q.Cursor, blobMark); ok {
		return f.blob(ctx, c, uri)
	}
	if uri, ok := strings.CutPrefix(q.Cursor, listMark); ok {
		return f.list(ctx, c, q.Now, providers.Request{Link: f.withPublisher(uri)})
	}
	if err := f.subscribe(ctx, c, q.Now); err != nil {
		return providers.Page{}, err
	}
	first := providers.Request{Path: f.root + "/subscriptions/content", Query: f.window(q)}
	page, err := f.list(ctx, c, q.Now, first)
	if unsubscribed(err) && f.subscription.claim(q.Now) {
		if err := f.start(ctx, c); err != nil {
			return providers.Page{}, err
		}
		return f.list(ctx, c, q.Now, first)
	}
	return page, err
}

// window is the query of a list. The start is inclusive, the end exclusive.
func (f feed) window(q providers.Query) providers.Params {
	const layout = "2006-01-02T15:04:05"
	p := providers.Params{
		{Key: "contentType", Value: f.kind},
		{Key: "startTime", Value: q.Since.UTC().Format(layout)},
		{Key: "endTime", Value: q.Until.UTC().Format(layout)},
	}
	p = f.published(p)
	p.AddMap(f.extra)
	return p
}

func (f feed) published(p providers.Params) providers.Params {
	return append(p, providers.Param{Key: publisherKey, Value: f.publisher})
}

// withPublisher adds the publisher to a vendor's link that lacks it.
func (f feed) withPublisher(uri string) string {
	sep := "?"
	if path, query, ok := strings.Cut(uri, "?"); ok {
		for part := range strings.SplitSeq(query, "&") {
			if key, _, _ := strings.Cut(part, "="); strings.EqualFold(key, publisherKey) {
				return uri
			}
		}
		sep = "&"
		if query == "" {
			uri, sep = path, "?"
		}
	}
	return uri + sep + publisherKey + "=" + url.QueryEscape(f.publisher)
}

// list reads a page of a list.
func (f feed) list(ctx context.Context, c providers.Client, now time.Time, r providers.Request) (providers.Page, error) {
	resp, err := c.Do(ctx, r)
	if err != nil {
		return providers.Page{}, err
	}
	body, _, err := record.List(resp.Body, "")
	if err != nil {
		return providers.Page{}, err
	}
	var page providers.Page
	body.ForEach(func(_, v gjson.Result) bool {
		uri := record.Path(v, "contentUri")
		switch expires, ok := record.Time(record.Path(v, "contentExpiration")); {
		case uri == "":
			err = providers.Malformed("a blob without contentUri is listed: %s", record.Excerpt(v.Raw))
		case ok && !expires.After(now): // https://github.com/elastic/integrations/pull/9477
			page.Skipped = append(page.Skipped, providers.Skip{Reason: "expired", Detail: f.kind + " blob " + record.Path(v, "contentId"), Count: 1})
		case !slices.Contains(page.Branches, blobMark+uri):
			page.Branches = append(page.Branches, blobMark+uri)
		}
		return err == nil
	})
	if err != nil {
		return providers.Page{}, err
	}
	// The vendor's FAQ calls it NextPageUrl.
	if next := record.First(resp.Header.Get("NextPageUri"), resp.Header.Get("NextPageUrl")); next != "" {
		page.Next, page.More = listMark+next, true
	}
	return page, nil
}

// blob reads the records of a blob. One that is gone is told, not an error: it
// would stay one.
func (f feed) blob(ctx context.Context, c providers.Client, uri string) (providers.Page, error) {
	resp, err := c.Do(ctx, providers.Request{Link: f.withPublisher(uri)})
	if reason := gone(err); reason != "" {
		path, _, _ := strings.Cut(uri, "?")
		id := path[strings.LastIndexByte(path, '/')+1:]
		return providers.Page{Skipped: []providers.Skip{{Reason: reason, Detail: f.kind + " blob " + id, Count: 1}}}, nil
	}
	if err != nil {
		return providers.Page{}, err
	}
	_, events, err := record.List(resp.Body, "")
	if err != nil {
		return providers.Page{}, err
	}
	page := providers.Page{Events: events}
	if f.workload != "" {
		page.Events = slices.DeleteFunc(events, func(e providers.Event) bool {
			return gjson.Get(e.Raw, "Workload").String() != f.workload
		})
		page.Filtered = len(events) - len(page.Events)
	}
	return page, nil
}
