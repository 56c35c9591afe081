//go:build e2e

package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/internal/logsdb"
)

// record is one log record, as the collector makes it or as a backend holds it.
type record struct {
	body string
	// fields are the attributes of record and resource, by the names that they have
	// there.
	fields map[string]string
}

// names of attributes that tests look at.
const (
	uidName      = "log.record.uid"
	instanceName = "service.instance.id"
	streamName   = "activity.stream"
	actionName   = "activity.action"
)

// key tells copies of an event apart from others: an event that two instances read
// has the same uid in both when they read the same account.
type key struct{ instance, uid string }

// flatten returns the records of a batch under the collector's own names.
func flatten(logs plog.Logs) []record {
	var out []record
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, r := range scope.LogRecords().All() {
				fields := map[string]string{}
				for _, m := range []pcommon.Map{resource.Resource().Attributes(), r.Attributes()} {
					for k, v := range m.All() {
						fields[k] = v.AsString()
					}
				}
				out = append(out, record{body: r.Body().AsString(), fields: fields})
			}
		}
	}
	return out
}

// readLogs reads a file of the collector's file exporter. A last line that is not
// complete yet is left out.
func readLogs(path string) ([]record, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []record
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		logs, err := new(plog.JSONUnmarshaler).UnmarshalLogs(line)
		if err != nil {
			return nil, err
		}
		out = append(out, flatten(logs)...)
	}
}

// tally is what a set of records holds of one stream.
type tally struct {
	records int
	bodies  map[string]string // by uid
}

// byStream sorts records by stream; name tells what an attribute is called in them.
func byStream(records []record, name func(string) string) map[logsdb.Stream]tally {
	out := map[logsdb.Stream]tally{}
	for _, r := range records {
		s := logsdb.Stream{Instance: r.fields[name(instanceName)], Name: r.fields[name(streamName)]}
		t, ok := out[s]
		if !ok {
			t.bodies = map[string]string{}
		}
		t.records++
		t.bodies[r.fields[name(uidName)]] = r.body
		out[s] = t
	}
	return out
}

// missing objects when the records are not all the events, each known by its bytes.
// An instance with a filter must have what the filter lets through of the other one.
func (f *fleet) missing(records []record, name func(string) string) error {
	got := byStream(records, name)
	truth := f.truth()
	for _, s := range f.sources {
		want := truth[s.key()]
		if s.of != "" {
			want = nil
			for _, r := range distinct(records, name) {
				if r.fields[name(instanceName)] == s.of && slices.Contains(s.actions, r.fields[name(actionName)]) {
					want = append(want, r.body)
				}
			}
		}
		if err := sameRows(want, got[s.key()].bodies); err != nil {
			return fmt.Errorf("%s %s: %w", s.instance, s.stream, err)
		}
	}
	if len(got) != len(f.sources) {
		return fmt.Errorf("there are records of %d streams, not %d", len(got), len(f.sources))
	}
	return nil
}

func sameRows(want []string, got map[string]string) error {
	left := map[string]int{}
	for _, row := range want {
		left[row]++
	}
	foreign := 0
	for _, row := range got {
		if left[row] == 0 {
			foreign++
			continue
		}
		left[row]--
	}
	lost, example := 0, ""
	for row, n := range left {
		if n > 0 {
			lost, example = lost+n, row
		}
	}
	if lost+foreign > 0 || len(want) == 0 {
		return fmt.Errorf("%d events, %d of them missing, and %d records that are none of them; missing: %.150s", len(want), lost, foreign, example)
	}
	return nil
}

// distinct leaves out the copies.
func distinct(records []record, name func(string) string) []record {
	seen := map[key]bool{}
	var out []record
	for _, r := range records {
		k := key{r.fields[name(instanceName)], r.fields[name(uidName)]}
		if !seen[k] {
			seen[k] = true
			out = append(out, r)
		}
	}
	return out
}

// sameAttributes requires that every attribute of every record that the collector
// made can be found at the backend under its documented name.
func sameAttributes(t *testing.T, made, held []record, name func(string) string) (attributes int) {
	t.Helper()
	at := map[key]record{}
	for _, r := range held {
		at[key{r.fields[name(instanceName)], r.fields[name(uidName)]}] = r
	}
	seen, wrong := map[string]bool{}, []string{}
	for _, r := range made {
		there := at[key{r.fields[instanceName], r.fields[uidName]}]
		for attribute, want := range r.fields {
			field := name(attribute)
			if field == "" { // the backend's documentation says that it is not kept as a field
				continue
			}
			seen[attribute] = true
			if got := there.fields[field]; got != want {
				wrong = append(wrong, fmt.Sprintf("%s as %s: %q, not %q", attribute, field, got, want))
			}
		}
	}
	require.NotEmpty(t, seen)
	slices.Sort(wrong)
	assert.Empty(t, strings.Join(wrong[:min(len(wrong), 10)], "\n"), "%d attributes", len(wrong))
	return len(seen)
}
