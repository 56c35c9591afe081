package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// renew reads a file and replaces its generated blocks.
func renew(path string, blocks map[string]string) (document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return document{}, err
	}
	d := document{path: path, old: string(text), fresh: string(text)}
	for _, name := range slices.Sorted(maps.Keys(blocks)) {
		begin, end := marks(name)
		before, rest, ok1 := strings.Cut(d.fresh, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			return d, fmt.Errorf("%s has no place for %s: the lines %q and %q", path, name, strings.TrimSpace(begin), end)
		}
		d.fresh = before + begin + blocks[name] + end + after
	}
	return d, nil
}

func marks(name string) (begin, end string) {
	return "<!-- begin generated " + name + " -->\n", "<!-- end generated " + name + " -->"
}

// table writes rows as Markdown; the first one is the head.
func table(rows ...[]string) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}

func code(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
	}
	return strings.Join(quoted, ", ")
}
