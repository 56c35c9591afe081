package sdelements

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one kind of activity. Words in braces are filled in.
type kind struct {
	name   string
	text   string
	refs   string // letters of the references: u user, g group, p project, s standard, t task, b business unit, r report
	level  string
	weight int
}

var kinds = []kind{
	{"LoggedInActivity", "{actor} logged in", "", "user", 12},
	{"LoggedOutActivity", "{actor} logged out", "", "user", 5},
	{"CreatedUserActivity", "{actor} created user {name}", "u", "success", 2},
	{"UserCreatedActivity", "{actor} created user {name}", "u", "success", 1},
	{"ActivatedUserActivity", "{actor} activated user {name}", "u", "", 1},
	{"DeactivatedUserActivity", "{actor} deactivated user {name}", "u", "", 2},
	{"DeletedUserActivity", "{actor} deleted user {name}", "", "", 1},
	{"AddedUserToGroupActivity", "{actor} added {name} to group Équipe", "ug", "", 2},
	{"AddedUserToProjectActivity", "*{actor}* added {name} to [Ledger](/activity-redirect/project/881/)", "up", "", 2},
	{"CreatedGroupActivity", "{actor} created group Équipe", "g", "success", 1},
	{"CreatedProjectActivity", "{actor} created project Ledger", "pb", "plus", 3},
	{"ArchivedProjectActivity", "{actor} archived project Ledger", "p", "", 1},
	{"DeletedProjectActivity", "{actor} deleted project Ledger", "", "", 1},
	{"ChangedProjectSurveyActivity", "{actor} answered <3> questions & more", "p", "", 3},
	{"MarkedTaskActivity", "{actor} marked T21 done", "ptsb", "success", 6},
	{"AssignedUserToTaskActivity", "{actor} assigned {name} to T21", "upt", "", 2},
	{"AddedNoteActivity", "{actor} added a note", "pt", "", 2},
	{"CreatedReportActivity", "{actor} created a report", "r", "", 1},
	{"CreatedBusinessUnitActivity", "{actor} created 営業部", "b", "", 1},
	{"ModifiedBusinessUnitActivity", "{actor} changed 営業部", "b", "", 1},
	{"ActivatedStandardActivity", "{actor} activated a standard", "s", "", 1},
	{"DeletedStandardActivity", "{actor} deleted a standard", "-", "", 1},
	{"GeneratedAPIv2TokenActivity", "{actor} generated a token", "u", "", 1},
	{"ImportExportActivity", "{actor} exported content", "", "", 1},
	{"AcceptedEulaActivity", "{actor} accepted the licence", "", "", 1},
	{"LibraryUpdatedActivity", "Content library was updated", "", "", 1},
	{"CreatedWidgetActivity", "{actor} created a widget", "w", "", 1},
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

// standard is a task of the library.
type standard struct{ id, desc string }

var standards = []standard{
	{"T21", "T21: Ensure confidential data is sent over an encrypted channel"},
	{"CT4", "CT4: Prüfe Eingaben"},
	{"T151", "T151: Log sign-ins"},
}

// zones are what dates are written in: UTC in two ways, and local times.
var zones = []string{"2006-01-02T15:04:05.000000Z", "2006-01-02T15:04:05.000000+00:00", "-04:00", "-05:00", "+05:30"}

const firstID = 90000

// generate makes one activity. Ids rise with gaps.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := firstID + 3*n + rnd.IntN(3)
	by, other := vendorsim.Pick(rnd, vendorsim.People...), vendorsim.Pick(rnd, vendorsim.People...)
	e := object{
		"id": id, "name": k.name, "actor": by.N, "date": date(rnd, at), "data": references(rnd, k.refs, other),
		"text": strings.NewReplacer("{actor}", by.Name, "{name}", other.Name).Replace(k.text),
		"icon": vendorsim.Pick(rnd, "plus", "user", ""), "log_level": k.level,
	}
	if k.name == "LibraryUpdatedActivity" || vendorsim.OneIn(rnd, 30) {
		e["actor"] = nil
	}
	return strconv.Itoa(id), vendorsim.JSON(e)
}

func date(rnd *rand.Rand, at time.Time) string {
	zone := vendorsim.Pick(rnd, zones...)
	offset, err := time.Parse("-07:00", zone)
	if err != nil { // a whole layout
		return at.Format(zone)
	}
	return at.In(offset.Location()).Format("2006-01-02T15:04:05.000000-07:00")
}

// references are what data holds: numbers, prefixed texts, and names that outlive
// what they named.
func references(rnd *rand.Rand, letters string, p vendorsim.Person) object {
	data := object{}
	for _, l := range letters {
		switch l {
		case 'u':
			data["user"], data["user_desc"] = fmt.Sprint("U", p.N), p.Name
		case 'g':
			data["group"], data["group_desc"] = fmt.Sprint("G", p.N%4), "Équipe"
		case 'p':
			data["project"], data["project_desc"] = 881, "Ledger"
			data["application"], data["application_desc"] = 77, "Billing"
			if vendorsim.OneIn(rnd, 3) {
				data["project"], data["project_desc"] = 9007199254740993, "Großprojekt"
			}
		case 's':
			s := vendorsim.Pick(rnd, standards...)
			data["standard"], data["standard_desc"] = s.id, s.desc
		case 't':
			data["task"], data["target_task_desc"] = fmt.Sprint("881-T", 20+rnd.IntN(9)), "Ensure <it>"
		case 'b':
			data["business_unit"], data["business_unit_desc"] = 5, "営業部"
		case 'r':
			data["report"] = 400 + rnd.IntN(9)
		case 'w':
			data["widget"], data["widget_desc"] = "W1", "Widget"
		case '-': // what it was about is gone
			data["standard_desc"] = standards[0].desc
		}
	}
	return data
}
