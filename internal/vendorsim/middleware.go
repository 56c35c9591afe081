package vendorsim

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// middleware plays the faults that all vendors share around a vendor's handler.
type middleware struct {
	world *World
	next  http.Handler
}

// ServeHTTP answers one request, or does not.
func (m *middleware) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w, log := m.world, Request{Time: m.world.Now(), Method: r.Method, URI: r.URL.RequestURI()}
	defer func() { w.record(log) }()
	r, err := w.Faults.mark(r)
	if err != nil { // the client went away while it sent the body
		panic(http.ErrAbortHandler)
	}
	for _, kind := range replacing {
		if !w.Faults.fires(r, kind) {
			continue
		}
		log.Fault = kind
		reply := m.replace(r, kind)
		log.Status = reply.Status
		m.send(rw, r, reply)
		return
	}
	if w.Faults.fires(r, ShiftingPages) {
		w.shift(r)
		log.Fault = ShiftingPages
	}
	rec := &recorder{header: http.Header{}}
	m.next.ServeHTTP(rec, r)
	reply := rec.reply()
	log.Status = reply.Status
	for _, kind := range spoiling {
		if kind != ShiftingPages && reply.Status < 400 && w.Faults.fires(r, kind) {
			log.Fault = kind
			m.spoil(rw, r, reply, kind)
			return
		}
	}
	m.send(rw, r, reply)
}

// replace returns the answer of a fault; it does not return for those without one.
func (m *middleware) replace(r *http.Request, kind Kind) Reply {
	switch kind {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		panic(http.ErrAbortHandler)
	case ThrottledBare:
		reply := m.world.errorReply(r, Throttled)
		reply.Header = http.Header{"Content-Type": reply.Header["Content-Type"]}
		return reply
	case Echo:
		return echo(r, m.world.Faults.rand(r, "echo as HTML").IntN(2) == 0)
	}
	return m.world.errorReply(r, kind)
}

// ordinary headers hold no credential, nor what leads to one.
var ordinary = []string{"Accept", "Accept-Encoding", "Content-Length", "Content-Type", "User-Agent"}

// echo is the answer of something between us and the vendor, or of a vendor that is
// too helpful: it quotes what could be a credential, at its very beginning.
func echo(r *http.Request, asHTML bool) Reply {
	var said strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if !slices.Contains(ordinary, name) {
			fmt.Fprintf(&said, "%s: %s\n", name, strings.Join(r.Header[name], ", "))
		}
	}
	fmt.Fprintf(&said, "%s %s", r.Method, r.URL.RequestURI())
	if asHTML {
		return Reply{
			Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
			Body: "<!DOCTYPE html><pre>" + html.EscapeString(said.String()) + "</pre>",
		}
	}
	text, _ := json.Marshal(said.String()) // a string always marshals
	return Reply{
		Status: http.StatusInternalServerError, Header: http.Header{"Content-Type": {"application/json"}},
		Body: `{"message":` + string(text) + `}`,
	}
}

var statusOf = map[Kind]int{
	Unauthorized: 401, Forbidden: 403, NotFound: 404, Throttled: 429, ThrottledBare: 429,
	Internal: 500, BadGateway: 502, Unavailable: 503, Timeout: 504,
	CursorExpired: 400, TokenExpired: 401,
}

// errorReply asks the vendor for its own answer.
func (w *World) errorReply(r *http.Request, kind Kind) Reply {
	var reply Reply
	if w.Vendor.Errors != nil {
		reply = w.Vendor.Errors(w, r, kind)
	}
	if reply.Status == 0 {
		status := statusOf[kind]
		reply = Reply{
			Status: status, Body: http.StatusText(status) + "\n",
			Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		}
	}
	if reply.Header == nil {
		reply.Header = http.Header{}
	}
	return reply
}

// shift inserts a row at the head of every stream, numbered by the request, so
// that parallel requests cannot change which row it is.
func (w *World) shift(r *http.Request) {
	n := 1<<52 + int(w.Faults.rand(r, "row").Uint64()>>14)
	now := w.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.Vendor.Streams {
		w.generate(w.log(s.Name, now), n, now, 0)
	}
}

