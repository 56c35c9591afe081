package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// fetchFiles lists the files made in a window; each file is a branch. A cursor is
// "list <position>", or "file <path> <length> <offset>".
func (f *feed) fetchFiles(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	if rest, ok := strings.CutPrefix(q.Cursor, "file "); ok {
		return f.fetchFile(ctx, c, rest, q.PageSize)
	}
	list, err := f.query(ctx, c, f.listQuery(q), strings.TrimPrefix(q.Cursor, "list "), q.PageSize)
	if f.withoutHidden(err) {
		list, err = f.query(ctx, c, f.listQuery(q), "", q.PageSize)
	}
	if err != nil {
		return providers.Page{}, tooNarrow(err, q)
	}
	for _, e := range list.Events {
		if path := gjson.Get(e.Raw, "LogFile").Str; strings.HasPrefix(path, "/") {
			list.Branches = append(list.Branches, filePosition{path: path, length: gjson.Get(e.Raw, "LogFileLength").Int()}.String())
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

// withoutHidden tells whether the list may be had without the field that the error
// calls hidden, or that an org without hourly files does not have, and leaves it out
// from then on.
func (f *feed) withoutHidden(err error) bool {
	switch message := hidden(err); {
	case message == "":
		return false
	case strings.Contains(message, "'Interval'"):
		return f.noInterval.CompareAndSwap(false, true)
	default:
		return f.plainFiles.CompareAndSwap(false, true)
	}
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
	if f.plainFiles.Load() {
		fields = standardFields
	}
	return "SELECT " + fields + " FROM EventLogFile WHERE " + interval + in("EventType", f.config.ELFEventTypes) +
		" AND " + window("CreatedDate", q) + " ORDER BY CreatedDate ASC, Id ASC"
}

// filePosition is a place in a file.
type filePosition struct {
	path           string
	length, offset int64
}

// String is the position as a cursor.
func (p filePosition) String() string {
	return fmt.Sprintf("file %s %d %d", p.path, p.length, p.offset)
}

// What is said of a file's length may be wrong, and is then not what decides
// (oddLength): what comes is bounded by a large multiple of it.
const (
	lengthSlack = 16
	leastBound  = 64 << 20
	mostLength  = 1 << 40
)

// bound is how many bytes may come; 0, the client's own bound, when the length is
// not known.
func (p filePosition) bound() int64 {
	if p.length <= 0 {
		return 0
	}
	return max(lengthSlack*min(p.length, mostLength), leastBound)
}

func readPosition(text string) (p filePosition, err error) {
	_, err = fmt.Sscanf(text, "%s %d %d", &p.path, &p.length, &p.offset)
	return p, err
}

// fetchFile reads the next rows of a file, which was spooled when its first row was
// asked for.
func (f *feed) fetchFile(ctx context.Context, c providers.Client, text string, size int) (providers.Page, error) {
	at, err := readPosition(text)
	if err != nil {
		return providers.Page{}, &providers.Error{Class: providers.CursorLost, Message: "the position in the file cannot be read"}
	}
	s, err := f.files.open(ctx, at, func(ctx context.Context) (*providers.Response, error) {
		return c.Do(ctx, providers.Request{Link: at.path, Stream: true, MaxBytes: at.bound(), Header: http.Header{"Accept": {"text/csv"}}})
	})
	if err != nil {
		return purged(err, at.path)
	}
	events, more, err := s.rows(max(size, 1))
	if err != nil {
		f.files.drop(at.path)
		return providers.Page{}, providers.Malformed("the file is no CSV: %v", err)
	}
	p := providers.Page{Events: events, More: more}
	if more {
		at.offset = s.at
		p.Next = at.String()
	} else {
		f.files.drop(at.path)
	}
	return p, f.sides(ctx, c, events, userOfRow...)
}

// userOfRow are the columns of who acts: rows with a delegated user are of somebody
// who works as somebody else.
var userOfRow = []string{"DELEGATED_USER_ID_DERIVED", "USER_ID_DERIVED"}

// purged reports a file that is gone for good, in the vendor's words: something on
// the way that finds no page is no reason to give a file up.
func purged(err error, path string) (providers.Page, error) {
	if e, ok := errors.AsType[*providers.Error](err); ok && e.Status == http.StatusNotFound && e.Code == "NOT_FOUND" {
		return providers.Page{Skipped: []providers.Skip{{Reason: "purged", Detail: path, Count: 1}}}, nil
	}
	return providers.Page{}, err
}
