package main

import (
	"fmt"
	"time"

	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
	"github.com/otelactivity/otelactivity/providers"
)

// providerTable is a row for each stream of each provider's example.
func providerTable(list []providers.Provider) (string, error) {
	simulated := map[string]bool{}
	for _, v := range simulators.Vendors() {
		simulated[v.Key] = true
	}
	rows := [][]string{{"provider", "stream", "resumes by", "may appear late by", "retention", "verified against"}}
	for _, p := range list {
		c, o := p.Example()
		source, err := c.Open(o)
		if err != nil {
			return "", fmt.Errorf("the example of %s does not open: %w", p.Key, err)
		}
		verified := "golden files only"
		if simulated[p.Key] {
			verified = "simulator"
		}
		name := fmt.Sprintf("[%s](providers/%s/README.md) (`%s`)", p.Name, p.Key, p.Key)
		for _, s := range source.Streams {
			stream := "`" + s.Name + "`"
			if !s.Default {
				stream += " (opt-in)"
			}
			rows = append(rows, []string{name, stream, resume(s.Resume), span(s.Lateness, "-"), span(s.Retention, "not limited or not known"), verified})
			name, verified = "", ""
		}
	}
	return table(rows...), nil
}

func resume(r providers.Resume) string {
	switch r {
	case providers.ByCursor:
		return "the vendor's cursor"
	case providers.ByWalk:
		return "walk from the newest"
	}
	return "time windows"
}

// span writes a duration as people do.
func span(d time.Duration, none string) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return none
	case d%day == 0 && d > day:
		return fmt.Sprintf("%d days", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return d.String()
}
