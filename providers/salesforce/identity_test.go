package salesforce

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func signIns(users ...string) string {
	rows := make([]string, len(users))
	for i, u := range users {
		rows[i] = fmt.Sprintf(`{"Id":"0Ya%d","UserId":%q}`, i, u)
	}
	return `{"done":true,"records":[` + strings.Join(rows, ",") + `]}`
}

// Without the permission the vendor shows the caller's own rows and says nothing.
func TestOwnRowsOnlyWarns(t *testing.T) {
	const other = "0055g00000OtHeRAAV"
	for name, tt := range map[string]struct {
		pages  []string
		filter providers.Filter
		want   int
	}{
		"own":                     {[]string{signIns(callerID, callerID, callerID)}, providers.Filter{}, 1},
		"own, page by page":       {[]string{signIns(callerID, callerID), signIns(callerID, callerID, callerID)}, providers.Filter{}, 1},
		"few":                     {[]string{signIns(callerID, callerID)}, providers.Filter{}, 0},
		"few, read again":         {[]string{signIns(callerID, callerID), signIns(callerID, callerID)}, providers.Filter{}, 0},
		"one user, another":       {[]string{signIns(other, other, other, other)}, providers.Filter{}, 0},
		"others among them":       {[]string{signIns(callerID, callerID, callerID, other)}, providers.Filter{}, 0},
		"others before":           {[]string{signIns(other), signIns(callerID, callerID, callerID)}, providers.Filter{}, 0},
		"nobody":                  {[]string{signIns()}, providers.Filter{}, 0},
		"asked for by the filter": {[]string{signIns(callerID, callerID, callerID)}, providers.Filter{ActorIDs: []string{callerID}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			stream := open(t, nil, providers.Options{Filter: tt.filter}).Streams[0]
			var warnings []string
			for _, body := range tt.pages {
				page, err := stream.Fetch(t.Context(), org(body), providers.Query{PageSize: 2000})
				require.NoError(t, err)
				warnings = append(warnings, page.Warnings...)
			}
			require.Len(t, warnings, tt.want)
			for _, w := range warnings {
				assert.Contains(t, w, callerID)
				assert.Contains(t, w, "grant Monitor Login History")
			}
		})
	}
}

// One event must not go out once with and once without its organization.
func TestIdentity(t *testing.T) {
	body := signIns(callerID)
	for name, tt := range map[string]struct {
		answer *providers.Response
		class  providers.Class
		org    string
		asked  int // how often, for two pages
	}{
		"told":           {answer: &providers.Response{Status: 200, Body: `{"identity":"https://login.salesforce.com/id/` + orgID + "/" + callerID + `"}`}, org: orgID, asked: 1},
		"not told":       {answer: &providers.Response{Status: 200, Body: `{"query":"/q"}`}, asked: 1},
		"another form":   {answer: &providers.Response{Status: 200, Body: `{"identity":"https://acme.my.salesforce.com/me"}`}, asked: 1},
		"denied":         {answer: &providers.Response{Status: 403, Body: `[{"errorCode":"INSUFFICIENT_ACCESS"}]`}, asked: 1},
		"outage":         {answer: &providers.Response{Status: 503}, class: providers.Transient, asked: 2},
		"limit":          {answer: &providers.Response{Status: 403, Body: `[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]`}, class: providers.Throttled, asked: 2},
		"a page of HTML": {answer: &providers.Response{Status: 200, Body: `<html>`}, class: providers.Transient, asked: 2},
	} {
		t.Run(name, func(t *testing.T) {
			source, asked := open(t, nil, providers.Options{}), 0
			client := &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
				if r.Path != "/services/data/v60.0/" {
					return &providers.Response{Status: 200, Body: body}, nil
				}
				asked++
				if tt.answer.Status >= 300 {
					return nil, providertest.Classified(source, tt.answer)
				}
				return tt.answer, nil
			}}
			for range 2 {
				page, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{PageSize: 2000})
				if tt.class != providers.Unclassified {
					assert.Equal(t, tt.class, providers.ClassOf(err))
					continue
				}
				require.NoError(t, err)
				a, _ := source.Streams[0].Decode(page.Events[0])
				assert.Equal(t, tt.org, a.Organization)
			}
			assert.Equal(t, tt.asked, asked)
		})
	}
}
