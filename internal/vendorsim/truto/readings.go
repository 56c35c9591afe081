package truto

import "github.com/otelactivity/otelactivity/internal/vendorsim"

// readings are what the products behind leave open.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"newest first":    {Knobs: map[string]string{"order": "newest"}},
		"oldest first":    {Knobs: map[string]string{"order": "oldest"}},
		"bare envelope":   {Knobs: map[string]string{"bare_envelope": "true"}},
		"no last cursor":  {Knobs: map[string]string{"omit_last_cursor": "true"}},
		"time is ignored": {Knobs: map[string]string{"ignores_time": "true"}},
		"time is refused": {Variant: "no_time_filter", Knobs: map[string]string{"rejects_time": "true"}},
		"limit":           {Limits: 0.05},
		"limit, untold":   {Knobs: map[string]string{"no_limit_headers": "true"}, Limits: 0.05},
	}
}
