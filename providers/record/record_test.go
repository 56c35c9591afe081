package record_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

func TestEventsKeepBytesAsReceived(t *testing.T) {
	body := `{"list":[{"id":9007199254740993, "b" : "ü"},{"id":"2"}]}`
	parsed, err := record.Body(body)
	require.NoError(t, err)
	events, err := record.Events(parsed.Get("list"))
	require.NoError(t, err)
	assert.Equal(t, []providers.Event{{Raw: `{"id":9007199254740993, "b" : "ü"}`}, {Raw: `{"id":"2"}`}}, events)
	assert.Equal(t, "9007199254740993", record.Path(gjson.Parse(events[0].Raw), "id"))
}

func TestBodyRefusesWhatIsNoJSON(t *testing.T) {
	for name, body := range map[string]string{"empty": "", "html": "<html>login</html>", "cut": `{"list":[{"id":`} {
		t.Run(name, func(t *testing.T) {
			_, err := record.Body(body)
			require.Error(t, err)
			assert.Equal(t, providers.Transient, providers.ClassOf(err))
		})
	}
}

func TestEventsOfSomethingElse(t *testing.T) {
	for name, tt := range map[string]struct {
		json string
		fail bool
	}{"absent": {`{}`, false}, "null": {`{"list":null}`, false}, "object": {`{"list":{"a":1}}`, true}, "text": {`{"list":"x"}`, true}} {
		t.Run(name, func(t *testing.T) {
			events, err := record.Events(gjson.Parse(tt.json).Get("list"))
			assert.Empty(t, events)
			assert.Equal(t, tt.fail, err != nil)
		})
	}
}

func TestIP(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"203.0.113.7":          "203.0.113.7",
		"203.0.113.7:443":      "203.0.113.7",
		"[2001:db8::1]:51512":  "2001:db8::1",
		"[203.0.113.7]":        "203.0.113.7",
		"::ffff:203.0.113.7":   "203.0.113.7",
		"fe80::1%eth0":         "fe80::1",
		" 203.0.113.7 ":        "203.0.113.7",
		"null":                 "",
		"host.example.com":     "",
		"203.0.113.7, 1.1.1.1": "",
	} {
		assert.Equal(t, want, record.IP(in), in)
	}
}

func TestEpoch(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for name, tt := range map[string]struct {
		json string
		read func(gjson.Result) (time.Time, bool)
		want time.Time
		ok   bool
	}{
		"seconds as number":      {`1772600767`, record.Seconds, at, true},
		"seconds as text":        {`"1772600767"`, record.Seconds, at, true},
		"seconds with fraction":  {`1772600767.5`, record.Seconds, at.Add(500 * time.Millisecond), true},
		"milliseconds":           {`1772600767123`, record.Millis, at.Add(123 * time.Millisecond), true},
		"null":                   {`null`, record.Seconds, time.Time{}, false},
		"words":                  {`"soon"`, record.Seconds, time.Time{}, false},
		"too large to be a time": {`99999999999999999`, record.Seconds, time.Time{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := tt.read(gjson.Parse(tt.json))
			assert.Equal(t, tt.ok, ok)
			if ok {
				assert.Equal(t, tt.want, got)
			}
		})
	}
}

func TestTime(t *testing.T) {
	got, ok := record.Time("2026-03-04T05:06:07.123456789+02:00")
	assert.True(t, ok)
	assert.Equal(t, time.Date(2026, 3, 4, 3, 6, 7, 123456789, time.UTC), got)
	got, ok = record.Time("2026-03-04 05:06:07", "2006-01-02T15:04:05", "2006-01-02 15:04:05")
	assert.True(t, ok)
	assert.Equal(t, time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), got)
	_, ok = record.Time("yesterday")
	assert.False(t, ok)
}

func TestEmail(t *testing.T) {
	for in, want := range map[string]string{"jane@example.com": "jane@example.com", "jane": "", "@x": "", "x@": "", "a b@c.d": ""} {
		assert.Equal(t, want, record.Email(in), in)
	}
}
