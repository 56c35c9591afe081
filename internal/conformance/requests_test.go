package conformance_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

// listening is a client that notes requests and answers with nothing to read.
type listening struct {
	body     string
	requests []providers.Request
}

func (l *listening) Do(_ context.Context, r providers.Request) (*providers.Response, error) {
	if u, err := url.Parse(r.Link); err == nil && r.Link != "" {
		r.Path = u.Path
		for key, values := range u.Query() {
			for _, v := range values {
				r.Query.Add(key, v)
			}
		}
	}
	l.requests = append(l.requests, r)
	if len(l.requests) > 5 {
		return nil, errors.New("enough")
	}
	return &providers.Response{Status: http.StatusOK, Header: http.Header{}, Body: l.body}, nil
}

// asked returns everything that a stream's first fetch says to its vendor, whether
// the vendor answers with an object or a list.
func asked(t *testing.T, s *providers.Stream) []providers.Request {
	t.Helper()
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	var all []providers.Request
	for _, body := range []string{`{}`, `[]`} {
		client := listening{body: body}
		_, _ = s.Fetch(t.Context(), &client, providers.Query{Since: now.Add(-time.Hour), Until: now, Now: now, PageSize: s.PageSize})
		all = append(all, client.requests...)
	}
	require.NotEmpty(t, all, "%s asks nothing", s.Name)
	return all
}

// said is the text of some requests: paths, parameters and bodies.
func said(requests []providers.Request) string {
	var b strings.Builder
	for _, r := range requests {
		b.WriteString(r.Path + "\n" + r.Body + "\n")
	}
	for _, p := range parameters(requests) {
		b.WriteString(p.Key + "=" + p.Value + "\n")
	}
	return b.String()
}

// parameters are the parameters of some requests, those of a JSON body as well, each
// once.
func parameters(requests []providers.Request) []providers.Param {
	var found []providers.Param
	add := func(p providers.Param) {
		if !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	for _, r := range requests {
		for _, p := range r.Query {
			add(p)
		}
		gjson.Parse(r.Body).ForEach(func(key, value gjson.Result) bool {
			add(providers.Param{Key: key.String(), Value: value.String()})
			return true
		})
	}
	return found
}

// exampleWith opens a provider's example with further options.
func exampleWith(t *testing.T, p providers.Provider, change func(*providers.Options)) *providers.Source {
	t.Helper()
	c, o := p.Example()
	change(&o)
	source, err := c.Open(o)
	require.NoError(t, err)
	return source
}

// A vendor that can be asked for one value is not asked when there are two: either
// both are said, or none.
func TestSeveralValuesArePushedTogether(t *testing.T) {
	const one, two = "first-value", "second-value"
	pairs := map[string]func(f *providers.Filter, values ...string){
		"action":      func(f *providers.Filter, v ...string) { f.Actions = v },
		"actor_id":    func(f *providers.Filter, v ...string) { f.ActorIDs = v },
		"entity":      func(f *providers.Filter, v ...string) { f.Entities = v },
		"entity_type": func(f *providers.Filter, v ...string) { f.EntityTypes = v },
	}
	pushed := 0
	for _, p := range all.Providers() {
		for name, set := range pairs {
			t.Run(p.Key+"/"+name, func(t *testing.T) {
				with := func(values ...string) *providers.Source {
					return exampleWith(t, p, func(o *providers.Options) { set(&o.Filter, values...) })
				}
				single, several := with(one), with(one, two)
				for i, s := range several.Streams {
					text := said(asked(t, &s))
					assert.Equal(t, strings.Contains(text, one), strings.Contains(text, two), "%s: one of two values is asked for", s.Name)
					if strings.Contains(said(asked(t, &single.Streams[i])), one) {
						pushed++
					}
				}
			})
		}
	}
	assert.Greater(t, pushed, 20, "hardly a filter is pushed: the test looks in the wrong place")
}

// A network is not an address: no vendor is asked for the address it begins with.
func TestNetworksAreNotPushedAsAddresses(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			network := exampleWith(t, p, func(o *providers.Options) {
				o.Filter.IPs = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
			})
			two := exampleWith(t, p, func(o *providers.Options) {
				o.Filter.IPs = []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32"), netip.MustParsePrefix("198.51.100.9/32")}
			})
			for i, s := range network.Streams {
				assert.NotContains(t, said(asked(t, &s)), "203.0.113", s.Name)
				text := said(asked(t, &two.Streams[i]))
				assert.Equal(t, strings.Contains(text, "203.0.113.7"), strings.Contains(text, "198.51.100.9"), s.Name)
			}
		})
	}
}

// The fingerprint of a stream changes with what is pushed, where a vendor's cursor
// depends on it.
func TestFingerprintFollowsPushedFilters(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			plain := exampleWith(t, p, func(*providers.Options) {})
			filtered := exampleWith(t, p, func(o *providers.Options) { o.Filter.ActorIDs = []string{"first-value"} })
			for i, s := range filtered.Streams {
				if s.Resume == providers.ByCursor && strings.Contains(said(asked(t, &s)), "first-value") {
					assert.NotEqual(t, plain.Streams[i].Fingerprint, s.Fingerprint, s.Name)
				}
			}
		})
	}
}

// What a user adds to the query reaches the vendor untouched, and leaves what the
// provider says itself as it is.
func TestRemoteQueryPassesThrough(t *testing.T) {
	extra := map[string]string{"extra key": "a b&c=d", "other": "Ünï"}
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			plain := exampleWith(t, p, func(*providers.Options) {})
			source := exampleWith(t, p, withRemoteQuery(extra))
			for i, s := range source.Streams {
				got := parameters(asked(t, &s))
				for key, value := range extra {
					assert.True(t, slices.ContainsFunc(got, func(p providers.Param) bool {
						return strings.Contains(p.Key, key) && p.Value == value
					}), "%s does not ask for %s: %v", s.Name, key, got)
				}
				assert.Subset(t, got, parameters(asked(t, &plain.Streams[i])), "%s loses a parameter", s.Name)
			}
		})
	}
}

// Whatever a provider sets itself to page and to select a window is reserved, so that
// the receiver refuses it in remote_query; or it is said once all the same, with what
// the provider needs in it.
func TestRemoteQueryOverridesNothing(t *testing.T) {
	for _, p := range all.Providers() {
		t.Run(p.Key, func(t *testing.T) {
			source := exampleWith(t, p, func(*providers.Options) {})
			for i, s := range source.Streams {
				for _, own := range parameters(asked(t, &s)) {
					if slices.Contains(s.Reserved, own.Key) {
						continue
					}
					other := exampleWith(t, p, withRemoteQuery(map[string]string{own.Key: "the-user's"})).Streams[i]
					got := slices.DeleteFunc(parameters(asked(t, &other)), func(p providers.Param) bool { return p.Key != own.Key })
					if assert.Len(t, got, 1, "%s: %s can be set twice; reserve it", s.Name, own.Key) {
						assert.Contains(t, got[0].Value, own.Value, "%s: %s can be overridden; reserve it", s.Name, own.Key)
					}
				}
			}
		})
	}
}

func withRemoteQuery(extra map[string]string) func(*providers.Options) {
	return func(o *providers.Options) {
		query := map[string]string{}
		maps.Copy(query, o.RemoteQuery)
		maps.Copy(query, extra)
		o.RemoteQuery = query
	}
}
