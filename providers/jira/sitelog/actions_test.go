package sitelog

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

func TestAction(t *testing.T) {
	for summary, want := range map[string]providers.Action{
		"User created":                          providers.UserCreated,
		"User updated":                          providers.UserUpdated,
		"User renamed":                          providers.UserUpdated,
		"User's password changed":               providers.UserUpdated,
		"User added to group":                   providers.Updated,
		"User removed from group":               providers.Updated,
		"User deleted":                          providers.UserDeleted,
		"  USER DELETED ":                       providers.UserDeleted,
		"Global permission added":               providers.Create,
		"Global permission deleted":             providers.Destroy,
		"Project created":                       providers.Create,
		"Group deleted":                         providers.Destroy,
		"Permission scheme updated":             providers.Updated,
		"Project roles changed":                 providers.Updated,
		"Workflow renamed":                      providers.Updated,
		"Request type created":                  providers.Create,
		"Request type deleted":                  providers.Destroy,
		"Customer permissions changed":          providers.Updated,
		"Customer invited notification changed": providers.Updated,
		"Cloud Email settings created":          providers.Create,
		"Custom email channel turned on":        "Custom email channel turned on",
		"Cloud email channel turned off":        "Cloud email channel turned off",
		"Workflow scheme added to project":      "Workflow scheme added to project",
		"Custom field trashed":                  "Custom field trashed",
		"Project version released":              "Project version released",
		"Auditing enabled":                      "Auditing enabled",
		"":                                      "",
	} {
		assert.Equal(t, want, action(summary, false), summary)
	}
}

func TestDeactivation(t *testing.T) {
	assert.Equal(t, providers.UserDeactivated, action("user Updated ", true))
	assert.Equal(t, providers.UserUpdated, action("User renamed", true), "only an update can deactivate")
	assert.Equal(t, providers.Updated, action("Project updated", true))
}
