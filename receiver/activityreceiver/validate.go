package activityreceiver

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/providers"
)

// Validate checks everything that can be known without I/O and reports every
// problem with its path.
func (c *Config) Validate() error {
	var p providers.Problems
	if c.PollInterval < minPollInterval {
		p.Add("poll_interval", "%v is too short; the least is %v", c.PollInterval, minPollInterval)
	}
	if c.InitialLookback < 0 {
		p.Add("initial_lookback", "must not be negative")
	}
	if c.MaxConcurrentRequests < 1 {
		p.Add("max_concurrent_requests", "%d is too small; the least is 1", c.MaxConcurrentRequests)
	}
	if c.MaxResponseSize < 1 {
		p.Add("max_response_size", "%d is too small; give a number of bytes, for example %d", c.MaxResponseSize, defaultMaxResponseSize)
	}
	p.Require("service_namespace", c.ServiceNamespace)
	if c.Shard.Count < 1 {
		p.Add("shard::count", "%d is too small; the least is 1", c.Shard.Count)
	} else {
		p.Range("shard::index", c.Shard.Index, 0, c.Shard.Count-1)
	}
	checkRecord(&p, "", c.Body, c.Raw)
	checkResource(&p, "", c.ResourceAttributes)
	noEmpty(&p, "exclude_fields", c.ExcludeFields)
	if len(c.Providers) == 0 {
		p.Add(providersKey, "is empty; add at least one entry type[/name]; valid types: %s", list(c.registry.keys("")))
	}
	_, err := c.open()
	return errors.Join(p.Err(), err)
}

func checkRecord(p *providers.Problems, prefix string, body Body, raw Raw) {
	p.OneOf(prefix+"body", string(body), string(BodyRaw), string(BodyDescription), string(BodyNone))
	switch {
	case raw != RawNowhere && raw != RawAttribute:
		p.Add(prefix+"raw", "%q is not valid; use %q, or leave it out", raw, RawAttribute)
	case raw == RawAttribute && body == BodyRaw:
		p.Add(prefix+"raw", "the vendor's record is the body already; set body to %s as well", BodyDescription)
	case raw == RawAttribute && body == BodyNone:
		p.Add(prefix+"raw", "body %s keeps the vendor's record out of the log record; set body to %s", BodyNone, BodyDescription)
	}
}

// checkResource refuses what would clash with our own names: backends that turn
// dots into objects cannot hold both a name and one that it begins.
func checkResource(p *providers.Problems, prefix string, attributes Texts) {
	own := schema.Names(schema.Resource())
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		key := prefix + join(resourceAttributesKey, name)
		switch name {
		case "":
			p.Add(key, "has no name")
		case schema.Provider, schema.Stream:
			p.Add(key, "is the receiver's own and cannot be set")
		default:
			if other, clash := clashing(name, slices.Concat(own, slices.Sorted(maps.Keys(attributes)))); clash {
				p.Add(key, "one of %s and %s begins with the other; rename it", name, other)
			}
		}
	}
}

func clashing(name string, others []string) (string, bool) {
	for _, o := range others {
		if strings.HasPrefix(o, name+".") || strings.HasPrefix(name, o+".") {
			return o, true
		}
	}
	return "", false
}

// instance is an opened entry of providers.
type instance struct {
	id      component.ID
	config  *InstanceConfig
	source  *providers.Source
	streams []providers.Stream // the selected ones
	filter  providers.Filter
}

// path of the instance's keys in the configuration.
func (i *instance) path() string { return join(providersKey, i.id.String()) + confmap.KeyDelimiter }

// open opens every entry of providers, sorted by name, without I/O. The error
// lists every problem with its path.
func (c *Config) open() ([]*instance, error) {
	ids := slices.SortedFunc(maps.Keys(c.Providers), func(a, b component.ID) int {
		return strings.Compare(a.String(), b.String())
	})
	var instances []*instance
	var problems []error
	for _, id := range ids {
		i := &instance{id: id, config: c.Providers[id]}
		if err := i.open(c); err != nil {
			problems = append(problems, err)
			continue
		}
		instances = append(instances, i)
	}
	return instances, errors.Join(errors.Join(problems...), refuseTwins(instances))
}

