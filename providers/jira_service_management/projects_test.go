package jiraservicemanagement

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

// at returns a time of the tests' day.
func at(d time.Duration) time.Time {
	return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).Add(d)
}

// site is a Jira site with a log and a list of projects that tests change.
type site struct {
	mu       sync.Mutex
	rows     string
	projects []string // pages
	date     time.Time
	fail     error // of the look-up
	asked    int   // look-ups
}

func (s *site) client() *providertest.Client {
	return &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if strings.HasSuffix(r.Path, "/auditing/record") {
			return &providers.Response{Status: 200, Header: http.Header{}, Body: `{"limit":1000,"records":[` + s.rows + `]}`}, nil
		}
		page := 0
		for _, kv := range r.Query {
			if kv.Key == "startAt" && kv.Value != "0" {
				page = 1
			}
		}
		if page == 0 {
			s.asked++
		}
		header := http.Header{}
		if !s.date.IsZero() {
			header.Set("Date", s.date.Format(http.TimeFormat))
		}
		return &providers.Response{Status: 200, Header: header, Body: s.projects[page]}, s.fail
	}}
}

func narrow(projects ...string) func(*Config) {
	return func(c *Config) { c.Rows, c.Projects = serviceRows, projects }
}

func fetchAt(t *testing.T, stream providers.Stream, c providers.Client, now time.Time) providers.Page {
	t.Helper()
	page, err := stream.Fetch(t.Context(), c, providers.Query{Since: now.Add(-time.Hour), Until: now, Now: now, PageSize: 1000})
	require.NoError(t, err)
	return page
}

func projectRow(id string, created time.Time) string {
	return `{"summary":"Project updated","created":"` + created.Format("2006-01-02T15:04:05.000-0700") + `","objectItem":{"id":"` + id + `","typeName":"PROJECT"}}`
}

const one = `{"isLast":true,"values":[{"id":"10041","key":"HELP"}]}`

func TestWhichRowsAreKept(t *testing.T) {
	for name, tt := range map[string]struct {
		row  string
		want bool
	}{
		"service project":            {`{"objectItem":{"id":"10041","typeName":"PROJECT"}}`, true},
		"service project associated": {`{"objectItem":{"id":"1","typeName":"SCHEME"},"associatedItems":[{"id":"7","typeName":"PROJECT"},{"id":"10041","typeName":"PROJECT"}]}`, true},
		"id as a number":             {`{"objectItem":{"id":10041,"typeName":"PROJECT"}}`, true},
		"other project":              {`{"objectItem":{"id":"10300","typeName":"PROJECT"}}`, false},
		"its id on something else":   {`{"objectItem":{"id":"10041","typeName":"SCHEME"}}`, false},
		"portal customer":            {`{"objectItem":{"id":"qm:1:2","typeName":"USER"}}`, true},
		"portal customer associated": {`{"associatedItems":[{"id":"qm:1:2","typeName":"USER"}]}`, true},
		"directory user":             {`{"objectItem":{"id":"ug:1","typeName":"USER"}}`, false},
		"portal author alone":        {`{"authorKey":"qm:1","summary":"User updated"}`, false},
		"request type":               {`{"summary":"Request type created"}`, true},
		"customer":                   {`{"summary":"customer permissions CHANGED"}`, true},
		"custom email channel":       {`{"summary":"Custom email channel turned off"}`, true},
		"cloud email":                {`{"summary":" Cloud Email settings created"}`, true},
		"custom field":               {`{"summary":"Custom field created"}`, false},
		"customers, another word":    {`{"summary":"Customerless change"}`, false},
		"nothing of all that":        {`{"summary":"Global permission added"}`, false},
		"no row at all":              {`"garbage"`, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, narrow(), providers.Options{})
			s := &site{rows: tt.row, projects: []string{one}}
			page := fetchAt(t, stream, s.client(), at(0))
			if tt.want {
				require.Len(t, page.Events, 1)
				assert.Equal(t, tt.row, page.Events[0].Raw)
				assert.Zero(t, page.Filtered)
			} else {
				assert.Empty(t, page.Events)
				assert.Equal(t, 1, page.Filtered)
			}
		})
	}
}

func TestLookUpRequests(t *testing.T) {
	_, stream := open(t, func(c *Config) { narrow()(c); c.CloudID = "3d1f0a52-6b7c-4d8e-9f01-23456789abcd" }, providers.Options{})
	s := &site{rows: projectRow("10042", at(0)), projects: []string{
		`{"isLast":false,"values":[{"id":"10041","key":"HELP"},{"id":"10043","key":"HR"}]}`,
		`{"isLast":true,"values":[{"id":"10042","key":"OPS"}]}`,
	}}
	client := s.client()
	page := fetchAt(t, stream, client, at(time.Minute))
	assert.Len(t, page.Events, 1, "a project of the second page")
	requests := client.Requests()
	require.Len(t, requests, 3)
	for i, start := range []string{"0", "2"} {
		assert.Equal(t, "/ex/jira/3d1f0a52-6b7c-4d8e-9f01-23456789abcd/rest/api/3/project/search", requests[i].Path)
		assert.Equal(t, providers.Params{{Key: "typeKey", Value: "service_desk"}, {Key: "startAt", Value: start}, {Key: "maxResults", Value: "50"}}, requests[i].Query)
	}
	assert.Equal(t, "/ex/jira/3d1f0a52-6b7c-4d8e-9f01-23456789abcd/rest/api/3/auditing/record", requests[2].Path)
}

