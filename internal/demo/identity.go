package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// fingerprints tells by stream ("vendor/stream") which events a simulator makes: the
// database and the collector know those of the simulators with which the state was
// begun, and others would be waited for in vain or come on top of them.
type fingerprints map[string]string

// fingerprintsOf digests the events of the backlog and how the collector is told to
// log in: another tenant is read anew.
func fingerprintsOf(all []vendorsim.Vendor, h *history) (fingerprints, error) {
	prints := fingerprints{}
	backlog := h.Runs[0]
	for _, vendor := range all {
		config, err := yaml.Marshal(vendor.Config("http://vendor"))
		if err != nil {
			return nil, fmt.Errorf("configuration of %s: %w", vendor.Key, err)
		}
		w := newWorld(vendor, h.Seed)
		play(w, backlog)
		for _, s := range vendor.Streams {
			sum := sha256.New()
			sum.Write(config)
			for _, e := range w.Truth(s.Name, backlog.Stop.Add(latest)) {
				fmt.Fprintf(sum, "%q %d %d %q\n", e.ID, e.Time.UnixNano(), e.Visible.UnixNano(), e.Raw)
			}
			prints[vendor.Key+"/"+s.Name] = hex.EncodeToString(sum.Sum(nil)[:8])
		}
	}
	return prints, nil
}

// recognize compares the simulators with those that the history was played by. A
// stream that is new has no past that could be another: it is remembered.
func (h *history) recognize(now fingerprints) error {
	if h.Simulators == nil && !h.fresh {
		return h.useless(errors.New("it was begun by an earlier version of the demo, which did not note with which simulators"))
	}
	var changed []string
	for name, known := range h.Simulators {
		if now[name] != known {
			changed = append(changed, name)
		}
	}
	if len(changed) > 0 {
		slices.Sort(changed)
		return h.useless(fmt.Errorf("it was begun with other simulators: the events of %s are not those that its database and its ledger know",
			enumerate(changed)))
	}
	h.Simulators = now
	return nil
}

// maxEnumerated is how many names a message lists.
const maxEnumerated = 5

func enumerate(names []string) string {
	if more := len(names) - maxEnumerated; more > 0 {
		return fmt.Sprintf("%s and %d more streams", strings.Join(names[:maxEnumerated], ", "), more)
	}
	return strings.Join(names, ", ")
}

// lookbackFrom is how far back the collector must read to find the backlog, also when
// nothing has been read yet of a state that is old.
func (h *history) lookbackFrom(now time.Time) time.Duration {
	return max(lookback, now.Sub(h.Runs[0].Start).Truncate(time.Hour)+2*time.Hour)
}
