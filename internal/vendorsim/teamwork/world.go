package teamwork

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// project is a project of the simulated site.
type project struct {
	id, company, owner, category, tag int
	name                              string
	archived, starred                 bool
}

var projects = []project{
	{51200, 1201, 30401, 7, 91, "Website", false, true},
	{51201, 1201, 30402, 7, 92, "Größe & Co", false, false},
	{51202, 1202, 30401, 8, 91, "<Pilot>", false, false},
	{51203, 1202, 30403, 8, 93, "Old 計画", true, false},
}

func projectOf(row gjson.Result) project {
	id := int(row.Get("project.id").Int())
	for _, p := range projects {
		if p.id == id {
			return p
		}
	}
	return project{}
}

// Items from firstDeleted on have been deleted since.
const (
	firstItem    = 7710000
	firstDeleted = 7710900
	lastItem     = 7710999
)

func deleted(row gjson.Result) bool { return row.Get("item.id").Int() >= firstDeleted }

func userID(n int) int { return 30400 + n }

// person returns an employee by user id.
func person(id int64) (vendorsim.Person, bool) {
	i := slices.IndexFunc(vendorsim.People, func(p vendorsim.Person) bool { return int64(userID(p.N)) == id })
	if i < 0 {
		return vendorsim.Person{}, false
	}
	return vendorsim.People[i], true
}

// names splits a name as the site shows it.
func names(p vendorsim.Person) (first, last string) {
	first, last, _ = strings.Cut(p.Name, " ")
	return first, last
}

// included returns the objects that an include parameter asks for, for the rows of
// one page.
func included(rows []*vendorsim.Entry, what []string) object {
	users, theProjects, companies := object{}, object{}, object{}
	for _, e := range rows {
		row := gjson.Parse(e.Raw)
		for _, path := range []string{"user.id", "userId", "forUser.id"} {
			if p, ok := person(row.Get(path).Int()); ok {
				first, last := names(p)
				users[strconv.Itoa(userID(p.N))] = object{"id": userID(p.N), "firstName": first, "lastName": last, "email": p.Email, "avatarUrl": nil}
			}
		}
		if p := projectOf(row); p.id != 0 {
			theProjects[strconv.Itoa(p.id)] = object{"id": p.id, "name": p.name, "companyId": p.company}
			companies[strconv.Itoa(p.company)] = object{"id": p.company, "name": "Example Ltd"}
		}
	}
	out := object{}
	for name, objects := range map[string]object{"users": users, "projects": theProjects, "companies": companies} {
		if slices.Contains(what, name) && len(objects) > 0 {
			out[name] = objects
		}
	}
	return out
}
