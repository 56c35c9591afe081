//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"sync"
	"text/tabwriter"
)

// reportLine is what one delivery has shown.
type reportLine struct {
	Backend, Config string
	Events          int // distinct
	Attributes      int // found under their documented names
	Run, Named      int // documented queries that gave the right answer; of which only the fields were looked up
	Outages         int
	Repeated        int // after the outages
	Again, Copies   int // sent a second time, and stored a second time
}

// killLine is what one series of kills has shown.
type killLine struct {
	Storage  string
	Seed     uint64
	Rounds   int
	Events   int
	Lost     int
	Repeated int
	Most     int // repeats of one stream
}

// results is what all tests have shown.
type results struct {
	mu    sync.Mutex
	lines []reportLine
	kills []killLine
	out   []string // what was left out, and why
}

var report = &results{out: []string{
	"Elasticsearch itself: not available as a Go module or from Debian; VictoriaLogs takes the same bulk requests",
	"Splunk itself: proprietary; the receiving side is the collector's splunk_hec receiver",
	"Apache Kafka itself: not available as a Go module or from Debian; kfake speaks its protocol",
}}

func (r *results) add(l reportLine) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, l)
}

func (r *results) addKills(l killLine) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kills = append(r.kills, l)
}

func (r *results) leaveOut(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out = append(r.out, what)
}

func (r *results) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nBACKEND\tCONFIGURATION\tEVENTS\tATTRIBUTES\tQUERIES RUN\tFIELDS ONLY\tOUTAGES\tLOST\tREPEATED\tSENT AGAIN\tSTORED AGAIN")
	for _, l := range r.lines { // a loss fails the test, which then has no line
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t0\t%d\t%d\t%d\n", l.Backend, l.Config, l.Events, l.Attributes, l.Run, l.Named, l.Outages, l.Repeated, l.Again, l.Copies)
	}
	fmt.Fprintln(t, "\nKILLS\tSEED\tROUNDS\tEVENTS\tLOST\tREPEATED\tMOST OF ONE STREAM")
	for _, l := range r.kills {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", l.Storage, l.Seed, l.Rounds, l.Events, l.Lost, l.Repeated, l.Most)
	}
	_ = t.Flush()
	fmt.Fprintln(w, "\nLeft out:")
	for _, text := range r.out {
		fmt.Fprintln(w, "-", text)
	}
}
