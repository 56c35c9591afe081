package confluenceonprem

import (
	"net/url"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/confluence"
)

var legacyRules = confluence.Rules

func epochMillis(v string) (time.Time, error) {
	ms, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	return time.UnixMilli(ms).UTC(), nil
}

// legacyRow returns a row in the form of the older API, which knows neither keys nor
// ids of objects. What is no row of the log stays as it is.
func legacyRow(e *vendorsim.Entry) string {
	row := gjson.Parse(e.Raw)
	if !row.Get("timestamp").Exists() {
		return e.Raw
	}
	objects := row.Get("affectedObjects").Array()
	first, others := object{"name": "", "objectType": ""}, []any{}
	for i, o := range objects {
		thing := object{"name": o.Get("name").Str, "objectType": o.Get("type").Str}
		if i == 0 {
			first = thing
		} else {
			others = append(others, thing)
		}
	}
	changes := []any{}
	for _, c := range row.Get("changedValues").Array() {
		changes = append(changes, object{"name": c.Get("key").Str, "oldValue": c.Get("from").Str, "newValue": c.Get("to").Str})
	}
	return vendorsim.JSON(object{
		"author": legacyAuthor(row.Get("author")), "remoteAddress": row.Get("source").Str, "creationDate": e.Time.UnixMilli(),
		"summary": row.Get("type.action").Str, "description": row.Get("extraAttributes.0.value").Str,
		"category": row.Get("type.category").Str, "sysAdmin": row.Get("author.id").Str == auditor.id,
		"affectedObject": first, "changedValues": changes, "associatedObjects": others,
	})
}

// legacyAuthor has the key and the name of an account, and a name alone for others.
func legacyAuthor(a gjson.Result) object {
	out := object{"type": "user", "displayName": a.Get("name").Str}
	if id := a.Get("id").Str; len(id) > 2 {
		u, err := url.Parse(a.Get("uri").Str)
		if err == nil {
			out["username"] = u.Query().Get("username")
		}
		out["userKey"] = id
	}
	if !a.Exists() {
		out["displayName"] = "System"
	}
	return out
}
