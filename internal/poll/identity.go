package poll

import (
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// identity returns what identifies an activity that has no id: Activity.Identity,
// else its canonical record.
func identity(a *providers.Activity, raw string) string {
	if a.Identity != "" {
		return a.Identity
	}
	return record.Canonical(raw)
}
