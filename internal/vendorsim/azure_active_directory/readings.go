package azureactivedirectory

import "github.com/otelactivity/otelactivity/internal/vendorsim"

// readings are what Microsoft Graph was seen to do.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"short pages, links of the public host": {Knobs: map[string]string{"public_links": "true", "short_pages": "true"}},
		"broad windows time out":                {Knobs: map[string]string{"timeout_window": "25m"}},
		"limit told by text":                    {Knobs: map[string]string{"throttle_form": "text"}, Limits: 0.4},
		"limit without a time":                  {Knobs: map[string]string{"throttle_form": "silent"}, Limits: 0.4},
	}
}
