package vendorsim_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// what a client sees of one request, in a word.
func outcome(t *testing.T, c *http.Client, url string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	res, err := c.Do(request(t, http.MethodGet, url, "").WithContext(ctx))
	if err != nil {
		return fmt.Sprint("no answer: ", ctx.Err())
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return fmt.Sprintf("%d then %v", res.StatusCode, err)
	case res.StatusCode == 200 && strings.HasPrefix(string(body), "<!DOCTYPE"):
		return "200 HTML"
	case res.StatusCode == 200 && !json.Valid(body):
		return "200 garbage"
	case res.Header.Get("Retry-After") != "":
		return fmt.Sprint(res.StatusCode, " with headers")
	}
	return fmt.Sprint(res.StatusCode)
}

var outcomes = map[vendorsim.Kind]string{
	vendorsim.Unauthorized: "401", vendorsim.Forbidden: "403", vendorsim.NotFound: "404",
	vendorsim.Throttled: "429 with headers", vendorsim.ThrottledBare: "429",
	vendorsim.Internal: "500", vendorsim.BadGateway: "502", vendorsim.Unavailable: "503", vendorsim.Timeout: "504",
	vendorsim.Hang: "no answer: context deadline exceeded", vendorsim.Reset: "no answer: <nil>",
	vendorsim.CutBody: "200 then unexpected EOF", vendorsim.CutGzip: "200 then unexpected EOF",
	vendorsim.Garbage: "200 garbage", vendorsim.HTMLPage: "200 HTML", vendorsim.SlowBody: "200",
	vendorsim.ShiftingPages: "200", vendorsim.CursorExpired: "410", vendorsim.DuplicateRows: "200", vendorsim.EmptyPage: "200",
}

func TestEveryFaultOnce(t *testing.T) {
	for _, kind := range vendorsim.Kinds() {
		want, ok := outcomes[kind]
		if !ok {
			continue // TokenExpired has its own test
		}
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(1)
				w.EmitEach("events", 40, time.Now().Add(-time.Minute), time.Millisecond)
				c := clientOf(w)
				url := "http://acme.test/events?cursor=" + w.Cursor("events", vendorsim.Position{})
				w.Faults.Next(kind, 1, "")
				assert.Equal(t, want, outcome(t, c, url))
				assert.Equal(t, "200", outcome(t, c, url), "only the next request")
				assert.Empty(t, w.Violations())
				log := w.Requests()
				require.Len(t, log, 2)
				assert.Equal(t, 2, w.Served())
				assert.Equal(t, 200, log[1].Status)
			})
		})
	}
}

// An echo quotes what may be secret, and comes in two forms.
func TestEcho(t *testing.T) {
	w := newWorld(1)
	w.Faults.Set(vendorsim.Echo, 1)
	c := &http.Client{Transport: vendorsim.RoundTripper(w.Handler())}
	forms := map[int]string{}
	for i := range 20 {
		req := request(t, http.MethodGet, fmt.Sprintf("http://acme.test/events?key=a-secret&n=%d", i), "")
		req.Header.Set("Authorization", "Bearer another-secret")
		res, err := c.Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		forms[res.StatusCode] = res.Header.Get("Content-Type")
		assert.Contains(t, string(body), "key=a-secret")
		assert.Contains(t, string(body), "Bearer another-secret")
	}
	assert.Equal(t, map[int]string{200: "text/html; charset=utf-8", 500: "application/json"}, forms)
}

func TestFaultsOverARealConnection(t *testing.T) {
	w := newWorld(1)
	w.EmitEach("events", 40, time.Now().Add(-time.Minute), time.Millisecond)
	s, err := vendorsim.Listen("127.0.0.1:0", w.Handler())
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	// Otherwise net/http itself repeats a request on a broken connection.
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for kind, want := range outcomes {
		if kind == vendorsim.Hang || kind == vendorsim.CursorExpired {
			continue // a minute, and no cursor here
		}
		t.Run(string(kind), func(t *testing.T) {
			w.Faults.Next(kind, 1, "/events")
			assert.Equal(t, want, outcome(t, c, s.URL+"/events"))
		})
	}
	_, err = vendorsim.Listen(strings.TrimPrefix(s.URL, "http://"), w.Handler())
	assert.ErrorIs(t, err, syscall.EADDRINUSE)
}

func TestCloseEndsHangingAnswers(t *testing.T) {
	w := newWorld(1)
	s, err := vendorsim.Listen("127.0.0.1:0", w.Handler())
	require.NoError(t, err)
	w.Faults.Set(vendorsim.Hang, 1)
	done := make(chan error)
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	req := request(t, http.MethodGet, s.URL+"/events", "")
	go func() {
		res, err := (&http.Client{Transport: tr}).Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		done <- err
	}()
	require.NoError(t, s.Close())
	assert.Error(t, <-done)
}

func TestFaultRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(2)
		w.EmitEach("events", 5, time.Now().Add(-time.Minute), time.Second)
		c := clientOf(w)
		count := func() int {
			_, _, body := fetch(t, c, "http://acme.test/events")
			return strings.Count(body, `"at"`)
		}
		w.Faults.Next(vendorsim.DuplicateRows, 1, "")
		assert.Greater(t, count(), 5)
		w.Faults.Next(vendorsim.EmptyPage, 1, "")
		assert.Zero(t, count())
		w.Faults.Next(vendorsim.ShiftingPages, 2, "")
		assert.Equal(t, []int{6, 7, 7}, []int{count(), count(), count()})
		assert.Len(t, w.Truth("events", time.Now()), 7, "inserted rows are real")
		assert.Len(t, w.Truth("seconds", time.Now()), 2)
	})
}

// TestFaultsDoNotDependOnTheOrderOfArrival sends the same requests in two orders.
func TestFaultsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		urls := make([]string, 30)
		for i := range urls {
			urls[i] = fmt.Sprintf("http://acme.test/events?limit=%d", i%10+1)
		}
		run := func(seed uint64, urls []string) map[string]string {
			w := newWorld(seed)
			w.EmitEach("events", 40, time.Now(), 0)
			w.Faults.Harmless(0.08)
			w.Faults.Set(vendorsim.Forbidden, 0.05)
			c, got, count := clientOf(w), map[string]string{}, map[string]int{}
			for _, u := range urls {
				got[fmt.Sprint(u, count[u])] = outcome(t, c, u)
				count[u]++
			}
			return got
		}
		forward := run(1, urls)
		back := slices.Clone(urls)
		slices.Reverse(back)
		assert.Equal(t, forward, run(1, back))
		assert.NotEqual(t, forward, run(2, urls))
		kinds := map[string]bool{}
		for _, o := range forward {
			kinds[o] = true
		}
		assert.Greater(t, len(kinds), 3, "%v", kinds)
	})
}

func TestQueryOrderIsNoDifference(t *testing.T) {
	w := newWorld(1)
	w.Faults.Set(vendorsim.Internal, 0.5)
	a, b := newWorld(1), newWorld(1)
	a.Faults.Set(vendorsim.Internal, 0.5)
	b.Faults.Set(vendorsim.Internal, 0.5)
	for range 20 {
		sa, _, _ := fetch(t, clientOf(a), "http://x.test/events?limit=3&cursor=z")
		sb, _, _ := fetch(t, clientOf(b), "http://y.test/events?cursor=z&limit=3")
		assert.Equal(t, sa, sb)
	}
}

func TestHealAndTokenPaths(t *testing.T) {
	w := newWorld(1)
	c := clientOf(w)
	w.Faults.Set(vendorsim.Forbidden, 1)
	assert.Equal(t, "403", outcome(t, c, "http://acme.test/events"))
	res := do(t, c, request(t, http.MethodPost, "http://acme.test/token", "grant_type=client_credentials&client_id=acme-client&client_secret=fake"))
	assert.Equal(t, 200, res.StatusCode, "credential faults leave the token endpoint alone")
	require.NoError(t, res.Body.Close())
	w.Faults.Next(vendorsim.Reset, 3, "")
	assert.Equal(t, map[vendorsim.Kind]float64{vendorsim.Forbidden: 1}, w.Faults.Rates())
	w.Faults.Heal()
	assert.Equal(t, "200", outcome(t, c, "http://acme.test/events"))
	assert.Empty(t, w.Faults.Rates())
}

func TestGzipOnRequest(t *testing.T) {
	w := newWorld(1)
	w.EmitEach("events", 50, time.Now(), 0)
	w.Faults.Next(vendorsim.CutGzip, 1, "")
	for _, cut := range []bool{true, false} {
		r := request(t, http.MethodGet, "http://acme.test/events", "")
		r.Header.Set("Accept-Encoding", "gzip")
		res := do(t, clientOf(w), r)
		assert.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
		z, err := gzip.NewReader(res.Body)
		require.NoError(t, err)
		body, err := io.ReadAll(z)
		if cut {
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		} else {
			require.NoError(t, err)
			assert.True(t, json.Valid(body))
		}
		require.NoError(t, res.Body.Close())
	}
}

func TestSkewedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		w.SetSkew(-3 * time.Minute)
		_, header, _ := fetch(t, clientOf(w), "http://acme.test/events")
		date, err := http.ParseTime(header.Get("Date"))
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now().Add(-3*time.Minute), date, time.Second)
		assert.Equal(t, 3*time.Minute, w.Now().Sub(w.ServerTime()))
	})
}
