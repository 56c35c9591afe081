package browserstack

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		want   providers.Class
		text   string
	}{
		"wrong key":           {401, "HTTP Basic: Access denied.\n", providers.Unauthorized, "or the key was recycled"},
		"role or plan":        {403, `{"message":"no access"}`, providers.Denied, "no access (needed: the Enterprise plan"},
		"API not enabled":     {404, `<html>nginx</html>`, providers.Denied, "needed: the Enterprise plan, the role Owner"},
		"bad date":            {400, `{"error":"bad date"}`, providers.Denied, "bad date (the range of days"},
		"bad date, otherwise": {422, `{"errors":[{"message":"bad date"}]}`, providers.Denied, "bad date (the range of days"},
		"rate limit":          {429, ``, providers.Throttled, ""},
		"outage":              {502, `<html>`, providers.Transient, "HTTP 502"},
		"a page with 200":     {200, `<!DOCTYPE html>`, providers.Transient, "not JSON"},
		"no list":             {200, `{"message":"hello"}`, providers.Transient, "no list of events"},
		"a number":            {200, `7`, providers.Transient, "no list of events"},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := open(t, nil, providers.Options{})
			_, err := stream.Fetch(t.Context(), providertest.Refuse(source, tt.status, nil, tt.body), today())
			require.Error(t, err)
			assert.Equal(t, tt.want, providers.ClassOf(err))
			assert.Contains(t, err.Error(), tt.text)
		})
	}
}

// The catalogue tells a changed path from an API that is not enabled.
func TestChangedPath(t *testing.T) {
	source, stream := open(t, nil, providers.Options{})
	client := &providertest.Client{}
	client.Answer = func(r providers.Request) (*providers.Response, error) {
		resp := &providers.Response{Status: http.StatusNotFound, Header: http.Header{}, Body: "<html>"}
		if r.Path == catalogue {
			resp.Status, resp.Body = http.StatusOK, `{"activities":{}}`
		}
		if err := providertest.Classified(source, resp); err != nil {
			return nil, err
		}
		return resp, nil
	}
	_, err := stream.Fetch(t.Context(), client, today())
	assert.Equal(t, providers.Denied, providers.ClassOf(err))
	assert.ErrorContains(t, err, "set logs_path")
	assert.Len(t, client.Requests(), 2)
}
