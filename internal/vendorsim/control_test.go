package vendorsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// steer posts an order to the control handler.
func steer(t *testing.T, c *http.Client, path, body string) (int, string) {
	t.Helper()
	res := do(t, c, request(t, http.MethodPost, "http://control.test/_sim/"+path, body))
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text)
}

func TestControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		control := &http.Client{Transport: vendorsim.RoundTripper(vendorsim.Control(w))}
		order := func(path, body string) {
			t.Helper()
			status, text := steer(t, control, path, body)
			require.Equal(t, 204, status, text)
		}
		vendor := clientOf(w)

		order("faults", `{"vendor":"acme","kind":"forbidden","rate":1}`)
		assert.Equal(t, "403", outcome(t, vendor, "http://acme.test/events"))
		order("heal", `{}`)
		order("faults", `{"kind":"internal","next":1,"path":"/events"}`)
		assert.Equal(t, "500", outcome(t, vendor, "http://acme.test/events"))
		order("faults", `{"kind":"harmless","rate":0.25}`)
		assert.InDelta(t, 0.25, w.Faults.Rates()[vendorsim.Throttled], 0)
		order("heal", `{}`)

		order("emit", `{"stream":"events","count":3}`)
		order("emit", `{"late":"5m"}`)
		assert.Len(t, w.Between("events", vendorsim.Query{}), 3)
		time.Sleep(5 * time.Minute) // fake time
		assert.Len(t, w.Between("events", vendorsim.Query{}), 4)

		order("knob", `{"name":"shout","value":"true"}`)
		assert.True(t, w.On("shout"))
		order("skew", `{"by":"-90s"}`)
		assert.Equal(t, 90*time.Second, w.Now().Sub(w.ServerTime()))
		order("limits", `{"scale":0.5}`)
		assert.Equal(t, 5, w.Take("c", vendorsim.Limit{Requests: 10, Per: time.Minute}, 1).Limit)

		cursor, token := w.Cursor("events", vendorsim.Position{}), w.Issue(vendorsim.Token{})
		order("expire", `{"what":"cursors"}`)
		order("expire", `{"what":"tokens"}`)
		assert.Equal(t, "410", outcome(t, vendor, "http://acme.test/events?cursor="+cursor))
		_, err := w.CheckToken(request(t, http.MethodGet, "http://acme.test/me", ""), token)
		assert.ErrorIs(t, err, vendorsim.ErrOldToken)
	})
}

func TestControlTells(t *testing.T) {
	w := newWorld(1)
	rows := w.EmitEach("events", 3, time.Now().Add(-time.Minute), time.Second)
	fetch(t, clientOf(w), "http://acme.test/nowhere")
	control := &http.Client{Transport: vendorsim.RoundTripper(vendorsim.Control(w))}

	var truth map[string]map[string]vendorsim.StreamTruth
	_, _, body := fetch(t, control, "http://control.test/_sim/truth?vendor=acme&ids=true")
	require.NoError(t, json.Unmarshal([]byte(body), &truth))
	assert.Equal(t, map[string]map[string]vendorsim.StreamTruth{"acme": {"events": {3, vendorsim.IDs(rows)}, "seconds": {}}}, truth)
	_, _, body = fetch(t, control, "http://control.test/_sim/truth")
	assert.JSONEq(t, `{"acme":{"events":{"count":3},"seconds":{"count":0}}}`, body)

	var violations map[string][]vendorsim.Violation
	_, _, body = fetch(t, control, "http://control.test/_sim/violations")
	require.NoError(t, json.Unmarshal([]byte(body), &violations))
	require.Len(t, violations["acme"], 1)
	assert.Equal(t, "GET /nowhere", violations["acme"][0].Request)

	var requests map[string][]vendorsim.Request
	_, _, body = fetch(t, control, "http://control.test/_sim/requests?vendor=acme")
	require.NoError(t, json.Unmarshal([]byte(body), &requests))
	require.Len(t, requests["acme"], 1)
	assert.Equal(t, 404, requests["acme"][0].Status)
}

func TestControlRefuses(t *testing.T) {
	w := newWorld(1)
	control := &http.Client{Transport: vendorsim.RoundTripper(vendorsim.Control(w))}
	for name, tt := range map[string]struct{ path, body, want string }{
		"unknown vendor": {"heal", `{"vendor":"nobody"}`, "nobody"},
		"unknown field":  {"heal", `{"vender":"acme"}`, "vender"},
		"no JSON":        {"heal", `heal`, "invalid"},
		"unknown fault":  {"faults", `{"kind":"sloth","rate":1}`, "harmless"},
		"unknown stream": {"emit", `{"stream":"x"}`, `no stream`},
		"bad lateness":   {"emit", `{"late":"soon"}`, "soon"},
		"unknown knob":   {"knob", `{"name":"x"}`, "there are shout"},
		"nothing to end": {"expire", `{"what":"all"}`, "cursors or tokens"},
		"no scale":       {"limits", `{}`, "above 0"},
		"bad skew":       {"skew", `{"by":"a lot"}`, "a lot"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := steer(t, control, tt.path, tt.body)
			assert.Equal(t, 400, status)
			assert.Contains(t, body, tt.want)
		})
	}
	status, _, _ := fetch(t, clientOf(w), "http://acme.test/_sim/truth")
	assert.Equal(t, 404, status, "never on the vendor's handler")
}
