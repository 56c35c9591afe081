// Package all lists the vendors that can be simulated.
package all

import (
	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/airtable"
	"github.com/otelactivity/otelactivity/internal/vendorsim/asana"
	"github.com/otelactivity/otelactivity/internal/vendorsim/atlassian"
	"github.com/otelactivity/otelactivity/internal/vendorsim/azure_active_directory"
	"github.com/otelactivity/otelactivity/internal/vendorsim/box"
	"github.com/otelactivity/otelactivity/internal/vendorsim/browserstack"
	"github.com/otelactivity/otelactivity/internal/vendorsim/confluence"
	"github.com/otelactivity/otelactivity/internal/vendorsim/confluence_on_prem"
	"github.com/otelactivity/otelactivity/internal/vendorsim/dealcloud"
	"github.com/otelactivity/otelactivity/internal/vendorsim/dropbox_business"
	"github.com/otelactivity/otelactivity/internal/vendorsim/figma"
	"github.com/otelactivity/otelactivity/internal/vendorsim/github"
	"github.com/otelactivity/otelactivity/internal/vendorsim/hubspot"
	"github.com/otelactivity/otelactivity/internal/vendorsim/intercom"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira_service_management"
	"github.com/otelactivity/otelactivity/internal/vendorsim/merge"
	"github.com/otelactivity/otelactivity/internal/vendorsim/microsoft_365"
	"github.com/otelactivity/otelactivity/internal/vendorsim/okta"
	"github.com/otelactivity/otelactivity/internal/vendorsim/onelogin"
	"github.com/otelactivity/otelactivity/internal/vendorsim/salesforce"
	"github.com/otelactivity/otelactivity/internal/vendorsim/sd_elements"
	"github.com/otelactivity/otelactivity/internal/vendorsim/slack"
	"github.com/otelactivity/otelactivity/internal/vendorsim/teamwork"
	"github.com/otelactivity/otelactivity/internal/vendorsim/truto"
	"github.com/otelactivity/otelactivity/internal/vendorsim/zendesk"
	"github.com/otelactivity/otelactivity/internal/vendorsim/zoom"
)

// Vendors returns one simulator per vendor, sorted by key.
func Vendors() []vendorsim.Vendor {
	return []vendorsim.Vendor{
		airtable.Vendor(),
		asana.Vendor(),
		atlassian.Vendor(),
		azureactivedirectory.Vendor(),
		box.Vendor(),
		browserstack.Vendor(),
		confluence.Vendor(),
		confluenceonprem.Vendor(),
		dealcloud.Vendor(),
		dropboxbusiness.Vendor(),
		figma.Vendor(),
		github.Vendor(),
		hubspot.Vendor(),
		intercom.Vendor(),
		jira.Vendor(),
		jiraservicemanagement.Vendor(),
		merge.Vendor(),
		microsoft365.Vendor(),
		okta.Vendor(),
		onelogin.Vendor(),
		salesforce.Vendor(),
		sdelements.Vendor(),
		slack.Vendor(),
		teamwork.Vendor(),
		truto.Vendor(),
		zendesk.Vendor(),
		zoom.Vendor(),
	}
}
