package jiraservicemanagement

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/jira/sitelog"
	"github.com/otelactivity/otelactivity/providers/record"
)

// summaries begin the summaries that only Jira Service Management writes.
var summaries = []string{"request type", "customer ", "custom email channel", "cloud email"}

// portalCustomer begins the keys of users that exist in the portal only.
const portalCustomer = "qm:"

// row is what tells whether a row belongs to Jira Service Management.
type row struct {
	own      bool      // by itself, whatever its projects are
	projects []string  // ids
	created  time.Time // zero when it cannot be read
}

// read returns what a row tells. What is no row is kept: the receiver reports it.
func read(e providers.Event) row {
	v := gjson.Parse(e.Raw)
	if !v.IsObject() {
		return row{own: true}
	}
	var r row
	summary := strings.ToLower(strings.TrimSpace(record.Path(v, "summary")))
	for _, s := range summaries {
		r.own = r.own || strings.HasPrefix(summary, s)
	}
	r.created, _ = sitelog.Created(v.Get("created"))
	item := func(v gjson.Result) {
		switch id := record.Path(v, "id"); record.Path(v, "typeName") {
		case "PROJECT":
			r.projects = append(r.projects, id)
		case "USER":
			r.own = r.own || strings.HasPrefix(id, portalCustomer)
		}
	}
	item(v.Get("objectItem"))
	v.Get("associatedItems").ForEach(func(_, v gjson.Result) bool { item(v); return true })
	return r
}
