package slack

import "github.com/otelactivity/otelactivity/internal/vendorsim"

// readings are what the documentation leaves open.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"short pages": {Knobs: map[string]string{"short_pages": "true"}},
		"no metadata": {Knobs: map[string]string{"no_metadata": "true"}},
		"limit":       {Limits: 0.1},
	}
}
