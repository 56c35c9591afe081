package poll

import (
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/providers"
)

// Convert turns the raw events of one page into a batch as the loop of their stream
// does, but for what depends on the time and on earlier pages: nothing is filtered,
// cut by a window, or recognized as seen. Golden files are made by it.
func Convert(s *Stream, events []providers.Event, observed time.Time) *Batch {
	l := &loop{
		Stream: s,
		redact: newRedactor(s.Exclude),
		log:    zap.NewNop(),
		hash:   newHasher(s.Key.Provider, s.Source.Tenant, s.Key.Stream),
	}
	page := &scratch{}
	l.decode(page, &fetched{Page: providers.Page{Events: events}})
	for i := range page.activities {
		a := &page.activities[i]
		page.text = appendUID(page.text, l.sum(page, a))
		a.Raw = l.redact.apply(a.Raw)
	}
	page.name()
	return &Batch{Stream: s, Observed: observed, Activities: page.activities, UIDs: page.uids}
}
