package vendorhttp_test

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
)

// How long a refusal blocks, by what it says. In a bubble now is 2000-01-01; the
// vendor's clock is ahead of ours by skew.
func TestHowLongARefusalBlocks(t *testing.T) {
	const ahead = 10 * time.Minute
	vendorNow := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(ahead)
	in := func(d time.Duration) time.Time { return vendorNow.Add(d) }
	names := func(kind providers.ResetKind) *providers.LimitHeaders {
		return &providers.LimitHeaders{Limit: "X-Limit", Remaining: "X-Left", Reset: "X-Reset", Kind: kind}
	}
	for name, tt := range map[string]struct {
		budget providers.Budget
		header []string
		noDate bool
		want   time.Duration
	}{
		"seconds":                      {header: []string{"Retry-After", "30"}, want: 30 * time.Second},
		"seconds with fraction":        {header: []string{"Retry-After", "2.5"}, want: 2500 * time.Millisecond},
		"structured":                   {header: []string{"Retry-After", "110;w=10"}, want: 110 * time.Second},
		"zero":                         {header: []string{"Retry-After", "0"}, want: time.Second},
		"a day":                        {header: []string{"Retry-After", "86400"}, want: time.Hour},
		"beyond numbers":               {header: []string{"Retry-After", "99999999999999999999"}, want: time.Hour},
		"HTTP date":                    {header: []string{"Retry-After", in(40 * time.Second).Format(http.TimeFormat)}, want: 40 * time.Second},
		"HTTP date in the past":        {header: []string{"Retry-After", in(-time.Hour).Format(http.TimeFormat)}, want: time.Second},
		"HTTP date, no Date":           {header: []string{"Retry-After", in(0).Format(http.TimeFormat)}, noDate: true, want: ahead},
		"timestamp":                    {header: []string{"Retry-After", in(50 * time.Second).Format(time.RFC3339)}, want: 50 * time.Second},
		"Retry-After before reset":     {budget: providers.Budget{Headers: names(providers.ResetSeconds)}, header: []string{"Retry-After", "3", "X-Left", "1", "X-Reset", "60"}, want: 3 * time.Second},
		"reset, epoch":                 {budget: providers.Budget{Headers: names(providers.ResetEpoch)}, header: []string{"X-Limit", "60", "X-Left", "0", "X-Reset", strconv.FormatInt(in(25*time.Second).Unix(), 10)}, want: 25 * time.Second},
		"reset, epoch, no Date":        {budget: providers.Budget{Headers: names(providers.ResetEpoch)}, header: []string{"X-Left", "0", "X-Reset", strconv.FormatInt(in(0).Unix(), 10)}, noDate: true, want: ahead},
		"reset, milliseconds":          {budget: providers.Budget{Headers: names(providers.ResetEpochMS)}, header: []string{"X-Left", "0", "X-Reset", strconv.FormatInt(in(25500*time.Millisecond).UnixMilli(), 10)}, want: 25500 * time.Millisecond},
		"reset, seconds":               {budget: providers.Budget{Headers: names(providers.ResetSeconds)}, header: []string{"X-Left", "0", "X-Reset", "12"}, want: 12 * time.Second},
		"reset, structured":            {budget: providers.Budget{Headers: names(providers.ResetSeconds)}, header: []string{"X-Limit", "110;w=10", "X-Left", "0", "X-Reset", "12, 12;w=60"}, want: 12 * time.Second},
		"reset, timestamp":             {budget: providers.Budget{Headers: names(providers.ResetTimestamp)}, header: []string{"X-Left", "0", "X-Reset", in(90 * time.Second).Format(time.RFC3339)}, want: 90 * time.Second},
		"reset, without seconds":       {budget: providers.Budget{Headers: names(providers.ResetTimestamp)}, header: []string{"X-Left", "0", "X-Reset", in(2 * time.Minute).Format("2006-01-02T15:04Z")}, want: 2 * time.Minute},
		"reset, without zone":          {budget: providers.Budget{Headers: names(providers.ResetTimestamp)}, header: []string{"X-Left", "0", "X-Reset", in(2 * time.Minute).Format("2006-01-02T15:04:05")}, want: 2 * time.Minute},
		"reset, seconds for epoch":     {budget: providers.Budget{Headers: names(providers.ResetEpoch)}, header: []string{"X-Left", "0", "X-Reset", "15"}, want: 15 * time.Second},
		"reset, epoch for seconds":     {budget: providers.Budget{Headers: names(providers.ResetSeconds)}, header: []string{"X-Left", "0", "X-Reset", strconv.FormatInt(in(20*time.Second).Unix(), 10)}, want: 20 * time.Second},
		"reset, milliseconds left":     {budget: providers.Budget{Headers: names(providers.ResetEpochMS)}, header: []string{"X-Left", "0", "X-Reset", "15000"}, want: 15 * time.Second},
		"reset of another limit":       {budget: providers.Budget{RetryAfter: 5 * time.Second, Headers: names(providers.ResetSeconds)}, header: []string{"X-Left", "900", "X-Limit", "1000", "X-Reset", "1800"}, want: 5 * time.Second},
		"limit of zero":                {budget: providers.Budget{RetryAfter: 2 * time.Second, Headers: names(providers.ResetSeconds)}, header: []string{"X-Left", "0", "X-Limit", "0", "X-Reset", "1800"}, want: 2 * time.Second},
		"unreadable reset":             {budget: providers.Budget{RetryAfter: 4 * time.Second, Headers: names(providers.ResetTimestamp)}, header: []string{"X-Left", "0", "X-Reset", "soon"}, want: 4 * time.Second},
		"unreadable Retry-After":       {budget: providers.Budget{RetryAfter: 4 * time.Second}, header: []string{"Retry-After", "soon"}, want: 4 * time.Second},
		"declared":                     {budget: providers.Budget{RetryAfter: 90 * time.Second}, want: 90 * time.Second},
		"declared beyond the hour":     {budget: providers.Budget{RetryAfter: 2 * time.Hour}, want: time.Hour},
		"no remaining, reset declared": {budget: providers.Budget{Headers: names(providers.ResetSeconds)}, header: []string{"X-Reset", "33"}, want: 33 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				status, header := 429, tt.header
				if !tt.noDate {
					header = append(header, "Date", vendorNow.Format(http.TimeFormat))
				}
				rec := &recorder{}
				s := settings(transport(func(*http.Request) (*http.Response, error) { return answer(status, "", header...), nil }),
					providers.Source{Budgets: []providers.Budget{tt.budget}})
				s.Observer = rec
				c := newClient(t, s)
				_, err := get(t.Context(), c, "/v1")
				assert.Equal(t, providers.Throttled, err.Class)
				assert.Equal(t, tt.want, err.RetryAfter)
				start := time.Now()
				require.NoError(t, c.Ready(t.Context(), "", true))
				assert.Equal(t, tt.want, time.Since(start))
				status, header = 200, nil
				_, err = get(t.Context(), c, "/v1")
				require.Nil(t, err)
				assert.Equal(t, tt.want, time.Since(start))
				assert.Equal(t, []time.Duration{tt.want}, rec.throttled)
			})
		})
	}
}

