package vendorsim

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Kind is a kind of fault.
type Kind string

// Faults that take the place of the vendor's answer. The vendor's Errors gives the
// body of the ones with a status.
const (
	Unauthorized  Kind = "unauthorized"   // 401, credential revoked
	Forbidden     Kind = "forbidden"      // 403
	NotFound      Kind = "not_found"      // 404
	Throttled     Kind = "throttled"      // 429 with the vendor's headers
	ThrottledBare Kind = "throttled_bare" // 429 without any header
	Internal      Kind = "internal"       // 500
	BadGateway    Kind = "bad_gateway"    // 502
	Unavailable   Kind = "unavailable"    // 503
	Timeout       Kind = "timeout"        // 504
	Hang          Kind = "hang"           // no answer until the client gives up
	Reset         Kind = "reset"          // connection broken before an answer
	Echo          Kind = "echo"           // 200 with HTML, or 500 with JSON, that quotes the request's credentials
)

// Faults that spoil the vendor's answer on its way.
const (
	CutBody       Kind = "cut_body"       // connection broken in mid-body
	CutGzip       Kind = "cut_gzip"       // a complete body that is half a gzip stream
	Garbage       Kind = "garbage"        // 200 with broken JSON
	HTMLPage      Kind = "html_page"      // 200 with HTML
	SlowBody      Kind = "slow_body"      // the body comes in pieces
	ShiftingPages Kind = "shifting_pages" // a row appears at the head before the page is read
)

// Faults that the vendor's handler plays where it can: see World.Fires.
const (
	CursorExpired Kind = "cursor_expired"
	TokenExpired  Kind = "token_expired" // the token sent is dead from now on
	DuplicateRows Kind = "duplicate_rows"
	EmptyPage     Kind = "empty_page" // no rows, but a next page
)

// Kinds lists all faults in the order in which they are tried.
func Kinds() []Kind {
	return slices.Concat(replacing, spoiling, []Kind{CursorExpired, TokenExpired, DuplicateRows, EmptyPage})
}

var (
	replacing = []Kind{
		Unauthorized, Forbidden, NotFound, Throttled, ThrottledBare, Internal,
		BadGateway, Unavailable, Timeout, Hang, Reset, Echo,
	}
	spoiling = []Kind{ShiftingPages, CutBody, CutGzip, Garbage, HTMLPage, SlowBody}
	// harmless faults heal by a retry of the same request, and happen to anybody.
	harmless = []Kind{
		Throttled, ThrottledBare, Internal, BadGateway, Unavailable, Timeout, Hang, Reset,
		CutBody, CutGzip, Garbage, HTMLPage, SlowBody, ShiftingPages, DuplicateRows, EmptyPage,
	}
	// apiOnly faults make no sense at a token endpoint.
	apiOnly = []Kind{Unauthorized, Forbidden, NotFound, ShiftingPages, CursorExpired, TokenExpired, DuplicateRows, EmptyPage}
)

// Faults decides which requests go wrong. Each kind draws from a source of its own,
// seeded by the world, the request's content (method, path, query, body) and how
// often that content was seen before: the order in which parallel requests arrive
// changes nothing, and a retry draws anew.
type Faults struct {
	world *World
	mu    sync.Mutex
	rates map[Kind]float64
	once  []injection
	seen  map[uint64]uint64
	fired map[Kind]int
}

type injection struct {
	kind  Kind
	count int
	path  string
}

func newFaults(w *World) *Faults {
	return &Faults{world: w, rates: map[Kind]float64{}, seen: map[uint64]uint64{}, fired: map[Kind]int{}}
}

// Set makes a share of all requests (0..1) fail in one way.
func (f *Faults) Set(kind Kind, rate float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rates[kind] = rate
}

// Harmless sets the rate of every fault that a retry heals.
func (f *Faults) Harmless(rate float64) {
	for _, k := range harmless {
		f.Set(k, rate)
	}
}

