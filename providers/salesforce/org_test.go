package salesforce

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/internal/vendorsim"
	simulator "github.com/otelactivity/otelactivity/internal/vendorsim/salesforce"
	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

// simulated is a simulated org and what reads it.
type simulated struct {
	*testing.T
	world  *vendorsim.World
	client *vendorhttp.Client
	source *providers.Source
}

// newSimulated opens a source of an org with knobs turned, in pairs.
func newSimulated(t *testing.T, set func(*Config), knobs ...string) *simulated {
	t.Helper()
	w := vendorsim.NewWorld(simulator.Vendor(), vendorsim.Options{Seed: 3})
	for i := 0; i < len(knobs); i += 2 {
		require.NoError(t, w.SetKnob(knobs[i], knobs[i+1]))
	}
	s := &simulated{T: t, world: w}
	s.reader(set)
	return s
}

// reader opens another source of the org.
func (s *simulated) reader(set func(*Config)) {
	s.Helper()
	entry := simulator.Vendor().Config(host.Endpoint)
	s.source = open(s.T, func(c *Config) {
		c.ClientID, c.ClientSecret = entry["client_id"].(string), providers.Secret(entry["client_secret"].(string))
		if set != nil {
			set(c)
		}
	}, providers.Options{})
	var err error
	s.client, err = vendorhttp.New(vendorhttp.Settings{Instance: "salesforce", Source: s.source, HTTP: &http.Client{Transport: vendorsim.RoundTripper(s.world.Handler())}})
	require.NoError(s, err)
}

// harvest is what a window brought.
type harvest struct {
	activities []providers.Activity
	skipped    []providers.Skip
	warnings   []string
}

func (h harvest) ids() []string {
	var ids []string
	for _, a := range h.activities {
		ids = append(ids, a.ID)
	}
	slices.Sort(ids)
	return ids
}

// read reads the last days of a stream to their end, with all branches.
func (s *simulated) read(name string) (harvest, error) {
	s.Helper()
	stream, now := providertest.Stream(s.T, s.source, name), s.world.Now()
	var h harvest
	for cursors := []string{""}; len(cursors) > 0; {
		p, err := stream.Fetch(s.Context(), s.client, providers.Query{Since: now.Add(-5 * day), Until: now.Add(time.Second), Now: now, PageSize: stream.PageSize, Cursor: cursors[0]})
		if err != nil {
			return h, err
		}
		for _, e := range p.Events {
			a, err := stream.Decode(e)
			require.NoError(s, err, e.Raw)
			h.activities = append(h.activities, a)
		}
		h.skipped, h.warnings = append(h.skipped, p.Skipped...), append(h.warnings, p.Warnings...)
		cursors = append(cursors[1:], p.Branches...)
		if p.More {
			cursors = append([]string{p.Next}, cursors...)
		}
	}
	assert.Empty(s, s.world.Violations())
	return h, nil
}

func daily(c *Config) { c.ELFInterval = "daily" }

// The same events come from files of either interval under the same ids, and whether
// or not the interval may be seen.
func TestIntervalsAgree(t *testing.T) {
	for _, hidden := range []string{"", "Interval"} {
		t.Run("hidden "+hidden, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSimulated(t, nil, "hide_field", hidden, "file_delay", "4h")
				s.world.EmitEach(streamFiles, 200, time.Now().Add(-6*time.Hour), time.Minute)
				early, err := s.read(streamFiles)
				require.NoError(t, err)
				assert.NotEmpty(t, early.activities)
				assert.Less(t, len(early.activities), 100, "files come hours after their events")
				time.Sleep(36 * time.Hour) // fake time: the night after the next one
				hourly, err := s.read(streamFiles)
				require.NoError(t, err)
				assert.Greater(t, len(hourly.activities), 120)
				s.reader(daily)
				byDay, err := s.read(streamFiles)
				require.NoError(t, err)
				assert.Equal(t, hourly.ids(), byDay.ids())
				assert.Len(t, slices.Compact(hourly.ids()), len(hourly.activities))
			})
		})
	}
}

func TestRowsOfOneTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, daily, "one_transaction", "true")
		s.world.EmitEach(streamFiles, 50, time.Now().Add(-48*time.Hour), time.Second)
		h, err := s.read(streamFiles)
		require.NoError(t, err)
		require.Greater(t, len(h.activities), 20)
		assert.Len(t, slices.Compact(h.ids()), len(h.activities), "equal ids of a file are numbered")
	})
}

func TestPurgedFilesOfAnOrg(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, nil, "purged", "true")
		s.world.EmitEach(streamFiles, 20, time.Now().Add(-time.Hour), time.Second)
		h, err := s.read(streamFiles)
		require.NoError(t, err)
		assert.Empty(t, h.activities)
		assert.NotEmpty(t, h.skipped)
	})
}

func TestAnOrgThatHidesFields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for stream, field := range map[string]string{streamLogins: "LoginGeoId", streamSetup: "CreatedByContext", streamFiles: "ApiVersion"} {
			s := newSimulated(t, nil, "hide_field", field)
			s.world.EmitEach(stream, 20, time.Now().Add(-time.Hour), time.Second)
			h, err := s.read(stream)
			require.NoError(t, err, stream)
			assert.NotEmpty(t, h.activities, stream)
		}
	})
}

func TestAnOrgThatShowsOwnSignInsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for knob, want := range map[string]int{"true": 1, "": 0} {
			s := newSimulated(t, nil, "own_logins_only", knob)
			s.world.EmitEach(streamLogins, 60, time.Now().Add(-time.Hour), time.Second)
			h, err := s.read(streamLogins)
			require.NoError(t, err)
			assert.Greater(t, len(h.activities), fewOwn)
			assert.Len(t, h.warnings, want)
		}
	})
}

// What an org refuses, and what the stream says about it.
func TestAnOrgThatRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		knob, value, stream string
		class               providers.Class
		says                string
	}{
		"setup":       {"no_setup_permission", "true", streamSetup, providers.Denied, "View Setup and Configuration"},
		"files":       {"no_event_monitoring", "true", streamFiles, providers.Denied, "View Event Log Files"},
		"edition":     {"refuse", "API_DISABLED_FOR_ORG", streamLogins, providers.Denied, "the edition has no API access"},
		"user":        {"refuse", "API_CURRENTLY_DISABLED", streamLogins, providers.Denied, "API Enabled"},
		"object":      {"refuse", "INSUFFICIENT_ACCESS", streamLogins, providers.Denied, "a permission"},
		"heavy":       {"query_timeout_above", "1h", streamLogins, providers.WindowTooLarge, "running for too long"},
		"unapproved":  {"token_error", "invalid_grant:user hasn't approved this consumer", streamLogins, providers.Denied, "user hasn't approved this consumer"},
		"no run-as":   {"token_error", "invalid_grant:no client credentials user enabled", streamLogins, providers.Denied, "a run-as user"},
		"audience":    {"token_error", "invalid_grant:audience is invalid", streamLogins, providers.Denied, "the audience right"},
		"client":      {"token_error", "invalid_client_id:client identifier invalid", streamLogins, providers.Denied, "client identifier invalid"},
		"wrong login": {"token_error", "invalid_grant:authentication failure", streamLogins, providers.Denied, "authentication failure"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSimulated(t, nil, tt.knob, tt.value)
				_, err := s.read(tt.stream)
				require.Error(t, err)
				assert.Equal(t, tt.class, providers.ClassOf(err))
				assert.Contains(t, err.Error(), tt.says)
				if strings.HasPrefix(tt.knob, "no_") {
					_, err = s.read(streamLogins)
					assert.NoError(t, err, "the others go on")
				}
			})
		})
	}
}
