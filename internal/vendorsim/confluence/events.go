package confluence

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one kind of record: what happened, to what, and what else takes part.
type kind struct {
	summary, category, objectType, associated, changes string
	weight                                             int
}

var kinds = []kind{
	{"User created", "Users and groups", "User", "", "", 3},
	{"User deactivated", "Users and groups", "User", "", "", 2},
	{"User deleted", "Users and groups", "User", "", "", 1},
	{"User removed", "Users and groups", "User", "", "", 1},
	{"User details updated", "Users and groups", "User", "", "Active", 4},
	{"User reactivated", "Users and groups", "", "", "", 2},
	{"User renamed", "Users and groups", "User", "", "Username", 1},
	{"User added to group", "Users and groups", "Group", "User", "", 6},
	{"User removed from group", "Users and groups", "Group", "User", "", 4},
	{"Group created", "Users and groups", "Group", "", "", 1},
	{"Group deleted", "Users and groups", "Group", "", "", 1},
	{"Space created", "Spaces", "Space", "", "", 3},
	{"Space removed", "Spaces", "Space", "", "", 1},
	{"Space archived", "Spaces", "Space", "", "", 1},
	{"Space logo uploaded", "Spaces", "Space", "", "", 1},
	{"Space trash emptied", "Spaces", "Space", "", "", 1},
	{"Space configuration updated", "Spaces", "Space", "", "Description", 2},
	{"Space export", "Import/Export", "Space", "", "", 2},
	{"Site export", "Import/Export", "", "", "", 1},
	{"Page export", "Import/Export", "Page", "Space", "", 2},
	{"Space import", "Import/Export", "Space", "", "", 1},
	{"Space permission added", "Permissions", "Space", "Group", "Type", 6},
	{"Space permission removed", "Permissions", "Space", "User", "Type", 4},
	{"Global permission added", "Permissions", "", "Group", "Type", 1},
	{"Global permission removed", "Permissions", "", "Group", "Type", 1},
	{"Content restriction added", "Permissions", "Page", "Space", "Type", 3},
	{"Content restriction removed", "Permissions", "Page", "Space", "Type", 2},
	{"Page archived", "Pages", "Page", "Space", "", 1},
	{"Page viewed with admin key", "Security", "Page", "Space", "", 1},
	{"Global settings changed", "Global administration", "", "", "External user management", 2},
	{"App installed: Größe & <Co>", "Apps", "", "", "", 1},
}

var byWeight = func() []kind {
	var all []kind
	for _, k := range kinds {
		for range k.weight {
			all = append(all, k)
		}
	}
	return all
}()

// generate makes one record. Records have no id.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	e := object{
		"author": author(rnd), "remoteAddress": vendorsim.Pick(rnd, "", vendorsim.IP(rnd), vendorsim.IP(rnd), vendorsim.IP(rnd)),
		"creationDate": at.UnixMilli(), "summary": k.summary, "description": "", "category": k.category,
		"sysAdmin": vendorsim.OneIn(rnd, 12), "superAdmin": false,
		"affectedObject": object{"name": "", "objectType": ""}, "changedValues": []any{}, "associatedObjects": []any{},
	}
	if k.objectType != "" {
		e["affectedObject"] = thing(rnd, k.objectType, n)
	} else if k.associated == "" { // nothing else tells two of them apart
		e["description"] = fmt.Sprint("Job ", n)
	}
	if k.associated != "" {
		e["associatedObjects"] = []any{thing(rnd, k.associated, n)}
	}
	if k.changes != "" {
		e["changedValues"] = []any{changed(rnd, k.changes)}
	}
	return fmt.Sprint("record-", n), vendorsim.JSON(e)
}

// author is somebody with an account, or by name alone: the system, nobody, an app.
// The type says user for all of them.
func author(rnd *rand.Rand) object {
	a := object{"type": "user", "operations": nil, "isExternalCollaborator": false, "accountType": "", "publicName": "Unknown user", "externalCollaborator": false}
	switch rnd.IntN(8) {
	case 0, 1:
		a["displayName"] = "System"
	case 2:
		a["displayName"] = vendorsim.Pick(rnd, "Anonymous", "Anonymous", "Backup app")
	default:
		p := vendorsim.Pick(rnd, vendorsim.People...)
		account := fmt.Sprintf("712020:%08d-0000-4000-8000-000000000000", p.N)
		a["displayName"], a["accountId"], a["username"], a["userKey"] = p.Name, account, account, fmt.Sprintf("8a7f0d%026d", p.N)
	}
	return a
}

// thing is something of a type. A number in the name makes it a thing of its own.
func thing(rnd *rand.Rand, objectType string, n int) object {
	var name string
	switch objectType {
	case "User":
		name = vendorsim.Pick(rnd, vendorsim.People...).Name + fmt.Sprint(" ", n)
	case "Group":
		id := fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(rnd.Uint64()), n&(1<<48-1))
		name = vendorsim.Pick(rnd, "confluence-users:"+id, "Équipe É:"+id, id+"; User: "+fmt.Sprintf("712020:%08d-0000-4000-8000-000000000000", n%1e8), fmt.Sprint("team-", n))
	case "Page":
		name = vendorsim.Pick(rnd, "Runbook", "議事録", "Plan \"B\" \\ <draft>") + fmt.Sprint(" ", n)
	default:
		name = vendorsim.Pick(rnd, "Finance", "Technik", "Équipe") + fmt.Sprint(" ", n)
	}
	return object{"name": name, "objectType": objectType}
}

func changed(rnd *rand.Rand, name string) object {
	c := object{"name": name, "oldValue": "", "newValue": "", "hiddenOldValue": "", "hiddenNewValue": ""}
	switch name {
	case "Active":
		c["oldValue"], c["newValue"] = "Yes", "No"
	case "Type":
		c["newValue"] = vendorsim.Pick(rnd, "EXPORTSPACE", "VIEWSPACE", "SETSPACEPERMISSIONS", "ADMINISTRATECONFLUENCE")
	default:
		c["oldValue"], c["newValue"] = vendorsim.Pick(rnd, "", "alt"), vendorsim.Pick(rnd, "neu <b>", "Ω", "true")
	}
	return c
}
