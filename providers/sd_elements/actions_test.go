package sdelements

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

func TestAction(t *testing.T) {
	for name, want := range map[string]providers.Action{
		"LoggedInActivity":                 providers.Login,
		"LoggedOutActivity":                providers.Logout,
		"CreatedUserActivity":              providers.UserCreated,
		"UserCreatedActivity":              providers.UserCreated,
		"ActivatedUserActivity":            providers.UserUpdated,
		"DeactivatedUserActivity":          providers.UserDeactivated,
		"DeletedUserActivity":              providers.UserDeleted,
		"AddedUserToGroupActivity":         providers.Updated,
		"AddedNoteActivity":                providers.Create,
		"GeneratedAPIv2TokenActivity":      providers.Create,
		"DeletedProjectProblemActivity":    providers.Destroy,
		"ArchivedProjectActivity":          providers.Updated,
		"ComponentsRevertedGlobalActivity": providers.Updated,
		// by the beginning
		"CreatedWebhookActivity":    providers.Create,
		"DeletedWebhookActivity":    providers.Destroy,
		"ModifiedWebhookActivity":   providers.Updated,
		"CreatedUserTokenActivity":  providers.UserCreated,
		"ModifiedUserRoleActivity":  providers.UserUpdated,
		"CreatedUserstoryActivity":  providers.Create,
		"DeletedUserGroupsActivity": providers.UserDeleted,
		// the vendor's word
		"AcceptedEulaActivity":    "AcceptedEulaActivity",
		"CompletedModuleActivity": "CompletedModuleActivity",
		"ImportExportActivity":    "ImportExportActivity",
		"FailedLoginActivity":     "FailedLoginActivity",
		"ArchivedGroupActivity":   "ArchivedGroupActivity",
		"CreatedThing":            "CreatedThing",
		"CreatedActivity":         "CreatedActivity",
		"CreatedlyXActivity":      "CreatedlyXActivity",
		"":                        "",
	} {
		assert.Equal(t, want, action(name), name)
	}
}

func TestEveryListedNameHasItsAction(t *testing.T) {
	for want, names := range actions {
		for _, n := range names {
			assert.Equal(t, want, action(n), n)
		}
	}
}

func TestObject(t *testing.T) {
	for name, want := range map[string]string{
		"CreatedGroupActivity":                   "group",
		"AddedUserToProjectActivity":             "user",
		"UserCreatedActivity":                    "user",
		"AssignedUserToTaskActivity":             "task",
		"ChangedBusinessUnitRiskPolicyActivity":  "business_unit",
		"CreatedRiskPolicyActivity":              "risk_policy",
		"ChangedDefaultRiskPolicyActivity":       "",
		"CreatedProjectProblemActivity":          "project",
		"ComponentAddedTaskActivity":             "task",
		"ComponentMarkedImplementedTaskActivity": "",
		"ChangedGroupRoleInProjectActivity":      "group",
		"LockedProjectSurveyActivity":            "project",
		"CreatedStandardActivity":                "standard",
		"DeletedPhaseActivity":                   "phase",
		"CreatedReportActivity":                  "report",
		"DeletedNoteActivity":                    "note",
		"ModifiedApplicationActivity":            "application",
		"CreatedTaskforceActivity":               "",
		"LoggedInActivity":                       "",
		"LoggedOutActivity":                      "",
		"EnableClassificationActivity":           "",
		"ImportExportActivity":                   "",
		"":                                       "",
	} {
		assert.Equal(t, want, object(name), name)
	}
}
