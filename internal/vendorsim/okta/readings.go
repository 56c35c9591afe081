package okta

import "github.com/otelactivity/otelactivity/internal/vendorsim"

// readings are what the documentation leaves open.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"links keep since": {Knobs: map[string]string{"links_keep_since": "true"}},
		"joined links":     {Knobs: map[string]string{"joined_links": "true"}},
		"heavy queries":    {Knobs: map[string]string{"query_timeout_above": "300"}},
		"limit":            {Limits: 0.05},
		"service app":      {Variant: "oauth2"},
	}
}
