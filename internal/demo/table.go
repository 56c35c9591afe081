package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/otelactivity/otelactivity/internal/logsdb"
)

// row is what is known of one stream.
type row struct {
	logsdb.Stream
	logsdb.Count
	expected bool   // the collector is configured to read it
	truth    int    // events that the vendor has shown
	trouble  string // last error; "" when the stream gets on
}

// rows joins what the vendors have shown, what the database holds, and what the
// collector says, sorted by name.
func rows(truth map[logsdb.Stream]int, counts map[logsdb.Stream]logsdb.Count, trouble map[logsdb.Stream]string) []row {
	all := map[logsdb.Stream]row{}
	for s, n := range truth {
		all[s] = row{Stream: s, expected: true, truth: n, trouble: trouble[s]}
	}
	for s, c := range counts {
		r := all[s]
		r.Stream, r.Count = s, c
		all[s] = r
	}
	return slices.SortedFunc(maps.Values(all), func(a, b row) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Name, b.Name))
	})
}

// maxTrouble is how much of an error a line of the table shows.
const maxTrouble = 100

// printTable writes one line per stream and one for their sum.
func printTable(w io.Writer, rows []row, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "INSTANCE\tSTREAM\tGENERATED\tRECORDS\tDISTINCT\tLAG\tLAST ERROR")
	var sum row
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%s\t%s\n",
			r.Instance, r.Name, r.truth, r.Records, r.UIDs, lag(r, now), short(r.trouble))
		sum.truth += r.truth
		sum.Records += r.Records
		sum.UIDs += r.UIDs
	}
	fmt.Fprintf(t, "all\t\t%d\t%d\t%d\t\t\n", sum.truth, sum.Records, sum.UIDs)
	return t.Flush()
}

// lag is the age of the newest record in the database.
func lag(r row, now time.Time) string {
	if r.Newest.IsZero() {
		return "-"
	}
	return max(0, now.Sub(r.Newest)).Round(time.Second).String()
}

func short(trouble string) string {
	trouble = strings.Join(strings.Fields(trouble), " ")
	if r := []rune(trouble); len(r) > maxTrouble {
		return string(r[:maxTrouble-3]) + "..."
	}
	return trouble
}
