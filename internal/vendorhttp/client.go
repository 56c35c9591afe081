package vendorhttp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	// DefaultMaxBodyBytes bounds an answer after decompression.
	DefaultMaxBodyBytes = 64 << 20
	// DefaultTimeout bounds one request from sending to the end of its answer.
	DefaultTimeout = 30 * time.Second
	// DefaultReserve is the share of what a vendor says remains that is left to the
	// customer's other clients.
	DefaultReserve = 0.5
)

// Settings say what a Client works with. Source is required.
type Settings struct {
	// Instance names the instance in logs and metrics, and its own budgets.
	Instance string
	Source   *providers.Source
	// HTTP sends the requests: it may carry a proxy, TLS settings and an auth
	// extension. Its CheckRedirect is not used, its Timeout stands in for Timeout.
	// Nil means http.DefaultTransport.
	HTTP *http.Client
	// ExternalAuth tells that HTTP authorizes the requests; Source.Auth is not used.
	ExternalAuth bool
	// MaxBodyBytes bounds an answer after decompression; 0: DefaultMaxBodyBytes.
	MaxBodyBytes int64
	// Timeout bounds one request from sending to the end of its answer; for
	// Request.Stream to its headers, and from then on each silence of the vendor.
	// 0: the one of HTTP, else DefaultTimeout.
	Timeout time.Duration
	// RequestsPerMinute replaces what the source declares, for each request class;
	// 0: as declared. No limit header raises it.
	RequestsPerMinute int
	// Reserve is the share, within [0, 1), of what the vendor says remains that is
	// left to the customer's other clients. It is used as it is: DefaultReserve is
	// the default of the configuration key.
	Reserve float64
	// Slots bounds the requests in flight over all instances; nil: unbounded.
	Slots Slots
	// Shared has the budgets and tokens that instances share; nil: none are shared.
	Shared *Shared
	// Tokens keeps rotating refresh tokens; New refuses TokenAuth.Rotates without it.
	Tokens TokenStore
	// Observer is told what happens; nil: nobody.
	Observer Observer
	// Logger gets debug lines about requests; nil: none.
	Logger *zap.Logger
}

// Slots bounds the requests in flight. A slot is held from sending until the body
// is read, not while waiting for budgets or tokens.
type Slots interface {
	// Acquire waits for a slot, or returns the context's error.
	Acquire(context.Context) error
	Release()
}

// TokenStore keeps values over restarts.
type TokenStore interface {
	// Load returns the value of key, "" when there is none.
	Load(ctx context.Context, key string) (string, error)
	// Save returns once the value is durable.
	Save(ctx context.Context, key, value string) error
}

// Observer is told about requests. Its methods are called from many goroutines
// and must be quick. The class of requests for tokens is TokenClass.
type Observer interface {
	// Request is called after each request; status is 0 when there was no answer.
	Request(instance, class string, status int, took time.Duration)
	// Throttled is called with time that has passed while at least one request of the
	// class waited for the vendor's limit: for the rate that is declared or was learnt,
	// or for a refusal to end. The sum is wall time: requests that wait at once count
	// once.
	Throttled(instance, class string, waited time.Duration)
	// Budget is called with what the vendor says remains of the class's quota.
	Budget(instance, class string, remaining float64)
}

// TokenClass is the class under which the Observer hears of token requests.
const TokenClass = "token"

// Client is the HTTP client of one instance. It is safe for concurrent use.
type Client struct {
	instance string
	source   *providers.Source
	http     http.Client
	origins  origins
	header   http.Header
	auth     authorizer
	secrets  *scrubber
	budgets  map[string]*budget
	reserve  float64
	maxBody  int64
	timeout  time.Duration
	slots    Slots
	observer Observer
	log      *zap.Logger
	strayed  sync.Once
	meters   sync.Map // class of requests -> *meter
}

// New checks the settings and returns a client. It does no network I/O; key files
// are read once to tell early that they can be. The error lists every problem.
func New(s Settings) (*Client, error) {
	if s.Source == nil {
		return nil, errors.New("vendorhttp: no source")
	}
	s = withDefaults(s)
	c := &Client{
		instance: s.Instance,
		source:   s.Source,
		secrets:  &scrubber{},
		budgets:  budgetsOf(&s),
		reserve:  s.Reserve,
		maxBody:  s.MaxBodyBytes,
		timeout:  s.Timeout,
		slots:    s.Slots,
		observer: s.Observer,
		log:      s.Logger,
	}
	var errs [4]error
	if s.Reserve < 0 || s.Reserve >= 1 {
		errs[0] = fmt.Errorf("rate_limit.reserve: %v is outside [0, 1)", s.Reserve)
	}
	c.origins, errs[1] = newOrigins(s.Source)
	c.header, errs[2] = baseHeader(s.Source.Header)
	c.http = *cmp.Or(s.HTTP, &http.Client{})
	c.http.Timeout = 0 // it would cut streams; each request has its own
	c.http.CheckRedirect = c.origins.checkRedirect
	if errs[1] == nil {
		c.auth, errs[3] = newAuthorizer(c, &s)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, c.secrets.wrap(err)
	}
	return c, nil
}

func withDefaults(s Settings) Settings {
	if s.HTTP != nil {
		s.Timeout = cmp.Or(s.Timeout, s.HTTP.Timeout)
	}
	s.Timeout = cmp.Or(s.Timeout, DefaultTimeout)
	s.MaxBodyBytes = cmp.Or(s.MaxBodyBytes, DefaultMaxBodyBytes)
	if s.Slots == nil {
		s.Slots = unbounded{}
	}
	if s.Shared == nil {
		s.Shared = &Shared{}
	}
	if s.Observer == nil {
		s.Observer = nobody{}
	}
	if s.Logger == nil {
		s.Logger = zap.NewNop()
	}
	return s
}

// budget returns the budget of a class; a class that the source does not declare
// draws from the default one.
func (c *Client) budget(class string) *budget {
	if b, ok := c.budgets[class]; ok {
		return b
	}
	return c.budgets[""]
}

type unbounded struct{}

func (unbounded) Acquire(ctx context.Context) error { return ctx.Err() }
func (unbounded) Release()                          {}

type nobody struct{}

func (nobody) Request(string, string, int, time.Duration) {}
func (nobody) Throttled(string, string, time.Duration)    {}
func (nobody) Budget(string, string, float64)             {}

const module = "github.com/otelactivity/otelactivity"

// userAgent names the product and, where the build knows it, its version.
var userAgent = sync.OnceValue(func() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(info.Deps, &info.Main) {
			if m.Path == module && m.Version != "" && m.Version != "(devel)" {
				version = m.Version
			}
		}
	}
	return "otelactivity/" + version
})