// Next makes the next count requests fail whose path begins with a prefix (empty:
// all but token endpoints). A handler fault counts when the handler could play it.
func (f *Faults) Next(kind Kind, count int, path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.once = append(f.once, injection{kind, count, path})
}

// Heal ends all faults.
func (f *Faults) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.once = nil
	clear(f.rates)
}

// Rates returns the shares that are set.
func (f *Faults) Rates() map[Kind]float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.rates)
}

// mark identifies a request and how often it came before.
type mark struct{ key, count uint64 }

type markKey struct{}

// maxSeen bounds the memory of a world that runs for days.
const maxSeen = 1 << 20

// mark counts r and returns it with its mark in the context and its body restored.
func (f *Faults) mark(r *http.Request) (*http.Request, error) {
	h := fnv.New64a()
	fmt.Fprint(h, r.Method, " ", r.URL.Path, " ", canonical(r.URL.RawQuery))
	if r.Body != nil && r.Body != http.NoBody {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		if !f.world.isTokenPath(r.URL.Path) {
			_, _ = h.Write(body)
		}
	}
	m := mark{key: h.Sum64()}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.seen) >= maxSeen {
		clear(f.seen)
	}
	m.count = f.seen[m.key]
	f.seen[m.key]++
	return r.WithContext(context.WithValue(r.Context(), markKey{}, m)), nil
}

// canonical makes equal queries equal text whatever their order.
func canonical(raw string) string {
	q, err := url.ParseQuery(raw)
	if err != nil {
		return raw
	}
	return q.Encode()
}

func (w *World) isTokenPath(path string) bool { return slices.Contains(w.Vendor.TokenPaths, path) }

// Fires tells whether a fault of the kind hits this request. Handlers ask it for
// the faults that only they can play (CursorExpired, EmptyPage ...), each at most
// once per request and only where they can play it.
func (w *World) Fires(r *http.Request, kind Kind) bool { return w.Faults.fires(r, kind) }

func (f *Faults) fires(r *http.Request, kind Kind) bool {
	token := f.world.isTokenPath(r.URL.Path)
	if token && slices.Contains(apiOnly, kind) {
		return false
	}
	f.mu.Lock()
	rate := f.rates[kind]
	once := f.take(r.URL.Path, token, kind)
	f.mu.Unlock()
	if !once && (rate <= 0 || f.rand(r, kind).Float64() >= rate) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fired[kind]++
	return true
}

// Fired returns how often each kind of fault was played so far.
func (f *Faults) Fired() map[Kind]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.fired)
}

// take uses up one injection for the path, if there is one.
func (f *Faults) take(path string, token bool, kind Kind) bool {
	for i, in := range f.once {
		if in.kind != kind || !strings.HasPrefix(path, in.path) || in.path == "" && token {
			continue
		}
		if f.once[i].count--; f.once[i].count <= 0 {
			f.once = slices.Delete(f.once, i, i+1)
		}
		return true
	}
	return false
}

// rand returns the chance of one kind for one request.
func (f *Faults) rand(r *http.Request, kind Kind) *rand.Rand {
	m, _ := r.Context().Value(markKey{}).(mark)
	return f.world.Rand("fault", kind, m.key, m.count)
}

// Rows plays DuplicateRows on one page: some rows come twice. It is not for offset
// paging, where a client that counts what it received would skip rows: there, serve
// the page from one row earlier when DuplicateRows fires.
func (w *World) Rows(r *http.Request, page []*Entry) []*Entry {
	if len(page) == 0 || !w.Fires(r, DuplicateRows) {
		return page
	}
	rnd := w.Faults.rand(r, "which rows")
	first := rnd.IntN(len(page))
	var out []*Entry
	for i, e := range page {
		out = append(out, e)
		if i == first || rnd.IntN(8) == 0 {
			out = append(out, e)
		}
	}
	return out
}