// spoil sends a reply that something on the way has damaged.
func (m *middleware) spoil(rw http.ResponseWriter, r *http.Request, reply Reply, kind Kind) {
	switch kind {
	case Garbage:
		reply.Body = garble(reply.Body)
		m.send(rw, r, reply)
	case HTMLPage:
		reply.Status = http.StatusOK
		reply.Header = http.Header{"Content-Type": {"text/html; charset=utf-8"}}
		reply.Body = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
		m.send(rw, r, reply)
	case SlowBody:
		m.slow(rw, r, reply)
	case CutGzip:
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			half := compress(reply.Body)
			reply.Header.Set("Content-Encoding", "gzip")
			reply.Body = half[:max(len(half)*2/3, 12)]
			m.write(rw, reply)
			return
		}
		m.cut(rw, reply)
	case CutBody:
		m.cut(rw, reply)
	}
}

// garble drops a part from the middle, so that JSON does not parse.
func garble(body string) string {
	if len(body) < 16 {
		return "{\"\x00"
	}
	return body[:len(body)/3] + "\x01}]{" + body[len(body)/2:len(body)-2]
}

// cut promises the whole body, sends half of it and breaks the connection.
func (m *middleware) cut(rw http.ResponseWriter, reply Reply) {
	m.head(rw, reply)
	rw.Header().Set("Content-Length", strconv.Itoa(len(reply.Body)+1))
	rw.WriteHeader(reply.Status)
	_, _ = rw.Write([]byte(reply.Body[:len(reply.Body)/2]))
	if f, ok := rw.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

// slowPieces pieces of a slow body come slowPause apart.
const (
	slowPieces = 5
	slowPause  = 200 * time.Millisecond
)

func (m *middleware) slow(rw http.ResponseWriter, r *http.Request, reply Reply) {
	m.head(rw, reply)
	rw.Header().Set("Content-Length", strconv.Itoa(len(reply.Body)))
	rw.WriteHeader(reply.Status)
	for rest := []byte(reply.Body); len(rest) > 0; {
		n := min(len(rest), len(reply.Body)/slowPieces+1)
		if _, err := rw.Write(rest[:n]); err != nil {
			return
		}
		if f, ok := rw.(http.Flusher); ok {
			f.Flush()
		}
		rest = rest[n:]
		pause := time.NewTimer(slowPause)
		select {
		case <-pause.C:
		case <-r.Context().Done():
			pause.Stop()
			panic(http.ErrAbortHandler)
		}
	}
}

func (m *middleware) send(rw http.ResponseWriter, r *http.Request, reply Reply) {
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(reply.Body) > 512 &&
		reply.Header.Get("Content-Encoding") == "" {
		reply.Header.Set("Content-Encoding", "gzip")
		reply.Body = compress(reply.Body)
	}
	m.write(rw, reply)
}

func (m *middleware) write(rw http.ResponseWriter, reply Reply) {
	m.head(rw, reply)
	rw.Header().Set("Content-Length", strconv.Itoa(len(reply.Body)))
	rw.WriteHeader(reply.Status)
	_, _ = rw.Write([]byte(reply.Body))
}

func (m *middleware) head(rw http.ResponseWriter, reply Reply) {
	maps.Copy(rw.Header(), reply.Header)
	rw.Header().Set("Date", m.world.ServerTime().Format(http.TimeFormat))
}

// compressors are kept: each is a megabyte, which is much for a small answer.
var compressors = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return z
}}

func compress(body string) string {
	var b bytes.Buffer
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(&b)
	_, _ = z.Write([]byte(body))
	_ = z.Close()
	return b.String()
}

// recorder keeps a vendor's answer until the faults are through with it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (c *recorder) Header() http.Header { return c.header }

func (c *recorder) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

func (c *recorder) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(p)
}

func (c *recorder) reply() Reply {
	c.WriteHeader(http.StatusOK)
	return Reply{Status: c.status, Header: c.header, Body: c.body.String()}
}
