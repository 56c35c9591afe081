// Command docgen writes the tables that documentation takes from code: the
// providers and their streams in README.md. `make generate` runs it, and CI fails
// when a table is stale.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	simulators "github.com/otelactivity/otelactivity/internal/vendorsim/all"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

//go:generate go run . -readme ../../README.md

const (
	begin = "<!-- begin generated providers -->\n"
	end   = "<!-- end generated providers -->"
)

func main() {
	readme := flag.String("readme", "README.md", "file with the table of providers")
	flag.Parse()
	if err := run(*readme); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	table, err := providerTable(all.Providers())
	if err != nil {
		return err
	}
	before, rest, ok1 := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return fmt.Errorf("%s has no place for the providers: the lines %q and %q", path, strings.TrimSpace(begin), end)
	}
	fresh := before + begin + table + end + after
	if bytes.Equal(old, []byte(fresh)) {
		return nil
	}
	return os.WriteFile(path, []byte(fresh), 0o644)
}

// providerTable is a row for each stream of each provider's example.
func providerTable(list []providers.Provider) (string, error) {
	simulated := map[string]bool{}
	for _, v := range simulators.Vendors() {
		simulated[v.Key] = true
	}
	var b strings.Builder
	b.WriteString("| provider | stream | resumes by | may appear late by | retention | verified against |\n|---|---|---|---|---|---|\n")
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
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", name, stream, resume(s.Resume), span(s.Lateness, "-"), span(s.Retention, "not limited or not known"), verified)
			name, verified = "", ""
		}
	}
	return b.String(), nil
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
