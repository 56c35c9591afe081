package truto

import "slices"

// integration says which fields and filters one product behind Truto has:
// https://www.truto.one/docs/api-reference/unified-user-directory-api/activities/list
type integration struct {
	name        string
	noID        bool
	noAction    bool
	noContext   bool
	description bool
	entity      bool // the field entity and its filter
	entityType  bool // the filter entity_type; the field comes with entity
	org         bool
	orgRequired bool
	actorID     bool
	actions     []string // of which the filter action takes only these; nil: all
	product     bool
	ip          bool
}

var integrations = []integration{
	{name: "Airtable", actorID: true},
	{name: "Asana", actorID: true, entity: true, entityType: true, org: true, orgRequired: true},
	{name: "Atlassian", description: true, org: true},
	{name: "Azure Active Directory", description: true, entity: true, entityType: true},
	{name: "Box", noContext: true, entity: true, entityType: true},
	{name: "BrowserStack", description: true},
	{name: "Confluence", noAction: true, description: true, entityType: true},
	{name: "Confluence On Prem", noAction: true, description: true, entityType: true},
	{name: "Dropbox - Business", actorID: true, actions: []string{"login", "login_failed", "logout"}},
	{name: "Figma", entity: true, entityType: true, org: true, actions: []string{"login", "logout", "user_created", "user_deleted"}},
	{name: "GitHub", noContext: true, org: true, orgRequired: true},
	{name: "HubSpot", actorID: true, entity: true, actions: []string{"login"}},
	{name: "Intercom"},
	{name: "Jira", noAction: true, description: true, entity: true, entityType: true},
	{name: "Jira Service Management", noAction: true, description: true, entity: true, entityType: true},
	{name: "Microsoft 365", description: true, entity: true, entityType: true, product: true},
	{name: "Okta", actorID: true},
	{name: "OneLogin", actorID: true},
	{name: "Salesforce", actorID: true},
	{name: "Slack"},
	{name: "Teamwork Project Management", noContext: true, description: true, entity: true, org: true},
	{name: "Zendesk", actorID: true, description: true, entity: true, entityType: true, ip: true},
	{name: "Zoom", noID: true, description: true, actions: []string{"login"}},
}

// unifiedActions are the values that the filter action takes.
var unifiedActions = []string{
	"create", "destroy", "exported", "login", "login_failed", "logout", "updated",
	"user_created", "user_deactivated", "user_deleted", "user_invited", "user_joined", "user_updated",
}

// takes tells whether the vendor behind filters by an action. A filter that it
// does not know is ignored without a word.
func (in integration) takes(action string) bool {
	return !in.noAction && (in.actions == nil || slices.Contains(in.actions, action))
}

func find(name string) integration {
	i := slices.IndexFunc(integrations, func(in integration) bool { return in.name == name })
	if i < 0 {
		return integration{}
	}
	return integrations[i]
}
