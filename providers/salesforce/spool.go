package salesforce

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// spools holds the files that are being read. A file may be larger than memory, and
// its rows leave only as fast as the pipeline takes them, longer than the vendor
// keeps a connection open: so it is copied to the disk first.
type spools struct {
	mu     sync.Mutex
	byPath map[string]*spool
}

// spool is one file on the disk and a reader of its rows.
type spool struct {
	file   *os.File
	reader *csv.Reader
	header []string
	at     int64          // offset of the next row
	times  map[string]int // how often a row's id was seen in this file
}

// open returns the spool of a file at an offset, downloading it when it is not
// there, and reading up to the offset when it is elsewhere.
func (s *spools) open(ctx context.Context, path string, offset int64, get func(context.Context) (*providers.Response, error)) (*spool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sp, ok := s.byPath[path]; ok {
		if sp.at == offset {
			return sp, nil
		}
		sp.close()
		delete(s.byPath, path)
	}
	for other, sp := range s.byPath { // files are read one at a time: this one was given up
		sp.close()
		delete(s.byPath, other)
	}
	resp, err := get(ctx)
	if err != nil {
		return nil, err
	}
	sp, err := download(resp.Stream)
	if err != nil {
		return nil, err
	}
	for sp.at < offset {
		if _, more, err := sp.rows(1); err != nil || !more {
			sp.close()
			return nil, &providers.Error{Class: providers.CursorLost, Message: "the file has changed", Err: err}
		}
	}
	if s.byPath == nil {
		s.byPath = map[string]*spool{}
	}
	s.byPath[path] = sp
	return sp, nil
}

func (s *spools) drop(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sp, ok := s.byPath[path]; ok {
		sp.close()
		delete(s.byPath, path)
	}
}

// download copies a stream to a temporary file that is gone when it is closed.
func download(from io.ReadCloser) (*spool, error) {
	defer from.Close()
	file, err := os.CreateTemp("", "otelactivity-*.csv")
	if err != nil {
		return nil, err
	}
	sp := &spool{file: file, times: map[string]int{}}
	if _, err = io.Copy(file, from); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		sp.close()
		return nil, &providers.Error{Class: providers.Transient, Message: "the download broke off", Err: err}
	}
	sp.reader = csv.NewReader(bufio.NewReaderSize(file, 64<<10))
	sp.reader.FieldsPerRecord = -1 // by name, whatever a row has
	header, err := sp.reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		sp.close()
		return nil, providers.Malformed("the file has no header: %v", err)
	}
	sp.header = header
	return sp, nil
}

func (s *spool) close() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// rows returns the next rows as JSON objects, and whether there may be more.
func (s *spool) rows(n int) ([]providers.Event, bool, error) {
	var events []providers.Event
	for len(events) < n {
		row, err := s.reader.Read()
		if errors.Is(err, io.EOF) {
			return events, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		s.at = s.reader.InputOffset()
		events = append(events, s.event(row))
	}
	return events, true, nil
}

// event makes a JSON object of a row, in the order of the columns; Side numbers
// rows whose id comes again in this file.
func (s *spool) event(row []string) providers.Event {
	b := []byte{'{'}
	for i, value := range row {
		name := "column_" + strconv.Itoa(i+1)
		if i < len(s.header) {
			name = s.header[i]
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = gjson.AppendJSONString(b, name)
		b = append(b, ':')
		b = gjson.AppendJSONString(b, value)
	}
	raw := string(append(b, '}'))
	id := rowID(gjson.Parse(raw))
	s.times[id]++
	if n := s.times[id]; n > 1 {
		return providers.Event{Raw: raw, Side: ":" + strconv.Itoa(n)}
	}
	return providers.Event{Raw: raw}
}

// rowID is the same in the hourly and the daily copy of a file.
func rowID(row gjson.Result) string {
	return strings.Join([]string{row.Get("EVENT_TYPE").Str, row.Get("REQUEST_ID").Str, row.Get("TIMESTAMP").Str}, ":")
}
