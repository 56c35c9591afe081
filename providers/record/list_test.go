package record_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

func TestList(t *testing.T) {
	for name, tt := range map[string]struct {
		body, path string
		want       []providers.Event
		fail       string // part of the error
	}{
		"the body":        {`[{"a": 1},{"b":2}]`, "", []providers.Event{{Raw: `{"a": 1}`}, {Raw: `{"b":2}`}}, ""},
		"a member":        {`{"meta":{"list":[{"a": 1}]},"next":"x"}`, "meta.list", []providers.Event{{Raw: `{"a": 1}`}}, ""},
		"an empty list":   {`{"list":[]}`, "list", nil, ""},
		"no list":         {`{"other":[]}`, "list", nil, `list is missing in "{\"other\":[]}"`},
		"null":            {`{"list":null}`, "list", nil, "list is missing"},
		"another type":    {`{"list":{}}`, "list", nil, "list is missing"},
		"an object":       {`{"a":1}`, "", nil, "a list was expected"},
		"a log-in page":   {`<html>`, "", nil, "not JSON"},
		"cut in the list": {`{"list":[{"a":1},`, "list", nil, "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			body, events, err := record.List(tt.body, tt.path)
			assert.Equal(t, tt.want, events)
			if tt.fail == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.body, body.Raw)
				return
			}
			require.ErrorContains(t, err, tt.fail)
			assert.Equal(t, providers.Transient, providers.ClassOf(err))
		})
	}
}
