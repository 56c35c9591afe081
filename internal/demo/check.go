package main

import (
	"errors"
	"fmt"
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
		name := r.Instance + " " + r.Name
		repeats := r.Records - r.UIDs
		switch {
		case !r.expected:
			errs = append(errs, fmt.Errorf("%s: %d records of a stream that is not configured", name, r.Records))
		case r.Records == 0:
			errs = append(errs, fmt.Errorf("%s: nothing was delivered of %d events%s", name, r.truth, because(r.trouble)))
		case r.UIDs < r.truth:
			errs = append(errs, fmt.Errorf("%s: %d of %d events are missing%s", name, r.truth-r.UIDs, r.truth, because(r.trouble)))
		case r.UIDs > r.truth:
			errs = append(errs, fmt.Errorf("%s: %d events more than the %d that exist", name, r.UIDs-r.truth, r.truth))
		case repeats > kills*pageLimit:
			errs = append(errs, fmt.Errorf("%s: %d records are repeats; with %d kills there may be %d", name, repeats, kills, kills*pageLimit))
		}
	}
	if len(rows) == 0 {
		errs = append(errs, errors.New("no stream is configured"))
	}
	return errors.Join(errs...)
}

// verdict says that all is well.
func verdict(rows []row, kills int) string {
	var events, repeats int
	for _, r := range rows {
		events += r.UIDs
		repeats += r.Records - r.UIDs
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
