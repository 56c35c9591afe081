package microsoft365

import "github.com/otelactivity/otelactivity/internal/vendorsim"

// readings are what the service was seen to do.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"no status, plain links":                         {Knobs: map[string]string{"no_status": "true", "plain_links": "true"}},
		"a disabled subscription, links of another host": {Knobs: map[string]string{"disable": "Audit.Exchange", "public_links": "true"}},
		"limit in single quotes":                         {Knobs: map[string]string{"throttle_form": "quotes"}, Limits: 0.005},
		"limit as 429":                                   {Knobs: map[string]string{"throttle_form": "too_many"}, Limits: 0.005},
	}
}
