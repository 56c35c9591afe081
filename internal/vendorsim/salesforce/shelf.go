package salesforce

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	// filesKept is how long the add-on keeps files.
	filesKept = 30 * day
	// pace is how often hourly files are made. The vendor takes hours (three to six);
	// the knob file_delay adds them. What comes later than its hour's first file is in
	// a further file of a higher sequence, as with the vendor.
	pace = time.Minute
	// nightly is when a day's file is made, on the day after.
	nightly = 3 * time.Hour
)

// eventStream is the log whose entries are the rows of files.
const eventStream = "event_log_file"

// logFile is an event log file. It never changes.
type logFile struct {
	id, eventType string
	logDate       time.Time
	sequence      int
	created       time.Time
	rows          []row
	number        int    // in the order of the making
	listed        string // as a row of EventLogFile
}

// shelf holds the files of one interval. What becomes visible in a moment whose files
// somebody has seen already, comes into a file created now.
type shelf struct {
	world    *vendorsim.World
	interval string
	assigned map[string]bool // by stream and number
	looked   time.Time       // until when files were made
	files    []*logFile
	byID     map[string]*logFile
	sequence map[string]int // the last one of a type and hour
	count    *int           // of the files of all shelves
}

func newShelf(w *vendorsim.World, interval string, count *int) *shelf {
	return &shelf{world: w, interval: interval, count: count, assigned: map[string]bool{}, byID: map[string]*logFile{}, sequence: map[string]int{}}
}

// due returns when the file with an entry is made.
func (h *shelf) due(e *vendorsim.Entry) time.Time {
	if h.interval == "Daily" {
		made := e.Time.Truncate(day).Add(day + nightly)
		for made.Before(e.Visible) {
			made = made.Add(day)
		}
		return made
	}
	delay, _ := time.ParseDuration(h.world.Knob("file_delay")) // none without the knob
	return e.Visible.Add(delay).Truncate(pace).Add(pace)
}

// batch is what goes into one file: rows of one type, hour or day, and columns.
type batch struct {
	made, logDate      time.Time
	eventType, columns string
}

func (b batch) compare(c batch) int {
	if order := b.made.Compare(c.made); order != 0 {
		return order
	}
	if order := b.logDate.Compare(c.logDate); order != 0 {
		return order
	}
	return strings.Compare(b.eventType+"\n"+b.columns, c.eventType+"\n"+c.columns)
}

// fill makes the files of all rows that are due.
func (h *shelf) fill() {
	now, span := h.world.Now(), time.Hour
	if h.interval == "Daily" {
		span = day
	}
	made := map[batch][]row{}
	for _, stream := range []string{eventStream, loginHistory.stream} {
		for _, e := range h.world.Between(stream, vendorsim.Query{Since: now.Add(-filesKept - day)}) {
			key, due := fmt.Sprint(stream, e.Seq), h.due(e)
			if stream != eventStream {
				key = e.ID // a sign-in that the query answers twice is one
			}
			if h.assigned[key] || due.After(now) {
				continue
			}
			if !due.After(h.looked) {
				due = now
			}
			h.assigned[key] = true
			r := readRow(e.Raw)
			if stream != eventStream {
				r = loginRow(e)
			}
			b := batch{made: due, logDate: e.Time.Truncate(span), eventType: r.eventType(), columns: strings.Join(r.names, ",")}
			made[b] = append(made[b], r)
		}
	}
	h.looked = now
	batches := make([]batch, 0, len(made))
	for b := range made {
		batches = append(batches, b)
	}
	slices.SortFunc(batches, batch.compare)
	for _, b := range batches {
		h.add(b, made[b])
	}
}

// eventType is what the row says, or Logout for rows that say nothing.
func (r *row) eventType() string {
	if i := slices.Index(r.names, "EVENT_TYPE"); i >= 0 {
		return r.values[i]
	}
	return "Logout"
}

func (h *shelf) add(b batch, rows []row) {
	f := &logFile{eventType: b.eventType, logDate: b.logDate, created: b.made.Truncate(time.Second), rows: rows, number: *h.count}
	*h.count++
	key := b.eventType + b.logDate.String()
	h.sequence[key]++
	rnd := h.world.Rand("file", h.interval, key, h.sequence[key])
	f.id = newID("0AT", int(rnd.Uint64()>>12))
	if h.interval == "Hourly" {
		f.sequence = h.sequence[key]
	}
	f.listed = h.record(f, f.rows)
	h.files = append(h.files, f)
	h.byID[f.id] = f
}

// find returns a file that is not too old, or nil.
func (h *shelf) find(id string) *logFile {
	h.fill()
	f := h.byID[id]
	if f == nil || f.created.Before(h.world.Now().Add(-filesKept)) {
		return nil
	}
	return f
}

// records returns the files as rows of EventLogFile.
func (h *shelf) records() []*vendorsim.Entry {
	h.fill()
	list := make([]*vendorsim.Entry, len(h.files))
	for i, f := range h.files {
		listed := f.listed
		if h.world.On("one_transaction") {
			listed = h.record(f, h.shown(f))
		}
		list[i] = &vendorsim.Entry{ID: f.id, Time: f.created, Visible: f.created, Seq: f.number, Raw: listed}
	}
	return list
}

func (h *shelf) record(f *logFile, rows []row) string {
	names := strings.Join(rows[0].names, ",")
	return record("EventLogFile", f.id,
		"IsDeleted", false, "CreatedById", processID, "CreatedDate", f.created.Format(timeForm), "EventType", f.eventType, "Interval", h.interval,
		"Sequence", f.sequence, "LogDate", f.logDate.Format(timeForm), "LogFile", "/services/data/"+generatedVersion+"/sobjects/EventLogFile/"+f.id+"/LogFile",
		"LogFileContentType", "text/csv", "LogFileLength", raw(fmt.Sprintf("%d.0", len(csv(rows)))), "LogFileFieldNames", names,
		"LogFileFieldTypes", strings.TrimSuffix(strings.Repeat("String,", strings.Count(names, ",")+1), ","), "ApiVersion", raw("60.0"))
}

// csv returns the file's text: a line of names, and every value in quotes.
func csv(rows []row) string {
	var b strings.Builder
	line := func(values []string) {
		for i, v := range values {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	for i, r := range rows {
		if i == 0 {
			line(r.names)
		}
		line(r.values)
	}
	return b.String()
}

// shown returns the rows as the vendor shows them: with the knob one_transaction, of
// the request and the time of the first one.
func (h *shelf) shown(f *logFile) []row {
	if !h.world.On("one_transaction") {
		return f.rows
	}
	rows := make([]row, len(f.rows))
	for i, r := range f.rows {
		rows[i] = row{r.names, slices.Clone(r.values)}
		for j, name := range r.names {
			if name == "REQUEST_ID" || name == "TIMESTAMP" {
				rows[i].values[j] = f.rows[0].values[j]
			}
		}
	}
	return rows
}
