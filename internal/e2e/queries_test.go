//go:build e2e

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// question is one of those that docs/queries.md answers for each backend.
type question struct {
	title  string
	match  func(action string) bool
	by     []string // attributes
	copies bool     // asks for uids that are there more than once
}

var questions = []question{
	{title: "Failed logins by user", match: is("login_failed"), by: []string{"user.email"}},
	{title: "Changes to accounts by actor", match: func(a string) bool { return strings.HasPrefix(a, "user_") }, by: []string{"user.email", "activity.actor.name"}},
	{title: "Exports by address", match: is("exported"), by: []string{"client.address"}},
	{title: "Activity per provider", match: func(string) bool { return true }, by: []string{"activity.provider"}},
	{title: "Copies", match: func(string) bool { return true }, by: []string{uidName}, copies: true},
}

func is(action string) func(string) bool { return func(a string) bool { return a == action } }

// ask runs a query; each row has the columns that it groups by and one count.
type ask func(ctx context.Context, query string) ([]map[string]string, error)

// documented returns the queries of a section of docs/queries.md by title: the first
// code block below each heading of the third level.
func documented(t *testing.T, section string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "queries.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "\n## "+section+"\n")
	require.True(t, found, "docs/queries.md has a section %q", section)
	rest, _, _ = strings.Cut(rest, "\n## ")
	out := map[string]string{}
	for _, part := range strings.Split(rest, "\n### ")[1:] {
		title, body, _ := strings.Cut(part, "\n")
		_, block, found := strings.Cut(body, "\n```")
		require.True(t, found, "%s: %s has a query", section, title)
		block, _, _ = strings.Cut(block, "\n```")
		_, query, _ := strings.Cut(block, "\n") // the first line names the language
		out[title] = query
	}
	for _, q := range questions {
		require.Contains(t, out, q.title, section)
	}
	return out
}

// rightAnswers runs the documented queries, the one for copies or the others, and
// compares their answers with what the records say. A backend that collapses copies
// in what it shows may still count them.
func rightAnswers(t *testing.T, section string, run ask, held []record, name func(string) string, copies, collapses bool) (asked int) {
	t.Helper()
	queries := documented(t, section)
	for _, q := range questions {
		if q.copies != copies {
			continue
		}
		rows, err := run(t.Context(), queries[q.title])
		require.NoError(t, err, "%s: %s", section, q.title)
		asked++
		got := table(t, q, rows, name)
		if copies && collapses {
			known := question{match: q.match, by: q.by}.answer(held, name)
			for uid, n := range got {
				assert.True(t, known[uid] == 1 && n == 2, "%s: %s: %d copies of %q", section, q.title, n, uid)
			}
			t.Logf("%s shows %d records and counts %d of them twice", section, len(held), len(got))
			continue
		}
		want := q.answer(held, name)
		assert.NotEmpty(t, want, "%s: there is something to find: %s", section, q.title)
		assert.Equal(t, want, got, "%s: %s", section, q.title)
	}
	return asked
}

// answer is the right one: distinct events, or copies, by the values of by.
func (q question) answer(held []record, name func(string) string) map[string]int {
	if !q.copies {
		held = distinct(held, name)
	}
	out := map[string]int{}
	for _, r := range held {
		if q.match(r.fields[name(actionName)]) {
			out[q.cell(r.fields, name)]++
		}
	}
	for k, n := range out {
		if q.copies && n == 1 {
			delete(out, k)
		}
	}
	return out
}

func (q question) cell(fields map[string]string, name func(string) string) string {
	var values []string
	for _, attribute := range q.by {
		values = append(values, fields[name(attribute)])
	}
	return strings.Join(values, "|")
}

// table turns rows into the form of answer. The count is the column that is none of
// those that the query groups by.
func table(t *testing.T, q question, rows []map[string]string, name func(string) string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, row := range rows {
		for column, value := range row {
			if slices.ContainsFunc(q.by, func(attribute string) bool { return name(attribute) == column }) {
				continue
			}
			n, err := strconv.Atoi(value)
			require.NoError(t, err, "column %s of %v", column, row)
			out[q.cell(row, name)] += n
		}
	}
	return out
}

// dotted finds names of fields, which, unlike names of data streams, have no hyphen.
var dotted = regexp.MustCompile(`(?:^|[^-a-z_.])([a-z_]+(?:\.[a-z_]+)+)`)

// knownNames requires of a backend that cannot be asked here that every field that
// the documented queries name is in what it was sent.
func knownNames(t *testing.T, section string, held []record) (asked int) {
	t.Helper()
	known := map[string]bool{}
	for _, r := range held {
		for field := range r.fields {
			known[field] = true
		}
	}
	for title, query := range documented(t, section) {
		names := dotted.FindAllStringSubmatch(query, -1)
		assert.NotEmpty(t, names, "%s: %s", section, title)
		for _, n := range names {
			assert.True(t, known[n[1]], "%s: %s: no record has a field %s", section, title, n[1])
		}
		asked++
	}
	return asked
}