// open checks the instance, but for what it has from the receiver, and opens it.
func (i *instance) open(receiver *Config) error {
	var p providers.Problems
	i.checkCommon(&p)
	i.checkOverrides(&p, receiver)
	i.filter = i.config.Filter.build(&p, i.path()+"filter::")
	source, err := i.config.Vendor.Open(providers.Options{
		Endpoint:     strings.TrimRight(i.config.Endpoint, "/"),
		Streams:      i.config.Streams,
		Filter:       i.filter,
		RemoteQuery:  i.config.RemoteQuery,
		Overlap:      i.config.Overlap,
		PageSize:     i.config.PageSize,
		ExternalAuth: i.config.HTTP.Auth.HasValue(),
	})
	if err != nil {
		return errors.Join(p.Err(), withPath(i.path(), err))
	}
	i.source = source
	i.checkProduct(&p)
	i.selectStreams(&p)
	for _, s := range i.streams {
		i.checkStream(&p, &s)
	}
	return p.Err()
}

func (i *instance) checkCommon(p *providers.Problems) {
	c, path := i.config, i.path()
	if reason := badEndpoint(c.Endpoint); reason != "" {
		p.Add(path+"endpoint", "%s; write for example https://api.example.com", reason)
	}
	if c.Overlap < 0 {
		p.Add(path+"overlap", "must not be negative")
	}
	if c.PageSize < 0 {
		p.Add(path+"page_size", "must not be negative")
	}
	if c.RateLimit.RequestsPerMinute < 0 {
		p.Add(path+"rate_limit::requests_per_minute", "must not be negative; 0 keeps the vendor's number")
	}
	if c.RateLimit.Reserve < 0 || c.RateLimit.Reserve >= 1 {
		p.Add(path+"rate_limit::reserve", "%v is outside 0..1 (1 excluded)", c.RateLimit.Reserve)
	}
	if c.HTTP.Endpoint != "" {
		p.Add(path+"http::endpoint", "is not used; set %sendpoint", path)
	}
	if c.HTTP.Timeout <= 0 {
		p.Add(path+"http::timeout", "must be more than 0")
	}
}

// checkOverrides checks what the instance says instead of the receiver.
func (i *instance) checkOverrides(p *providers.Problems, receiver *Config) {
	c, path := i.config, i.path()
	if c.PollInterval < minPollInterval && c.PollInterval != receiver.PollInterval {
		p.Add(path+"poll_interval", "%v is too short; the least is %v", c.PollInterval, minPollInterval)
	}
	if c.InitialLookback < 0 && c.InitialLookback != receiver.InitialLookback {
		p.Add(path+"initial_lookback", "must not be negative")
	}
	if c.Body != receiver.Body || c.Raw != receiver.Raw {
		checkRecord(p, path, c.Body, c.Raw)
	}
	if !maps.Equal(c.ResourceAttributes, receiver.ResourceAttributes) {
		checkResource(p, path, c.ResourceAttributes)
	}
	if !slices.Equal(c.ExcludeFields, receiver.ExcludeFields) {
		noEmpty(p, path+"exclude_fields", c.ExcludeFields)
	}
}

// badEndpoint says what is wrong with a base URL, or "".
func badEndpoint(endpoint string) string {
	if endpoint == "" {
		return ""
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil: // its text would quote a password
		return "is no URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "must begin with https:// or http://"
	case u.Host == "":
		return "has no host"
	case u.User != nil:
		return "must not hold a user name or password"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "must not hold a query or fragment"
	}
	return ""
}

// withPath puts the path of an instance before each of a provider's problems.
func withPath(path string, err error) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, e := range several.Unwrap() {
			errs = append(errs, withPath(path, e))
		}
		return errors.Join(errs...)
	}
	if k, ok := errors.AsType[*providers.KeyError](err); ok {
		return &providers.KeyError{Key: path + k.Key, Reason: k.Reason}
	}
	return fmt.Errorf("%s: %w", strings.TrimSuffix(path, confmap.KeyDelimiter), err)
}