func TestTheLookUpServesAnHour(t *testing.T) {
	_, stream := open(t, narrow(), providers.Options{})
	s := &site{projects: []string{one}}
	c := s.client()
	for _, now := range []time.Duration{0, time.Minute, time.Hour - 1} {
		fetchAt(t, stream, c, at(now))
		assert.Equal(t, 1, s.asked)
	}
	fetchAt(t, stream, c, at(time.Hour))
	assert.Equal(t, 2, s.asked)
}

func TestADeletedProjectIsKnownOn(t *testing.T) {
	_, stream := open(t, narrow(), providers.Options{})
	s := &site{projects: []string{one}}
	c := s.client()
	fetchAt(t, stream, c, at(0))
	s.projects = []string{`{"isLast":true,"values":[]}`}
	s.rows = projectRow("10041", at(90*time.Minute))
	page := fetchAt(t, stream, c, at(2*time.Hour))
	assert.Equal(t, 2, s.asked)
	assert.Len(t, page.Events, 1)
}

func TestANewProjectLosesNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		created time.Duration // of the row
		date    time.Duration // the vendor's clock at the first look-up; 0: not told
		asked   int
	}{
		"created since":                     {time.Minute, 0, 2},
		"created while the list was behind": {-4 * time.Minute, 0, 2},
		"created long before":               {-6 * time.Minute, 0, 1},
		"our clock is ahead":                {-6 * time.Minute, -30 * time.Minute, 2},
		"our clock is behind":               {time.Minute, 30 * time.Minute, 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := open(t, narrow(), providers.Options{})
			s := &site{projects: []string{one}}
			if tt.date != 0 {
				s.date = at(tt.date)
			}
			c := s.client()
			fetchAt(t, stream, c, at(0))
			s.projects = []string{`{"isLast":true,"values":[{"id":"10041","key":"HELP"},{"id":"10099","key":"NEW"}]}`}
			s.rows = projectRow("10099", at(tt.created)) + `,` + projectRow("10041", at(tt.created))
			page := fetchAt(t, stream, c, at(2*time.Minute))
			assert.Equal(t, tt.asked, s.asked)
			assert.Len(t, page.Events, tt.asked)
			assert.Equal(t, 2-tt.asked, page.Filtered)
		})
	}
}

func TestAFailedLookUpDropsNothing(t *testing.T) {
	_, stream := open(t, narrow(), providers.Options{})
	s := &site{projects: []string{one}, rows: projectRow("10041", at(0))}
	c := s.client()
	fetchAt(t, stream, c, at(0))
	s.fail = &providers.Error{Class: providers.Transient, Status: 502}
	_, err := stream.Fetch(t.Context(), c, providers.Query{Now: at(2 * time.Hour), PageSize: 1000})
	assert.ErrorIs(t, err, s.fail)
	s.fail = nil
	assert.Len(t, fetchAt(t, stream, c, at(2*time.Hour)).Events, 1)
}

func TestConfiguredProjects(t *testing.T) {
	rows := projectRow("10041", at(-time.Hour)) + `,` + projectRow("10043", at(-time.Hour)) + `,` + projectRow("10300", at(-time.Hour))
	list := []string{`{"isLast":true,"values":[{"id":"10041","key":"HELP"},{"id":"10043","key":"HR"}]}`}
	for name, tt := range map[string]struct {
		projects []string
		kept     int
		asked    int
		warning  string
	}{
		"none: every service project": {nil, 2, 1, ""},
		"ids need no look-up":         {[]string{"10300"}, 1, 0, ""},
		"a key, in any case":          {[]string{"hr"}, 1, 1, ""},
		"a key and an id":             {[]string{"HELP", "10300"}, 2, 1, ""},
		"a key of nothing":            {[]string{"NOPE", "10300"}, 1, 1, "NOPE is not among the service projects"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, narrow(tt.projects...), providers.Options{})
			s := &site{rows: rows, projects: list}
			page := fetchAt(t, stream, s.client(), at(0))
			assert.Len(t, page.Events, tt.kept)
			assert.Equal(t, 3-tt.kept, page.Filtered)
			assert.Equal(t, tt.asked, s.asked)
			assert.Equal(t, tt.asked > 0, strings.Contains(source.Streams[0].Grant, "read:project:jira"))
			if tt.warning == "" {
				assert.Empty(t, page.Warnings)
			} else {
				assert.Contains(t, strings.Join(page.Warnings, "\n"), tt.warning)
			}
		})
	}
}

func TestAListWithoutEnd(t *testing.T) {
	_, stream := open(t, narrow(), providers.Options{})
	values := strings.TrimSuffix(strings.Repeat(`{"id":"1","key":"A"},`, pageSize), ",")
	s := &site{projects: []string{`{"values":[` + values + `]}`, `{"values":[` + values + `]}`}}
	_, err := stream.Fetch(t.Context(), s.client(), providers.Query{Now: at(0), PageSize: 1000})
	assert.ErrorContains(t, err, "does not end")
	s.projects[1] = `{"values":[]}`
	_, err = stream.Fetch(t.Context(), s.client(), providers.Query{Now: at(0), PageSize: 1000})
	assert.NoError(t, err, "an empty page is the end when isLast is missing")
}

// Windows are read in parallel, so the set is shared.
func TestParallelWindows(t *testing.T) {
	_, stream := open(t, narrow(), providers.Options{})
	s := &site{projects: []string{one}, rows: projectRow("10041", at(0)) + `,` + projectRow("10300", at(0))}
	c := s.client()
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			page, err := stream.Fetch(t.Context(), c, providers.Query{Now: at(time.Duration(i) * time.Minute), PageSize: 1000})
			assert.NoError(t, err)
			assert.Len(t, page.Events, 1)
			assert.Equal(t, 1, page.Filtered)
		})
	}
	group.Wait()
}
