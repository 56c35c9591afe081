// Package summary reads the one-line summaries by which the audit logs of Jira and
// Confluence name what happened.
package summary

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// lastWords map summaries that no table lists.
var lastWords = map[string]providers.Action{
	"created": providers.Create,
	"deleted": providers.Destroy,
	"updated": providers.Updated,
	"changed": providers.Updated,
	"renamed": providers.Updated,
}

// Action returns the unified action of a summary: the table's, whose keys are lower
// case, else that of its last word, else the summary itself.
func Action(table map[string]providers.Action, summary string) providers.Action {
	s := strings.ToLower(strings.TrimSpace(summary))
	if a, ok := table[s]; ok {
		return a
	}
	if a, ok := lastWords[s[strings.LastIndexByte(s, ' ')+1:]]; ok {
		return a
	}
	return providers.Action(summary)
}
