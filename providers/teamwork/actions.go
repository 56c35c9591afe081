package teamwork

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// action maps the kind of activity, whatever the item. latestActivityType is the
// newest activity on the same item and never used.
func action(activityType string) providers.Action {
	switch strings.ToLower(activityType) {
	case "new":
		return providers.Create
	case "edited", "completed", "reopened", "undeleted":
		return providers.Updated
	case "deleted":
		return providers.Destroy
	}
	return providers.Action(activityType) // liked, reacted, viewed, and what comes
}