// Refusals without any hint: from one second on, doubled, with jitter, to five
// minutes, and from the start again after a success.
func TestBackoff(t *testing.T) {
	for name, tt := range map[string]struct {
		declared time.Duration
		first    [2]time.Duration // least and most
		most     time.Duration
	}{
		"undeclared": {0, [2]time.Duration{time.Second, 1200 * time.Millisecond}, 5 * time.Minute},
		"declared":   {30 * time.Second, [2]time.Duration{30 * time.Second, 30 * time.Second}, 5 * time.Minute},
		"long":       {15 * time.Minute, [2]time.Duration{15 * time.Minute, 15 * time.Minute}, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				status := 429
				c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) { return answer(status, ""), nil }),
					providers.Source{Budgets: []providers.Budget{{RetryAfter: tt.declared}}}))
				fail := func() time.Duration {
					require.NoError(t, c.Ready(t.Context(), "", true))
					_, err := get(t.Context(), c, "/v1")
					return err.RetryAfter
				}
				first := fail()
				assert.GreaterOrEqual(t, first, tt.first[0])
				assert.LessOrEqual(t, first, tt.first[1])
				last := first
				for range 4 {
					next := fail()
					assert.GreaterOrEqual(t, next, min(last*13/10, tt.most*8/10))
					last = next
				}
				for range 10 {
					last = fail()
					assert.LessOrEqual(t, last, tt.most)
					assert.GreaterOrEqual(t, last, tt.declared)
				}
				assert.GreaterOrEqual(t, last, tt.most*8/10)
				status = 200
				require.NoError(t, c.Ready(t.Context(), "", true))
				_, err := get(t.Context(), c, "/v1")
				require.Nil(t, err)
				status = 429
				assert.LessOrEqual(t, fail(), tt.first[1])
			})
		})
	}
}

