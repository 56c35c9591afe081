package jiraservicemanagement_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

// One site has one log: the receiver warns of two readers by the shared name, and
// the vendor counts the requests of both.
func TestTheLogIsSharedWithJira(t *testing.T) {
	sources := map[string]*providers.Source{}
	for _, p := range all.Providers() {
		if p.Key != "jira" && p.Key != "jira_service_management" {
			continue
		}
		c, o := p.Example()
		source, err := c.Open(o)
		require.NoError(t, err)
		sources[p.Key] = source
	}
	jira, own := sources["jira"], sources["jira_service_management"]
	one := strings.NewReplacer("acme-help.", "acme.") // the examples are of two sites
	assert.NotEmpty(t, own.Shares)
	assert.Equal(t, jira.Shares, one.Replace(own.Shares))
	require.Len(t, own.Budgets, 1)
	assert.Equal(t, jira.Budgets[0].Share, one.Replace(own.Budgets[0].Share))
	assert.Equal(t, jira.Streams[0].Traits, own.Streams[0].Traits)
}
