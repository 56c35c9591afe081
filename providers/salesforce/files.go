package salesforce

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// fetchFiles lists the files made in a window; each file is a branch. A cursor is
// "list <position>", or "file <path> <offset>".
func (f *feed) fetchFiles(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	if rest, ok := strings.CutPrefix(q.Cursor, "file "); ok {
		return f.fetchFile(ctx, c, rest, q.PageSize)
	}
	next := strings.TrimPrefix(q.Cursor, "list ")
	body, warnings, err := f.query(ctx, c, f.listQuery(q), next, q.PageSize)
	if err != nil && hidden(err) && !f.noInterval.Load() {
		f.noInterval.Store(true) // the field is hidden, or the org has no hourly files
		body, warnings, err = f.query(ctx, c, f.listQuery(q), "", q.PageSize)
	}
	if err != nil {
		return providers.Page{}, tooNarrow(err, q)
	}
	list, err := page(body, warnings)
	if err != nil {
		return providers.Page{}, err
	}
	for _, e := range list.Events {
		if path := gjson.Get(e.Raw, "LogFile").Str; strings.HasPrefix(path, "/") {
			list.Branches = append(list.Branches, "file "+path+" 0")
		} else {
			list.Skipped = append(list.Skipped, providers.Skip{Reason: "no_file", Detail: record.Excerpt(e.Raw), Count: 1})
		}
	}
	list.Events = nil
	if list.More {
		list.Next = "list " + list.Next
	}
	return list, nil
}

// listQuery always gives the interval, or what tells it: any condition on Id, and
// none on the interval, would bring hourly and daily files together
// (https://github.com/elastic/integrations/pull/20931).
func (f *feed) listQuery(q providers.Query) string {
	fields, interval := "Id, EventType, Interval, Sequence, CreatedDate, LogDate, LogFile, LogFileLength, ApiVersion", "Interval = 'Hourly'"
	if f.config.ELFInterval == "daily" {
		interval = "Interval = 'Daily'"
	}
	if f.noInterval.Load() {
		fields = strings.Replace(fields, "Interval, ", "", 1)
		interval = "Sequence != 0"
		if f.config.ELFInterval == "daily" {
			interval = "Sequence = 0"
		}
	}
	return "SELECT " + fields + " FROM EventLogFile WHERE " + interval + in("EventType", f.config.ELFEventTypes) +
		" AND " + window("CreatedDate", q) + " ORDER BY CreatedDate ASC, Id ASC"
}

// fetchFile reads the next rows of a file, which was spooled when its first row was
// asked for.
func (f *feed) fetchFile(ctx context.Context, c providers.Client, position string, size int) (providers.Page, error) {
	path, text, _ := strings.Cut(position, " ")
	offset, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return providers.Page{}, &providers.Error{Class: providers.CursorLost, Message: "the position in the file cannot be read"}
	}
	s, err := f.files.open(ctx, path, offset, func(ctx context.Context) (*providers.Response, error) {
		return c.Do(ctx, providers.Request{Link: path, Stream: true, Header: http.Header{"Accept": {"text/csv"}}})
	})
	if err != nil {
		return purged(err, path)
	}
	events, more, err := s.rows(max(size, 1))
	if err != nil {
		f.files.drop(path)
		return providers.Page{}, providers.Malformed("the file is no CSV: %v", err)
	}
	p := providers.Page{Events: events, More: more}
	if more {
		p.Next = "file " + path + " " + strconv.FormatInt(s.at, 10)
	} else {
		f.files.drop(path)
	}
	return p, f.sides(ctx, c, events, f.userField())
}

func (f *feed) userField() string {
	if f.config.ResolveUsers {
		return "USER_ID_DERIVED"
	}
	return ""
}

// purged reports a file that is gone for good.
func purged(err error, path string) (providers.Page, error) {
	if e, ok := errors.AsType[*providers.Error](err); ok && e.Status == http.StatusNotFound {
		return providers.Page{Skipped: []providers.Skip{{Reason: "purged", Detail: path, Count: 1}}}, nil
	}
	return providers.Page{}, err
}
