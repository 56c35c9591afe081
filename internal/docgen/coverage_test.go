package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/providers/all"
)

// least is what each provider must fill, whatever else it can: id, action, actor,
// context, created_at, description, entity, entity_type, organization. Vendors that
// are not listed are bound by their golden files alone.
const least = `
airtable                id action actor context created_at
asana                   id action actor context created_at entity entity_type organization
atlassian               id action actor context created_at description organization
azure_active_directory  id action actor context created_at description entity entity_type
box                     id action actor created_at entity entity_type
browserstack            id action actor context created_at description
confluence              id actor context created_at description entity_type
confluence_on_prem      id actor context created_at description entity_type
dropbox_business        id action actor context created_at
figma                   id action actor context created_at entity entity_type organization
github                  id action actor created_at organization
hubspot                 id action actor context created_at entity
intercom                id action actor context created_at
jira                    id actor context created_at description entity entity_type
jira_service_management id actor context created_at description entity entity_type
microsoft_365           id action actor context created_at description entity entity_type
okta                    id action actor context created_at
onelogin                id action actor context created_at
salesforce              id action actor context created_at
slack                   id action actor context created_at
teamwork                id action actor created_at description entity entity_type organization
zendesk                 id action actor context created_at description entity entity_type
zoom                    action actor context created_at description
`

// withoutID are vendors whose events have no id, nor fields that make one: there the
// unified id is log.record.uid alone.
var withoutID = []string{"confluence", "confluence_on_prem"}

func TestEveryProviderFillsTheLeast(t *testing.T) {
	fields := map[string]filled{}
	for _, f := range summary() {
		fields[f.name] = f
	}
	must := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(least)) {
		words := strings.Fields(line)
		must[words[0]] = words[1:]
	}
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			v, err := readVendor(p, filepath.Join(root, "providers", p.Key, "testdata"))
			require.NoError(t, err)
			for _, name := range must[p.Key] {
				f, ok := fields[name]
				require.True(t, ok, name)
				if name == "id" && slices.Contains(withoutID, p.Key) {
					assert.False(t, v.fills(f), "has an id: do not list it as without one")
					f = by(name, schema.UID)
				}
				assert.True(t, v.fills(f), "no golden record fills %s", name)
			}
			delete(must, p.Key)
		})
	}
	assert.Empty(t, must, "listed, but no provider")
}
