package providertest

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/providers"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing them")

// Open opens a configuration or fails the test.
func Open(t testing.TB, c providers.Config, o providers.Options) *providers.Source {
	t.Helper()
	source, err := c.Open(o)
	require.NoError(t, err)
	return source
}

// Stream returns the stream of that name or fails the test.
func Stream(t testing.TB, s *providers.Source, name string) providers.Stream {
	t.Helper()
	for _, stream := range s.Streams {
		if stream.Name == name {
			return stream
		}
	}
	require.Failf(t, "no such stream", "%q", name)
	return providers.Stream{}
}

// Golden fetches every page dir/*.json through the stream's Fetch, decodes its
// events and compares them with dir/*.yaml. Run the test with -update to write
// the golden files, then read them beside the vendor's documentation.
func Golden(t *testing.T, stream providers.Stream, dir string) {
	t.Helper()
	GoldenWith(t, stream, dir, func(body string) *Client { return Body(body, http.Header{}) })
}

// GoldenWith is Golden for a Fetch that makes several requests: client returns the
// client that serves a page.
func GoldenWith(t *testing.T, stream providers.Stream, dir string, client func(body string) *Client) {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, pages, "no pages in %s", dir)
	for _, page := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(page), ".json"), func(t *testing.T) {
			body, err := os.ReadFile(page)
			require.NoError(t, err)
			got := decodePage(t, stream, client(string(body)), string(body))
			want := strings.TrimSuffix(page, ".json") + ".yaml"
			if *update {
				out, err := yaml.Marshal(got)
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(want, out, 0o600))
				return
			}
			expected, err := os.ReadFile(want)
			require.NoError(t, err)
			out, err := yaml.Marshal(got)
			require.NoError(t, err)
			assert.Equal(t, string(expected), string(out))
		})
	}
}

func decodePage(t *testing.T, stream providers.Stream, client *Client, body string) []Fields {
	t.Helper()
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	page, err := stream.Fetch(t.Context(), client, providers.Query{
		Since: now.AddDate(0, -6, 0), Until: now, Now: now, PageSize: stream.PageSize,
	})
	require.NoError(t, err)
	require.NotEmpty(t, page.Events, "the page has no events")
	var out []Fields
	for _, e := range page.Events {
		assert.Contains(t, body, e.Raw, "raw bytes are not as received")
		out = append(out, FieldsOf(stream.Decode(e)))
	}
	return out
}

// Fields is an activity as a golden file shows it.
type Fields map[string]string

// FieldsOf lists the fields that are set, and the error.
func FieldsOf(a providers.Activity, err error) Fields {
	g := Fields{}
	set := func(k, v string) {
		if v != "" {
			g[k] = v
		}
	}
	set("id", a.ID)
	set("identity", a.Identity)
	set("action", string(a.Action))
	set("action_raw", a.RawAction)
	set("outcome", string(a.Outcome))
	set("severity", a.Severity.Text)
	set("actor.type", string(a.Actor.Type))
	set("actor.id", a.Actor.ID)
	set("actor.email", a.Actor.Email)
	set("actor.login", a.Actor.Login)
	set("actor.name", a.Actor.Name)
	set("actor.app_id", a.Actor.AppID)
	set("actor.app_name", a.Actor.AppName)
	set("context.ip", a.Context.IP)
	set("context.user_agent", a.Context.UserAgent)
	set("context.authentication_method", a.Context.AuthMethod)
	set("context.session_id", a.Context.SessionID)
	set("entity.id", a.Entity.ID)
	set("entity.type", a.Entity.Type)
	set("entity.name", a.Entity.Name)
	set("organization", a.Organization)
	set("group", a.Group)
	set("created_at_raw", a.CreatedAtRaw)
	set("description", a.Description)
	if !a.CreatedAt.IsZero() {
		g["created_at"] = a.CreatedAt.Format(time.RFC3339Nano)
	}
	if err != nil {
		g["error"] = err.Error()
	}
	return g
}
