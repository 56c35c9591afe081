package activityreceiver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// vendor is the fake vendor's server. It keeps its events in the order in which
// they came: GET /events?from=N answers the page from the Nth on. The stream
// sign_ins takes since and until instead and does not care about them.
type vendor struct {
	*httptest.Server

	mu       sync.Mutex
	events   []string
	requests int
	fail     func(http.ResponseWriter, *http.Request) bool // answers itself when it likes
}

const pageSize = 100

func newVendor(t testing.TB) *vendor {
	t.Helper()
	v := &vendor{}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	return v
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests++
	if v.fail != nil && v.fail(w, r) {
		return
	}
	if r.Header.Get("Authorization") != "Bearer fake-token" {
		http.Error(w, `{"message":"who are you?"}`, http.StatusUnauthorized)
		return
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("from"))
	end := min(from+pageSize, len(v.events))
	_, _ = fmt.Fprintf(w, `{"events":[%s],"next":"%d","more":%t}`, strings.Join(v.events[from:end], ","), end, end < len(v.events))
}

// add appends events of these actions, and returns their ids.
func (v *vendor) add(actions ...string) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var ids []string
	for _, action := range actions {
		id := fmt.Sprintf("e-%d", len(v.events))
		v.events = append(v.events, event(id, action, time.Now()))
		ids = append(ids, id)
	}
	return ids
}

func event(id, action string, at time.Time) string {
	b, _ := json.Marshal(map[string]string{"id": id, "action": action, "user": "u-1", "time": at.UTC().Format(time.RFC3339Nano)})
	return string(b)
}

// put appends an event as it is.
func (v *vendor) put(raw ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.events = append(v.events, raw...)
}

func (v *vendor) answer(fail func(http.ResponseWriter, *http.Request) bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fail = fail
}

func (v *vendor) asked() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.requests
}

// fakeConfig is the configuration of the vendor that the tests declare.
type fakeConfig struct {
	Domain string           `mapstructure:"domain"`
	Token  providers.Secret `mapstructure:"token"`
	Scopes []string         `mapstructure:"scopes"`
	Deep   fakeDeep         `mapstructure:"deep"`
}

type fakeDeep struct {
	Depth int      `mapstructure:"depth"`
	Names []string `mapstructure:"names"`
}

func fakeProvider() providers.Provider {
	return providers.Provider{
		Key:  "fake",
		Name: "Fake",
		New:  func() providers.Config { return &fakeConfig{Scopes: []string{"default"}} },
	}
}

func (c *fakeConfig) Open(o providers.Options) (*providers.Source, error) {
	p := o.Problems()
	p.Require("domain", c.Domain)
	if strings.Contains(c.Domain, "/") {
		p.Add("domain", "must be a host name only")
	}
	p.ExactlyOne(providers.Credential{Name: "token", Keys: []providers.KeyValue{{Key: "token", Value: string(c.Token)}}})
	if err := p.Err(); err != nil {
		return nil, err
	}
	if c.Domain == "refused.example.com" {
		return nil, errors.New("this account is not supported")
	}
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = "https://" + c.Domain
	}
	source := &providers.Source{
		Endpoint:      endpoint,
		Tenant:        c.Domain,
		ServerAddress: c.Domain,
		Auth:          providers.Bearer(c.Token),
		Shares:        strings.Join(c.Deep.Names, ","),
		Products:      []string{"drive", "mail"},
		Redact:        []string{"session.secret"},
		Streams:       []providers.Stream{fakeAudit(c.Domain), fakeSignIns()},
	}
	if c.Domain == "rotating.example.com" {
		source.Auth = providers.TokenAuth{
			URL: "/token", Rotates: true, Secrets: []providers.SecretParam{{Key: "refresh_token", Value: c.Token}},
		}
	}
	return source, nil
}

func fakeAudit(domain string) providers.Stream {
	return providers.Stream{
		Name:    "audit",
		Default: domain != "nodefault.example.com",
		Traits: providers.Traits{
			Resume: providers.ByCursor, Bounds: providers.IngestionTime,
			PageSize: pageSize, MaxPageSize: 1000, Retention: 90 * 24 * time.Hour, Lateness: time.Hour, MinLateness: 10 * time.Minute,
		},
		Grant:    "the permission to read events",
		Reserved: []string{"after"},
		Fetch:    fetchFake,
		Decode:   decodeFake,
	}
}

func fakeSignIns() providers.Stream {
	return providers.Stream{
		Name:   "sign_ins",
		Traits: providers.Traits{Resume: providers.ByWindow, Bounds: providers.EventTime, Lateness: time.Hour},
		Fetch:  fetchFake,
		Decode: decodeFake,
	}
}

func fetchFake(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	var query providers.Params
	query.AddSet("from", q.Cursor)
	r, err := c.Do(ctx, providers.Request{Path: "/events", Query: query})
	if err != nil {
		return providers.Page{}, err
	}
	body, err := record.Body(r.Body)
	if err != nil {
		return providers.Page{}, err
	}
	events, err := record.Events(body.Get("events"))
	if err != nil {
		return providers.Page{}, err
	}
	return providers.Page{Events: events, Next: body.Get("next").String(), More: body.Get("more").Bool()}, nil
}

func decodeFake(e providers.Event) (providers.Activity, error) {
	v, err := record.Object(e.Raw)
	if err != nil {
		return providers.Activity{}, err
	}
	a := providers.Activity{
		ID:          v.Get("id").String(),
		Action:      providers.Action(v.Get("action").String()),
		RawAction:   v.Get("action").String(),
		Description: v.Get("text").String(),
		Actor:       providers.Actor{Type: providers.ActorUser, ID: v.Get("user").String()},
	}
	t, ok := record.Time(v.Get("time").String())
	record.Created(&a, t, ok, v.Get("time").String())
	return a, nil
}
