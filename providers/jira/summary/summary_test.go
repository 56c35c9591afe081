package summary_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/summary"
)

func TestAction(t *testing.T) {
	table := map[string]providers.Action{"user created": providers.UserCreated, "space exported": providers.Exported}
	for name, tt := range map[string]struct {
		summary string
		want    providers.Action
	}{
		"table before last word":    {"User created", providers.UserCreated},
		"without case or margins":   {"\tSPACE Exported ", providers.Exported},
		"last word created":         {"Project created", providers.Create},
		"last word deleted":         {"Project deleted", providers.Destroy},
		"last word updated":         {"Project updated", providers.Updated},
		"last word changed":         {"Roles Changed ", providers.Updated},
		"last word renamed":         {"Workflow renamed", providers.Updated},
		"one word":                  {"Updated", providers.Updated},
		"a last word that ends so":  {"Workflow recreated", "Workflow recreated"},
		"word not last":             {"Created by import", "Created by import"},
		"else verbatim":             {" Auditing enabled", " Auditing enabled"},
		"nothing":                   {"", ""},
		"nothing but spaces is raw": {"  ", "  "},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, summary.Action(table, tt.summary)) })
	}
}
