package jiraservicemanagement

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira"
)

type object = map[string]any

// others makes the rows that any Jira site has.
var others = jira.Vendor().Streams[0].Generate

// serviceRow is a kind of row that is about a service project.
type serviceRow struct {
	summary, field string
	own            bool // the object is something of the project, which is only associated
}

var serviceRows = []serviceRow{
	{"Request type created", "name", true},
	{"Request type updated", "description", true},
	{"Request type deleted", "", true},
	{"Customer permissions changed", "customerAccess", false},
	{"Customer invited notification changed", "isEnabled", false},
	{"Cloud Email settings created", "serviceDeskId", false},
	{"Custom email channel turned on", "", false},
	{"Custom email channel turned off", "", false},
	{"Cloud email channel turned on", "", false},
	{"Workflow scheme added to project", "", true},
	{"Project created", "name", false},
	{"Project component created", "name", true},
}

// generate makes one row of the site's log: more than half are those of any Jira
// site, the others speak of service projects and of portal-only customers. Ids come
// from the common sequence of the site.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	id, raw := others(rnd, n, at)
	switch rnd.IntN(10) {
	case 0:
		return id, customerRow(rnd, id, at)
	case 1, 2, 3:
		return id, projectRow(rnd, id, at, gjson.Get(raw, "authorKey").Str, gjson.Get(raw, "authorAccountId").Str)
	}
	return id, raw
}

func row(id string, at time.Time, summary, category string) object {
	n, err := strconv.Atoi(id)
	if err != nil {
		panic("vendorsim: ids of Jira rows are integers")
	}
	return object{"id": n, "summary": summary, "category": category, "eventSource": "", "created": at.Format("2006-01-02T15:04:05.000-0700")}
}

// projectRow is about a service project. The set-up of a new one writes rows with an
// author and without address.
func projectRow(rnd *rand.Rand, id string, at time.Time, authorKey, accountID string) string {
	k := vendorsim.Pick(rnd, serviceRows...)
	p := site[3*rnd.IntN(projectCount/3)]
	e := row(id, at, k.summary, "projects")
	item := object{"id": p.ID, "name": p.Name, "typeName": "PROJECT"}
	e["objectItem"], e["associatedItems"] = item, []any{item}
	if k.own {
		e["objectItem"] = object{"id": strconv.Itoa(1 + rnd.IntN(900)), "name": vendorsim.Pick(rnd, "Get IT help", "Zugang anfordern", "入社手続き"), "typeName": "REQUEST_TYPE"}
	}
	if k.field != "" {
		e["changedValues"] = []any{object{"fieldName": k.field, "changedFrom": vendorsim.Pick(rnd, "", "false"), "changedTo": vendorsim.Pick(rnd, "true", "4", "Größe")}}
	}
	if authorKey != "" {
		e["authorKey"] = authorKey
	}
	if accountID != "" {
		e["authorAccountId"] = accountID
	}
	if vendorsim.OneIn(rnd, 2) {
		e["remoteAddress"] = vendorsim.IP(rnd)
	}
	return vendorsim.JSON(e)
}

// customerRow is about a portal-only customer, whose key begins with qm. Customers
// who change their own password come with an address and without author.
func customerRow(rnd *rand.Rand, id string, at time.Time) string {
	summary := vendorsim.Pick(rnd, "User created", "User updated", "User's password changed", "User deleted")
	key := "qm:" + vendorsim.UUID(rnd) + ":" + vendorsim.UUID(rnd)
	e := row(id, at, summary, "user management")
	e["objectItem"] = object{"id": key, "name": key, "typeName": "USER", "parentId": "10000", "parentName": "IDP Directory"}
	switch summary {
	case "User's password changed":
		e["remoteAddress"] = vendorsim.IP(rnd)
	case "User updated":
		from, to := "Inactive", "Active"
		if vendorsim.OneIn(rnd, 2) {
			from, to = to, from
		}
		e["changedValues"] = []any{object{"fieldName": "Active / Inactive", "changedFrom": from, "changedTo": to}}
	}
	return vendorsim.JSON(e)
}
