package vendorsim

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// Vendor describes one simulated vendor. Everything that is not said here is
// shared by all of them.
type Vendor struct {
	// Key is the provider key: okta.
	Key string
	// Streams are the event logs that the vendor keeps.
	Streams []Stream
	// New returns the vendor's HTTP surface over one world: the API and, where the
	// vendor has them, its token endpoints. It is called once per world.
	New func(*World) http.Handler
	// Config returns a complete working configuration of the provider entry, in
	// the provider's documented keys. baseURL (scheme and host, no final slash) is
	// where the simulator listens; API and token endpoints both point there.
	Config func(baseURL string) map[string]any
	// Variants are further working configurations by name: every other auth kind,
	// API version and mode. All are served at the same time as Config.
	Variants map[string]func(baseURL string) map[string]any
	// Readings are further states, by name, under each of which a reader must get
	// every event: what the vendor's documentation leaves open, and configurations
	// that read the same logs in another way.
	Readings map[string]Reading
	// Errors returns the vendor's own answer for a fault. A zero Reply, or a nil
	// func, gives a plain answer with the usual status.
	Errors func(w *World, r *http.Request, kind Kind) Reply
	// TokenPaths are the paths of token endpoints. There the credential, cursor and
	// row faults are not played, and the body is not part of a request's identity
	// (signed assertions differ each time).
	TokenPaths []string
	// Knobs are the vendor's own switches (World.Knob) and what each does.
	Knobs map[string]string
}

// Reading is one way to understand a vendor's documentation.
type Reading struct {
	// Variant is the configuration; empty means Vendor.Config.
	Variant string
	// Config are further keys of the provider entry that such a vendor needs.
	Config map[string]any
	// Knobs are the switches of a vendor that behaves so.
	Knobs map[string]string
	// Skew is how far the vendor's clock is ahead.
	Skew time.Duration
	// Limits scales the vendor's limits; zero means 1.
	Limits float64
	// Everywhere says that every variant must bring under this reading what it brings
	// without it.
	Everywhere bool
}

// Tight scales limits so low that they are met.
const Tight = 0.2

// Stream is one event log of a vendor.
type Stream struct {
	// Name is the provider's stream name.
	Name string
	// Precision of event times; zero means a millisecond.
	Precision time.Duration
	// NoID says that rows do not carry Entry.ID: two equal rows would be two
	// events to any reader, so traffic never serves one twice.
	NoID bool
	// Table says that the vendor serves lines of a table (CSV). Raw is then an object
	// with the text of each column, in their order.
	Table bool
	// Lateness is how late traffic may make a row appear at most; zero means ten
	// minutes. Keep it below the lateness that the vendor documents.
	Lateness time.Duration
	// Generate makes the n-th event of the stream. It returns the vendor's id of
	// the event (one of the simulator's own where rows have none; unique within the
	// stream) and the row exactly as the API will show it. It draws chance from rnd
	// alone and time from at alone: equal arguments give equal events. n grows with
	// time for traffic, but not without gaps.
	Generate func(rnd *rand.Rand, n int, at time.Time) (id, raw string)
}

func (s Stream) precision() time.Duration {
	if s.Precision > 0 {
		return s.Precision
	}
	return time.Millisecond
}

func (s Stream) lateness() time.Duration {
	if s.Lateness > 0 {
		return s.Lateness
	}
	return 10 * time.Minute
}

// Reply is one complete answer.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// JSONReply is a Reply with a JSON body.
func JSONReply(status int, body any, header http.Header) Reply {
	h := header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	return Reply{Status: status, Header: h, Body: JSON(body)}
}

// Write sends the reply.
func (p Reply) Write(rw http.ResponseWriter) {
	for name, values := range p.Header {
		for _, v := range values {
			rw.Header().Add(name, v)
		}
	}
	rw.WriteHeader(p.Status)
	_, _ = rw.Write([]byte(p.Body))
}

// Origin returns scheme and host under which the request reached the simulator,
// for absolute links and token audiences.
func Origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.URL.Scheme == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
