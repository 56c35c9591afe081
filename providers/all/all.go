// Package all lists the built-in vendors. It is the only place outside their
// folders that knows them: a new vendor is one folder and one line here.
package all

import (
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/airtable"
	"github.com/otelactivity/otelactivity/providers/asana"
	"github.com/otelactivity/otelactivity/providers/atlassian"
	"github.com/otelactivity/otelactivity/providers/azure_active_directory"
	"github.com/otelactivity/otelactivity/providers/box"
	"github.com/otelactivity/otelactivity/providers/browserstack"
	"github.com/otelactivity/otelactivity/providers/confluence"
	"github.com/otelactivity/otelactivity/providers/confluence_on_prem"
	"github.com/otelactivity/otelactivity/providers/dealcloud"
	"github.com/otelactivity/otelactivity/providers/dropbox_business"
	"github.com/otelactivity/otelactivity/providers/figma"
	"github.com/otelactivity/otelactivity/providers/github"
	"github.com/otelactivity/otelactivity/providers/hubspot"
	"github.com/otelactivity/otelactivity/providers/intercom"
	"github.com/otelactivity/otelactivity/providers/jira"
	"github.com/otelactivity/otelactivity/providers/jira_service_management"
	"github.com/otelactivity/otelactivity/providers/merge"
	"github.com/otelactivity/otelactivity/providers/microsoft_365"
	"github.com/otelactivity/otelactivity/providers/okta"
	"github.com/otelactivity/otelactivity/providers/onelogin"
	"github.com/otelactivity/otelactivity/providers/salesforce"
	"github.com/otelactivity/otelactivity/providers/sd_elements"
	"github.com/otelactivity/otelactivity/providers/slack"
	"github.com/otelactivity/otelactivity/providers/teamwork"
	"github.com/otelactivity/otelactivity/providers/truto"
	"github.com/otelactivity/otelactivity/providers/zendesk"
	"github.com/otelactivity/otelactivity/providers/zoom"
)

// Providers returns the built-in vendors, sorted by key.
func Providers() []providers.Provider {
	return []providers.Provider{
		airtable.Provider(),
		asana.Provider(),
		atlassian.Provider(),
		azureactivedirectory.Provider(),
		box.Provider(),
		browserstack.Provider(),
		confluence.Provider(),
		confluenceonprem.Provider(),
		dealcloud.Provider(),
		dropboxbusiness.Provider(),
		figma.Provider(),
		github.Provider(),
		hubspot.Provider(),
		intercom.Provider(),
		jira.Provider(),
		jiraservicemanagement.Provider(),
		merge.Provider(),
		microsoft365.Provider(),
		okta.Provider(),
		onelogin.Provider(),
		salesforce.Provider(),
		sdelements.Provider(),
		slack.Provider(),
		teamwork.Provider(),
		truto.Provider(),
		zendesk.Provider(),
		zoom.Provider(),
	}
}
