package salesforce

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"hash/maphash"
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
	odd    oddLength
}

// spool is one file on the disk and a reader of its rows.
type spool struct {
	file   *os.File
	named  bool // it has to be removed
	size   int64
	reader *csv.Reader
	header []string
	at     int64 // offset of the next row
	seen   repeats
}

// repeats counts how often a row's id came in a file, by the id's hash. Rows of one
// id are of one request and one millisecond, which a file has next to each other or
// nearly so: an id that did not come again among the next maxTimes others is
// forgotten, so that memory does not grow with the file.
type repeats struct {
	seed          maphash.Seed
	recent, older map[uint64]uint32 // by age: older holds the maxTimes ids before
}

const maxTimes = 1 << 17

func newRepeats() repeats {
	return repeats{seed: maphash.MakeSeed(), recent: map[uint64]uint32{}}
}

// count returns how often id came, this time included.
func (r *repeats) count(id string) uint32 {
	key := maphash.String(r.seed, id)
	n := max(r.recent[key], r.older[key]) + 1
	if _, ok := r.recent[key]; !ok && len(r.recent) >= maxTimes {
		r.recent, r.older = map[uint64]uint32{}, r.recent
	}
	r.recent[key] = n
	return n
}

// open returns the spool of a file at an offset, downloading it when it is not
// there, and reading up to the offset when it is elsewhere.
func (s *spools) open(ctx context.Context, at filePosition, get func(context.Context) (*providers.Response, error)) (*spool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sp, ok := s.byPath[at.path]; ok && sp.at == at.offset {
		return sp, nil
	}
	for path, sp := range s.byPath { // files are read one at a time: this one was given up
		sp.close()
		delete(s.byPath, path)
	}
	resp, err := get(ctx)
	if err != nil {
		return nil, err
	}
	sp, err := download(resp)
	if err != nil {
		return nil, err
	}
	if !s.odd.accept(at, sp.size) {
		sp.close()
		return nil, providers.Malformed("%d bytes came of a file of %d", sp.size, at.length)
	}
	for sp.at < at.offset {
		if _, more, err := sp.rows(1); err != nil || !more {
			sp.close()
			return nil, &providers.Error{Class: providers.CursorLost, Message: "the file has changed", Err: err}
		}
	}
	if s.byPath == nil {
		s.byPath = map[string]*spool{}
	}
	s.byPath[at.path] = sp
	return sp, nil
}

// oddLength remembers the last download that had another length than the list said,
// and how often it came in a row.
type oddLength struct {
	path  string
	size  int64
	times int
}

// patience is how often a file of another length than announced is downloaded before
// it is taken as it is: then the length is wrong, and not the file.
const patience = 5

// accept tells whether a download is good: garbage in the middle of a CSV file is a
// CSV file, too, with rows missing.
func (o *oddLength) accept(at filePosition, size int64) bool {
	if at.length == 0 || size == at.length {
		return true
	}
	if o.path != at.path || o.size != size {
		*o = oddLength{path: at.path, size: size}
	}
	o.times++
	return o.times >= patience
}

func (s *spools) drop(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sp, ok := s.byPath[path]; ok {
		sp.close()
		delete(s.byPath, path)
	}
}

// download copies a stream to a temporary file that is gone when it is closed, or
// when the process ends: where the system allows it, it has no name from the start.
func download(resp *providers.Response) (*spool, error) {
	defer func() { _ = resp.Stream.Close() }()
	if media := resp.Header.Get("Content-Type"); strings.HasPrefix(media, "text/html") {
		return nil, providers.Malformed("a page of %s instead of a file", media)
	}
	file, err := os.CreateTemp("", "otelactivity-*.csv")
	if err != nil {
		return nil, err
	}
	sp := &spool{file: file, named: os.Remove(file.Name()) != nil, seen: newRepeats()}
	if sp.size, err = io.Copy(file, resp.Stream); err == nil {
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
	if s.named {
		_ = os.Remove(s.file.Name())
	}
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
	if n := s.seen.count(rowID(gjson.Parse(raw))); n > 1 {
		return providers.Event{Raw: raw, Side: ":" + strconv.FormatUint(uint64(n), 10)}
	}
	return providers.Event{Raw: raw}
}

// rowID is the same in the hourly and the daily copy of a file.
func rowID(row gjson.Result) string {
	return strings.Join([]string{row.Get("EVENT_TYPE").Str, row.Get("REQUEST_ID").Str, row.Get("TIMESTAMP").Str}, ":")
}