// Sixteen requests under way are refused together: that is one refusal.
func TestRefusalsTogetherAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) {
			time.Sleep(100 * time.Millisecond)
			return answer(429, ""), nil
		}), providers.Source{}))
		waits := make(chan time.Duration, 16)
		for range cap(waits) {
			go func() {
				_, err := get(t.Context(), c, "/v1")
				waits <- err.RetryAfter
			}()
		}
		synctest.Wait()
		for range cap(waits) {
			assert.LessOrEqual(t, <-waits, 1200*time.Millisecond)
		}
	})
}

func TestUsageInOneHeader(t *testing.T) {
	for name, tt := range map[string]struct {
		value string
		want  []float64
	}{
		"plain":        {"api-usage=18/5000", []float64{4982}},
		"several":      {"api-usage=25/5000; per-app-api-usage=17/250(appName=sample)", []float64{4975}},
		"over":         {"api-usage=5100/5000", []float64{0}},
		"of no number": {"api-usage=none", nil},
	} {
		t.Run(name, func(t *testing.T) {
			rec := &recorder{}
			s := settings(always(200, "{}", "X-Usage", tt.value), providers.Source{Budgets: []providers.Budget{{
				Requests: 1000, Per: 24 * time.Hour, Headers: &providers.LimitHeaders{Limit: "X-Usage", Remaining: "X-Usage"},
			}}})
			s.Observer = rec
			_, err := get(t.Context(), newClient(t, s), "/v1")
			require.Nil(t, err)
			assert.Equal(t, tt.want, rec.remaining)
		})
	}
}

func FuzzLimits(f *testing.F) {
	f.Add("1", "60", "0", "1700000000", int8(0), 429)
	f.Add("Sun, 06 Nov 1994 08:49:37 GMT", "110;w=1", "-1", "2000-01-01T00:00Z", int8(2), 200)
	f.Add("9e99", "1e400", "1.5.5", "99999999999999999999999", int8(3), 503)
	f.Fuzz(func(t *testing.T, retry, limit, left, reset string, kind int8, status int) {
		if status < 200 || status > 599 {
			status = 429
		}
		h := http.Header{"Retry-After": {retry}, "X-Limit": {limit}, "X-Left": {left}, "X-Reset": {reset}}
		c := newClient(t, settings(transport(func(*http.Request) (*http.Response, error) {
			resp := answer(status, "")
			resp.Header = h.Clone()
			return resp, nil
		}), providers.Source{Budgets: []providers.Budget{{Requests: 10, Per: time.Minute, Headers: &providers.LimitHeaders{
			Limit: "X-Limit", Remaining: "X-Left", Reset: "X-Reset", Kind: providers.ResetKind(kind & 3),
		}}}}))
		_, err := get(t.Context(), c, "/v1")
		if err != nil && err.Class == providers.Throttled {
			assert.GreaterOrEqual(t, err.RetryAfter, time.Second)
			assert.LessOrEqual(t, err.RetryAfter, time.Hour)
		}
	})
}
