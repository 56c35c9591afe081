package onelogin

import "github.com/otelactivity/otelactivity/internal/vendorsim"

// readings are what the documentation of the events leaves open.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"newest first":       {Knobs: map[string]string{"newest_first": "true"}},
		"inclusive bounds":   {Knobs: map[string]string{"inclusive_bounds": "true"}},
		"empty last cursor":  {Knobs: map[string]string{"empty_cursor": "true"}},
		"what is left":       {Knobs: map[string]string{"remaining_expires_in": "true"}},
		"old token endpoint": {Variant: "old_token_endpoint"},
		"limit":              {Limits: 0.02},
		"limit as 400":       {Knobs: map[string]string{"limit_status": "400"}, Limits: 0.02},
		"limit with 200":     {Knobs: map[string]string{"error_in_200": "true"}, Limits: 0.02},
	}
}
