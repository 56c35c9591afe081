package dealcloud

import (
	"strings"
	"time"
	_ "time/tzdata" // also where the system has no zones

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// zone is where the site's clock hangs: its rows show the time there, without
// saying so, and its days begin there.
func (s *sim) zone() *time.Location {
	zone, err := time.LoadLocation(s.world.Knob("zone")) // unset: UTC
	if err != nil {
		return time.UTC
	}
	return zone
}

// instant returns when the site's clock shows a time that is written as one of UTC.
func (s *sim) instant(wall time.Time) time.Time {
	return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), s.zone())
}

// local returns rows with the times of the site's clock.
func (s *sim) local(page []*vendorsim.Entry) string {
	text, zone := vendorsim.Array(page), s.zone()
	if zone == time.UTC {
		return text
	}
	rows := make([]string, len(page))
	for i, e := range page {
		written := gjson.Get(e.Raw, "eventDate").Str
		at, err := time.Parse(dateLayout, written)
		if err != nil { // a row that a test made by hand
			rows[i] = e.Raw
			continue
		}
		rows[i] = strings.Replace(e.Raw, written, at.In(zone).Format(dateLayout), 1)
	}
	return "[" + strings.Join(rows, ",") + "]"
}
