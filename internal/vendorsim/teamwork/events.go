package teamwork

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// Types of activity and of items, the frequent ones more than once.
var (
	activityTypes = []string{"new", "new", "new", "edited", "edited", "completed", "completed", "reopened", "undeleted", "deleted", "liked", "reacted", "viewed", "teleported"}
	itemTypes     = []string{
		"task", "task", "task", "comment", "comment", "task_comment", "file", "message", "tasklist", "milestone", "notebook", "timelog",
		"link", "project", "billingInvoice", "risk", "projectUpdate", "budget", "form", "like", "Task",
	}
)

const firstID = 90000000

// generate makes one row of the feed, in the form of version 3. The flat ids and
// the objects beside them are not always both there.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	id := firstID + n
	p := vendorsim.Pick(rnd, projects...)
	item := firstItem + rnd.IntN(lastItem-firstItem)
	itemType, activity := vendorsim.Pick(rnd, itemTypes...), vendorsim.Pick(rnd, activityTypes...)
	e := object{
		"id": id, "activityType": activity, "latestActivityType": vendorsim.Pick(rnd, activityTypes...), "type": itemType,
		"dateTime":         at.Format(time.RFC3339),
		"description":      vendorsim.Pick[any](rnd, "Order the cables", "Über <alles> & \"mehr\"", "週報 🦊", "", nil),
		"extraDescription": vendorsim.Pick[any](rnd, "Launch list", nil), "publicInfo": nil, "dueDate": nil, "isPrivate": rnd.IntN(2),
		"itemId": item, "item": object{"id": item, "type": itemType + "s"}, "itemLink": "tasklists/88120", "link": "tasks/" + strconv.Itoa(item),
		"projectId": p.id, "project": object{"id": p.id, "type": "projects"},
		"companyId": p.company, "company": object{"id": p.company, "type": "companies"}, "lockdownId": nil, "lockdown": nil,
	}
	user(rnd, e)
	switch rnd.IntN(12) {
	case 0:
		delete(e, "itemId")
		delete(e, "projectId")
		delete(e, "companyId")
	case 1:
		e["projectId"], e["itemId"] = nil, nil
	case 2:
		e["company"] = nil
	case 3:
		e["meta"] = object{"notifiedUserIds": []int{userID(1), userID(2)}}
	}
	return strconv.Itoa(id), vendorsim.JSON(e)
}

func user(rnd *rand.Rand, e object) {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	e["user"], e["userId"] = object{"id": userID(p.N), "type": "users"}, userID(p.N)
	e["forUser"], e["forUserId"], e["forUserName"] = nil, 0, ""
	switch rnd.IntN(10) {
	case 0: // an automation
		e["user"], e["userId"] = nil, 0
	case 1:
		e["user"], e["userId"] = nil, nil
	case 2:
		delete(e, "userId")
	case 3:
		delete(e, "user")
	case 4, 5:
		other := vendorsim.Pick(rnd, vendorsim.People...)
		e["forUser"], e["forUserId"], e["forUserName"] = object{"id": userID(other.N), "type": "users"}, userID(other.N), other.Name
	}
}

// actorOf returns the acting user of a row, 0 for none.
func actorOf(row gjson.Result) int64 {
	if id := row.Get("user.id").Int(); id != 0 {
		return id
	}
	return row.Get("userId").Int()
}

// firstVersion is the same row as version 1 shows it: all values are text, and what
// is absent is empty.
func firstVersion(raw string) object {
	row := gjson.Parse(raw)
	text := func(v int64) string {
		if v == 0 {
			return ""
		}
		return strconv.FormatInt(v, 10)
	}
	from := ""
	if p, ok := person(actorOf(row)); ok {
		first, last := names(p)
		from = first + " " + string([]rune(last + " ")[:1]) + "."
	}
	project := projectOf(row)
	return object{
		"id": row.Get("id").Raw, "activitytype": row.Get("activityType").Str, "type": row.Get("type").Str,
		"itemid": text(row.Get("item.id").Int()), "userid": text(actorOf(row)), "fromusername": from,
		"foruserid": text(row.Get("forUserId").Int()), "forusername": row.Get("forUserName").Str,
		"project-id": text(int64(project.id)), "project-name": project.name,
		"description": row.Get("description").Str, "extradescription": row.Get("extraDescription").Str, "publicinfo": "",
		"datetime": row.Get("dateTime").Str, "link": row.Get("link").Str, "itemlink": row.Get("itemLink").Str,
		"isprivate": row.Get("isPrivate").Raw, "due-date": "", "todo-list-name": "",
	}
}
