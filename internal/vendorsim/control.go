package vendorsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Control returns the handler with which demos and end-to-end tests steer running
// simulators. It belongs on a listener of its own, never on a vendor's.
//
//	GET  /_sim/truth?vendor=okta&ids=true     what a reader must have by now
//	GET  /_sim/violations?vendor=okta         what clients did wrong
//	GET  /_sim/requests?vendor=okta           the last requests
//	POST /_sim/faults   {"vendor","kind","rate"} or {"vendor","kind","next","path"}; kind "harmless" sets all that heal
//	POST /_sim/heal     {"vendor"}
//	POST /_sim/emit     {"vendor","stream","count","late":"5m"}
//	POST /_sim/expire   {"vendor","what":"cursors"|"tokens"}
//	POST /_sim/knob     {"vendor","name","value"}
//	POST /_sim/limits   {"vendor","scale"}
//	POST /_sim/skew     {"vendor","by":"-90s"}
//
// An absent vendor means all of them, an absent stream all streams.
func Control(worlds ...*World) http.Handler {
	c := &control{worlds}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sim/truth", c.truth)
	mux.HandleFunc("GET /_sim/violations", read(c, (*World).Violations))
	mux.HandleFunc("GET /_sim/requests", read(c, (*World).Requests))
	for name, act := range actions {
		mux.HandleFunc("POST /_sim/"+name, func(rw http.ResponseWriter, r *http.Request) { c.act(rw, r, act) })
	}
	return mux
}

type control struct{ worlds []*World }

func (c *control) find(vendor string) []*World {
	if vendor == "" {
		return c.worlds
	}
	var found []*World
	for _, w := range c.worlds {
		if w.Vendor.Key == vendor {
			found = append(found, w)
		}
	}
	return found
}

// StreamTruth is what the control handler tells of one stream.
type StreamTruth struct {
	Count int      `json:"count"`
	IDs   []string `json:"ids,omitempty"`
}

func (c *control) truth(rw http.ResponseWriter, r *http.Request) {
	out := map[string]map[string]StreamTruth{}
	for _, w := range c.find(r.URL.Query().Get("vendor")) {
		streams := map[string]StreamTruth{}
		for _, s := range w.Vendor.Streams {
			entries := w.Truth(s.Name, w.Now())
			t := StreamTruth{Count: len(entries)}
			if r.URL.Query().Get("ids") == "true" {
				t.IDs = IDs(entries)
			}
			streams[s.Name] = t
		}
		out[w.Vendor.Key] = streams
	}
	JSONReply(http.StatusOK, out, nil).Write(rw)
}

func read[T any](c *control, of func(*World) []T) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		out := map[string][]T{}
		for _, w := range c.find(r.URL.Query().Get("vendor")) {
			out[w.Vendor.Key] = append([]T{}, of(w)...)
		}
		JSONReply(http.StatusOK, out, nil).Write(rw)
	}
}

// order is the body of a POST.
type order struct {
	Vendor string  `json:"vendor"`
	Stream string  `json:"stream"`
	Kind   string  `json:"kind"`
	Rate   float64 `json:"rate"`
	Next   int     `json:"next"`
	Path   string  `json:"path"`
	Count  int     `json:"count"`
	Late   string  `json:"late"`
	What   string  `json:"what"`
	Name   string  `json:"name"`
	Value  string  `json:"value"`
	Scale  float64 `json:"scale"`
	By     string  `json:"by"`
}

func (c *control) act(rw http.ResponseWriter, r *http.Request, act func(*World, order) error) {
	var o order
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(&o)
	worlds := c.find(o.Vendor)
	if err == nil && len(worlds) == 0 {
		err = fmt.Errorf("vendor %q is not simulated", o.Vendor)
	}
	for _, w := range worlds {
		if err != nil {
			break
		}
		err = act(w, o)
	}
	if err != nil {
		JSONReply(http.StatusBadRequest, map[string]string{"error": err.Error()}, nil).Write(rw)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

var actions = map[string]func(*World, order) error{
	"faults": func(w *World, o order) error {
		switch {
		case o.Kind == "harmless":
			w.Faults.Harmless(o.Rate)
		case !slices.Contains(Kinds(), Kind(o.Kind)):
			return fmt.Errorf("no fault %q; there are %v and harmless", o.Kind, Kinds())
		case o.Next > 0:
			w.Faults.Next(Kind(o.Kind), o.Next, o.Path)
		default:
			w.Faults.Set(Kind(o.Kind), o.Rate)
		}
		return nil
	},
	"heal": func(w *World, _ order) error { w.Faults.Heal(); return nil },
	"emit": emit,
	"expire": func(w *World, o order) error {
		switch o.What {
		case "cursors":
			w.ExpireCursors()
		case "tokens":
			w.RevokeTokens()
		default:
			return fmt.Errorf("what is %q; it can be cursors or tokens", o.What)
		}
		return nil
	},
	"knob": func(w *World, o order) error {
		if err := w.SetKnob(o.Name, o.Value); err != nil {
			return fmt.Errorf("%w; there are %s", err, strings.Join(slices.Sorted(maps.Keys(w.Vendor.Knobs)), ", "))
		}
		return nil
	},
	"limits": func(w *World, o order) error {
		if o.Scale <= 0 {
			return fmt.Errorf("scale must be above 0")
		}
		w.ScaleLimits(o.Scale)
		return nil
	},
	"skew": func(w *World, o order) error {
		d, err := time.ParseDuration(o.By)
		if err == nil {
			w.SetSkew(d)
		}
		return err
	},
}

func emit(w *World, o order) error {
	var late time.Duration
	if o.Late != "" {
		var err error
		if late, err = time.ParseDuration(o.Late); err != nil {
			return err
		}
	}
	found := false
	for _, s := range w.Vendor.Streams {
		if o.Stream != "" && o.Stream != s.Name {
			continue
		}
		found = true
		for range max(o.Count, 1) {
			w.EmitLate(s.Name, time.Time{}, late)
		}
	}
	if !found {
		return fmt.Errorf("%s has no stream %q", w.Vendor.Key, o.Stream)
	}
	return nil
}
