package sdelements

import (
	"strings"
	"unicode"

	"github.com/otelactivity/otelactivity/providers"
)

// actions maps activity names
// (https://docs.sdelements.com/release/latest/api/docs/activities).
var actions = providers.ActionTable{
	providers.Login: {
		"LoggedInActivity",
	},
	providers.Logout: {
		"LoggedOutActivity",
	},
	providers.UserCreated: {
		"CreatedUserActivity",
		"UserCreatedActivity",
	},
	providers.UserDeactivated: {
		"DeactivatedUserActivity",
	},
	providers.UserDeleted: {
		"DeletedUserActivity",
	},
	providers.UserUpdated: {
		"ActivatedUserActivity",
		"ModifiedUserActivity",
	},
	providers.Create: {
		"CreatedApplicationActivity",
		"CreatedBusinessUnitActivity",
		"CreatedClassifiedProjectActivity",
		"CreatedGroupActivity",
		"CreatedPhaseActivity",
		"CreatedProjectActivity",
		"CreatedProjectProblemActivity",
		"CreatedReportActivity",
		"CreatedReusableComponentActivity",
		"CreatedRiskPolicyActivity",
		"CreatedStandardActivity",
		"CreatedTaskActivity",
		"AddedNoteActivity",
		"AddedTaskActivity",
		"ComponentAddedTaskActivity",
		"AddedProjectProblemActivity",
		"GeneratedAPIv1TokenActivity",
		"GeneratedAPIv2TokenActivity",
	},
	providers.Destroy: {
		"DeletedApplicationActivity",
		"DeletedBusinessUnitActivity",
		"DeletedGroupActivity",
		"DeletedNoteActivity",
		"DeletedPhaseActivity",
		"DeletedProjectActivity",
		"DeletedProjectProblemActivity",
		"DeletedReportActivity",
		"DeletedRiskPolicyActivity",
		"DeletedStandardActivity",
		"DeletedTaskActivity",
	},
	providers.Updated: {
		"AddedUserToGroupActivity", // the group or project changes, not the user
		"AddedUserToProjectActivity",
		"ChangedUserRoleInProjectActivity",
		"ModifiedApplicationActivity",
		"ModifiedBusinessUnitActivity",
		"ModifiedReusableComponentActivity",
		"ModifiedReusableComponentSurveyMappingActivity",
		"ModifiedReusableComponentImplementedTaskActivity",
		"ModifiedReusableComponentIntroducedTaskActivity",
		"ArchivedApplicationActivity", // can be undone
		"ArchivedProjectActivity",
		"ActivatedPhaseActivity",
		"ActivatedReusableComponentActivity",
		"ActivatedStandardActivity",
		"DeactivatedPhaseActivity",
		"DeactivatedReusableComponentActivity",
		"DeactivatedStandardActivity",
		"AddedGroupToGroupActivity",
		"AddedGroupToProjectActivity",
		"AddedReusableComponentToProjectActivity",
		"ChangedGroupRoleInProjectActivity",
		"ChangedBusinessUnitRiskPolicyActivity",
		"ChangedBusinessUnitRiskPolicyToDefaultActivity",
		"ChangedDefaultRiskPolicyActivity",
		"ChangedProjectRiskPolicyActivity",
		"ChangedProjectSurveyActivity",
		"ChangedProjectAnswerSurveyActivity",
		"AssignedUserToTaskActivity",
		"MarkedTaskActivity",
		"ComponentMarkedImplementedTaskActivity",
		"ComponentMarkedIntroducedTaskActivity",
		"ComponentRevertedTaskActivity",
		"ComponentsAddedGlobalActivity",
		"ComponentsMarkedImplementedGlobalActivity",
		"ComponentsMarkedIntroducedGlobalActivity",
		"ComponentsRevertedGlobalActivity",
		"DisableClassificationActivity",
		"EnableClassificationActivity",
		"LockedProjectActivity",
		"LockedProjectSurveyActivity",
	},
}

var byName = actions.Index()

const suffix = "Activity"

// verbs begin names that the table does not list, with the action on anything and
// on a user.
var verbs = []struct {
	word           string
	thing, onAUser providers.Action
}{
	{"Created", providers.Create, providers.UserCreated},
	{"Deleted", providers.Destroy, providers.UserDeleted},
	{"Modified", providers.Updated, providers.UserUpdated},
}

// action returns the unified action of a name, else the name itself
// (AcceptedEulaActivity, CompletedModuleActivity, and ImportExportActivity, which
// is both directions in one).
func action(name string) providers.Action {
	if a, ok := byName[name]; ok {
		return a
	}
	stem, whole := strings.CutSuffix(name, suffix)
	for _, v := range verbs {
		rest, ok := strings.CutPrefix(stem, v.word)
		switch {
		case !ok || !whole || !startsWord(rest):
		case begins(rest, "User"):
			return v.onAUser
		default:
			return v.thing
		}
	}
	return providers.Action(name)
}

// nouns of activity names and the keys of data that they mean, the longer ones of
// equal beginnings first.
var nouns = []struct{ word, key string }{
	{"BusinessUnit", "business_unit"},
	{"RiskPolicy", "risk_policy"},
	{"Application", "application"},
	{"Standard", "standard"},
	{"Project", "project"},
	{"Report", "report"},
	{"Group", "group"},
	{"Phase", "phase"},
	{"User", "user"},
	{"Task", "task"},
	{"Note", "note"},
}

// references are the keys of data by how likely they are the object.
var references = []string{
	"user", "group", "project", "application", "business_unit",
	"standard", "task", "phase", "report", "risk_policy",
}

// object returns the key of data that the name of an activity speaks of: the noun
// right after its verb, or right before it.
func object(name string) string {
	if name == "AssignedUserToTaskActivity" {
		return "task"
	}
	stem := strings.TrimSuffix(name, suffix)
	verb, after := findVerb(stem)
	if after < 0 {
		return ""
	}
	for _, n := range nouns {
		if begins(stem[after:], n.word) {
			return n.key
		}
	}
	for _, n := range nouns {
		if stem[:verb] == n.word {
			return n.key
		}
	}
	return ""
}

// findVerb returns where the first past participle of a stem begins and ends, or
// -1, -1. Names are words in camel case.
func findVerb(stem string) (from, to int) {
	start := 0
	for i := 1; i <= len(stem); i++ {
		if i < len(stem) && !unicode.IsUpper(rune(stem[i])) {
			continue
		}
		if strings.HasSuffix(stem[start:i], "ed") {
			return start, i
		}
		start = i
	}
	return -1, -1
}

// begins tells that s begins with a whole word.
func begins(s, word string) bool {
	rest, ok := strings.CutPrefix(s, word)
	return ok && (rest == "" || startsWord(rest))
}

func startsWord(s string) bool { return s != "" && !unicode.IsLower(rune(s[0])) }
