package github

import (
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// readings are what the documentation leaves open, and the other feeds.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"short pages":     {Knobs: map[string]string{"short_pages": "true"}},
		"minute limit":    {Knobs: map[string]string{"minute_limit": "true"}},
		"limit":           {Limits: 0.02},
		"limit as 429":    {Knobs: map[string]string{"limit_status": "429"}, Limits: 0.02},
		"enterprise":      {Variant: "enterprise"},
		"server":          {Variant: "server"},
		"app":             {Variant: "app"},
		"a slow clock":    {Variant: "app", Skew: -45 * time.Second},
		"app on a server": {Variant: "server_app"},
	}
}
