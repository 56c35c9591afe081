package vendorsim_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// acme is the smallest vendor: GET /events?cursor=&limit= shows what is visible, in
// storage order, and POST /token issues tokens that nothing asks for.
func acme() vendorsim.Vendor {
	event := func(rnd *rand.Rand, n int, at time.Time) (string, string) {
		return strconv.Itoa(n), vendorsim.JSON(map[string]any{"id": n, "at": at, "ip": vendorsim.IP(rnd)})
	}
	return vendorsim.Vendor{
		Key: "acme",
		Streams: []vendorsim.Stream{
			{Name: "events", Generate: event},
			{Name: "seconds", Generate: event, Precision: time.Second, NoID: true, Lateness: time.Minute},
		},
		New: func(w *vendorsim.World) http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("/events", func(rw http.ResponseWriter, r *http.Request) { acmeEvents(w, rw, r) })
			mux.HandleFunc("/me", func(rw http.ResponseWriter, r *http.Request) {
				if _, err := w.Bearer(r); err != nil {
					http.Error(rw, err.Error(), http.StatusUnauthorized)
				}
			})
			mux.Handle("/token", acmeTokens(w))
			mux.Handle("/", w.Unknown(func(*http.Request) vendorsim.Reply { return vendorsim.Reply{Status: 404} }))
			return mux
		},
		Errors: func(w *vendorsim.World, _ *http.Request, kind vendorsim.Kind) vendorsim.Reply {
			if kind == vendorsim.Throttled {
				return vendorsim.JSONReply(429, map[string]any{"error": "slow down"}, http.Header{"Retry-After": {"7"}})
			}
			return vendorsim.Reply{}
		},
		TokenPaths: []string{"/token"},
		Knobs:      map[string]string{"shout": "nothing"},
	}
}

func acmeEvents(w *vendorsim.World, rw http.ResponseWriter, r *http.Request) {
	q, problem := w.Check(r, vendorsim.Rules{Params: map[string]vendorsim.Param{"cursor": vendorsim.Text, "limit": vendorsim.Int(1, 500)}})
	if problem != nil {
		http.Error(rw, problem.Error(), http.StatusBadRequest)
		return
	}
	var at vendorsim.Position
	if q.Has("cursor") {
		if err := w.OpenCursor(r, "events", q.Get("cursor"), time.Hour, &at); err != nil {
			http.Error(rw, err.Error(), http.StatusGone)
			return
		}
	}
	rows := vendorsim.Slice(w.Between("events", vendorsim.Query{By: vendorsim.VisibleTime, After: at}), 0, vendorsim.IntOr(q, "limit", 100))
	if w.Fires(r, vendorsim.EmptyPage) {
		rows = nil
	}
	if len(rows) > 0 {
		at = rows[len(rows)-1].Position()
	}
	fmt.Fprintf(rw, `{"next":%q,"rows":%s}`, w.Cursor("events", at), vendorsim.Array(w.Rows(r, rows)))
}

func newWorld(seed uint64) *vendorsim.World {
	return vendorsim.NewWorld(acme(), vendorsim.Options{Seed: seed})
}

func clientOf(w *vendorsim.World) *http.Client {
	return &http.Client{Transport: vendorsim.RoundTripper(w.Handler())}
}

// fetch returns status, header and body of one request.
func fetch(t *testing.T, c *http.Client, url string) (int, http.Header, string) {
	t.Helper()
	res := do(t, c, request(t, http.MethodGet, url, ""))
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode, res.Header, string(body)
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func do(t *testing.T, c *http.Client, r *http.Request) *http.Response {
	t.Helper()
	res, err := c.Do(r)
	require.NoError(t, err)
	return res
}
