package dropboxbusiness

import "github.com/otelactivity/otelactivity/internal/vendorsim"

// readings are what the documentation leaves open.
func readings() map[string]vendorsim.Reading {
	return map[string]vendorsim.Reading{
		"short pages":         {Knobs: map[string]string{"short_pages": "true"}},
		"limit":               {Limits: 0.02},
		"limit in plain text": {Knobs: map[string]string{"plain_throttle": "true"}, Limits: 0.02},
		"access token":        {Variant: "access_token"},
		"app without secret":  {Variant: "pkce"},
	}
}
