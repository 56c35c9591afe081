package atlassian

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

func TestAction(t *testing.T) {
	for word, want := range map[string]providers.Action{
		"user_login":                        providers.Login,
		"USER_LOGIN":                        providers.Login,
		"user_login_failed":                 providers.LoginFailed,
		"user_logout":                       providers.Logout,
		"gsync_user_invite":                 providers.UserInvited,
		"scim_unmanaged_user_created":       providers.UserCreated,
		"managed_account_deactivated":       providers.UserDeactivated,
		"scim_unmanaged_user_deleted":       providers.UserDeleted,
		"user_added_to_group":               providers.UserUpdated,
		"export_audit_log":                  providers.Exported,
		"domain_added":                      providers.Create,
		"api_token_revoked":                 providers.Destroy,
		"group_updated":                     providers.Updated,
		"jira_mobile_policy_update":         providers.Updated,
		"group_created":                     providers.Create,
		"api_token_created":                 providers.Create,
		"auth_policy_deleted":               providers.Destroy,
		"saml_config_updated":               providers.Updated,
		"confluence_space_exported":         providers.Exported,
		"Confluence_Page_CREATED":           providers.Create,
		"user_logged_in_as_user":            "user_logged_in_as_user",
		"domain_verification_completed":     "domain_verification_completed",
		"user_password_reset_requested":     "user_password_reset_requested",
		"organization_users_viewed":         "organization_users_viewed",
		"marketplace_app_installed":         "marketplace_app_installed",
		"confluence_added_space_permission": "confluence_added_space_permission",
		"Something_Else":                    "Something_Else",
		"created":                           "created",
		"":                                  "",
	} {
		assert.Equal(t, want, action(word), word)
	}
}

func TestEveryListedWordHasItsAction(t *testing.T) {
	for a, words := range actions {
		for _, w := range words {
			assert.Equal(t, a, action(strings.ToUpper(w)), w)
		}
	}
}

func TestClosed(t *testing.T) {
	for _, a := range []providers.Action{providers.Create, providers.Destroy, providers.Updated, providers.Exported} {
		assert.False(t, closed(a), a)
	}
	for _, a := range []providers.Action{providers.Login, providers.UserInvited, providers.UserUpdated} {
		assert.True(t, closed(a), a)
	}
}

func TestPersonal(t *testing.T) {
	for name, tt := range map[string]struct {
		id   string
		want bool
	}{
		"account":         {"712020:6f1e2d3c-4b5a-4968-8776-655443322110", true},
		"older account":   {"5b10a2844c20165700ede21g", true},
		"UUID":            {"0f7a1d4c-9b21-4e55-8d60-2a3b4c5d6e7f", true},
		"36 other":        {"atlassian-internal-system-of-accounts", false},
		"36 no UUID":      {"zz7a1d4c-9b21-4e55-8d60-2a3b4c5d6e7f", false},
		"24 with dashes":  {"atlassian-internal-syste", false},
		"24 letters":      {"confluenceinternalsystem", false},
		"word":            {"confluence", false},
		"internal system": {"atlassian-internal-system", false},
		"empty":           {"", false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, personal(tt.id)) })
	}
}
