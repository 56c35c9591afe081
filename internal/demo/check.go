package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// pageLimit bounds what a kill may repeat per stream: the largest page that a vendor
// serves.
const pageLimit = 1000

// check compares what the database holds with what was produced: everything, and
// once. Each kill of the collector may repeat the page in flight, with equal uids.
// The error names every stream that is not as it must be.
func check(rows []row, kills int) error {
	var errs []error
	for _, r := range rows {
		if err := r.check(kills); err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", r.Instance, r.Name, err))
		}
	}
	if len(rows) == 0 {
		errs = append(errs, errors.New("no stream is configured"))
	}
	return errors.Join(errs...)
}

func (r row) check(kills int) error {
	switch {
	case !r.expected:
		return fmt.Errorf("%d records of a stream that is not configured", r.Records)
	case r.Records == 0:
		return fmt.Errorf("nothing was delivered of %d events%s", r.truth, because(r.trouble))
	case r.UIDs < r.truth:
		return fmt.Errorf("%d of %d events are missing%s", r.truth-r.UIDs, r.truth, because(r.trouble))
	case r.UIDs > r.truth:
		return fmt.Errorf("%d events more than the %d that exist", r.UIDs-r.truth, r.truth)
	case r.repeats() > kills*pageLimit:
		return fmt.Errorf("%d records are repeats; with %d kills there may be %d", r.repeats(), kills, kills*pageLimit)
	}
	return nil
}

func (r row) repeats() int { return r.Records - r.UIDs }

// hopeless tells that there is something too much, which no waiting takes away.
func hopeless(rows []row, kills int) bool {
	return slices.ContainsFunc(rows, func(r row) bool {
		return !r.expected || r.UIDs > r.truth || r.repeats() > kills*pageLimit
	})
}

// doubt is added to what is missing when a run was killed together with its database,
// which answers before it has written to the disk.
func (h *history) doubt(rows []row) error {
	missing := slices.ContainsFunc(rows, func(r row) bool { return r.UIDs < r.truth })
	if h.Cut == 0 || !missing {
		return nil
	}
	return h.useless(errors.New("a run before was killed, and what its database had not yet written to the disk is lost"))
}

// verdict says that all is well.
func verdict(rows []row, kills int) string {
	var events, repeats int
	for _, r := range rows {
		events += r.UIDs
		repeats += r.repeats()
	}
	text := fmt.Sprintf("Every one of %d events of %d streams is in the database", events, len(rows))
	if kills == 0 {
		return text + ", once.\n"
	}
	return fmt.Sprintf("%s. The collector was killed %d times; %d records are repeats with equal uids.\n", text, kills, repeats)
}

// maxNamed is how many broken rules an error names.
const maxNamed = 10

// wellBehaved returns an error for what the vendors hold against the collector.
func wellBehaved(violations []string) error {
	if len(violations) == 0 {
		return nil
	}
	named := strings.Join(violations[:min(len(violations), maxNamed)], "\n  ")
	return fmt.Errorf("the collector broke %d rules of the vendors, first:\n  %s", len(violations), named)
}

func because(trouble string) string {
	if trouble == "" {
		return ""
	}
	return "; the collector says: " + trouble
}
