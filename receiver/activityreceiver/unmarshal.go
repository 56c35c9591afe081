package activityreceiver

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	providersKey          = "providers"
	remoteQueryKey        = "remote_query"
	resourceAttributesKey = "resource_attributes"
)

// Unmarshal reads the receiver's keys, then each entry of providers: the keys that
// every instance has, and the vendor's own into the configuration of its provider.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	type plain Config // without this method
	own, err := part(conf, func(key string) bool { return key != providersKey })
	if err != nil {
		return err
	}
	if err := checkKeys("", own, reflect.TypeFor[Config]()); err != nil {
		return err
	}
	if err := read(own, (*plain)(c)); err != nil {
		return err
	}
	c.ResourceAttributes = texts(conf, resourceAttributesKey, c.ResourceAttributes)
	if !conf.IsSet(providersKey) {
		return nil
	}
	entries, err := conf.Sub(providersKey)
	if err != nil {
		return errors.New("providers: must be a map of type[/name] to the instance's configuration")
	}
	var problems []error
	c.Providers = make(map[component.ID]*InstanceConfig)
	for _, key := range slices.Sorted(maps.Keys(entries.ToStringMap())) {
		if err := c.unmarshalInstance(entries, key); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func (c *Config) unmarshalInstance(entries *confmap.Conf, key string) error {
	var id component.ID
	path := providersKey + confmap.KeyDelimiter + key
	if err := id.UnmarshalText([]byte(key)); err != nil {
		return fmt.Errorf("%s: is no type[/name]: %w", path, err)
	}
	path = providersKey + confmap.KeyDelimiter + id.String()
	if _, taken := c.Providers[id]; taken {
		return fmt.Errorf("%s: there are two entries with this name", path)
	}
	provider, ok := c.registry[id.Type()]
	if !ok {
		return fmt.Errorf("%s: there is no provider %q; valid types: %s", path, id.Type(), list(c.registry.keys(id.Type().String())))
	}
	conf, err := entries.Sub(key)
	if err != nil {
		return fmt.Errorf("%s: must be a map of keys", path)
	}
	instance := c.newInstance(provider)
	if err := instance.unmarshal(path, conf); err != nil {
		return err
	}
	c.Providers[id] = instance
	return nil
}

// newInstance starts from what the receiver's configuration says.
func (c *Config) newInstance(p providers.Provider) *InstanceConfig {
	return &InstanceConfig{
		PollInterval:       c.PollInterval,
		InitialLookback:    c.InitialLookback,
		RateLimit:          RateLimitConfig{Reserve: defaultReserve},
		HTTP:               defaultHTTP(),
		Body:               c.Body,
		Raw:                c.Raw,
		ExcludeFields:      slices.Clone(c.ExcludeFields),
		ResourceAttributes: maps.Clone(c.ResourceAttributes),
		Vendor:             p.New(),
	}
}

func (i *InstanceConfig) unmarshal(path string, conf *confmap.Conf) error {
	if err := timesToText(conf); err != nil {
		return err
	}
	common := reflect.TypeFor[InstanceConfig]()
	if err := checkKeys(path, conf, common, reflect.TypeOf(i.Vendor)); err != nil {
		return err
	}
	names := fieldsOf(common)
	isCommon := func(key string) bool { _, ok := names[key]; return ok }
	for _, p := range []struct {
		keep   func(string) bool
		target any
	}{
		{isCommon, i},
		{func(key string) bool { return !isCommon(key) }, i.Vendor},
	} {
		keys, err := part(conf, p.keep)
		if err == nil {
			err = read(keys, p.target)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	i.ResourceAttributes = texts(conf, resourceAttributesKey, i.ResourceAttributes)
	i.RemoteQuery = texts(conf, remoteQueryKey, nil)
	return nil
}

// part returns the top-level keys of conf that keep wants.
func part(conf *confmap.Conf, keep func(key string) bool) (*confmap.Conf, error) {
	p := confmap.New()
	if err := p.Merge(conf); err != nil {
		return nil, err
	}
	for key := range conf.ToStringMap() {
		if !keep(key) {
			p.Delete(key)
		}
	}
	return p, nil
}

// read decodes conf into target, but for texts: these may be written as numbers,
// which confmap refuses.
func read(conf *confmap.Conf, target any) error {
	rest, err := part(conf, func(key string) bool { return key != remoteQueryKey && key != resourceAttributesKey })
	if err != nil {
		return err
	}
	return rest.Unmarshal(target)
}

// texts adds the entries of a map of scalars to those in base.
func texts(conf *confmap.Conf, key string, base Texts) Texts {
	sub, err := conf.Sub(key)
	if err != nil {
		return base
	}
	written := asTexts(sub)
	for name, value := range sub.ToStringMap() {
		text, ok := written[name]
		if !ok {
			text = scalar(value)
		}
		if base == nil {
			base = Texts{}
		}
		base[name] = text
	}
	return base
}

// asTexts returns the entries that were written as text, or come from a variable:
// those as the variable says, not as YAML would read it (0123 is not 83).
func asTexts(conf *confmap.Conf) map[string]string {
	m := map[string]string{}
	_ = conf.Unmarshal(&m) // the others are missing from m
	return m
}

// asLists returns the entries that can be read as lists of texts.
func asLists(conf *confmap.Conf) map[string][]string {
	m := map[string][]string{}
	_ = conf.Unmarshal(&m)
	return m
}

// scalar writes a number or boolean, as YAML read it, as text.
func scalar(value any) string {
	switch v := value.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return timeText(v)
	default:
		return fmt.Sprint(v)
	}
}

// timesToText undoes what YAML does to a time without quotes.
func timesToText(conf *confmap.Conf) error {
	bounds := map[string]any{}
	for _, key := range []string{"since", "until"} {
		if t, ok := conf.Get("filter::created_at::" + key).(time.Time); ok {
			bounds[key] = timeText(t)
		}
	}
	if len(bounds) == 0 {
		return nil
	}
	return conf.Merge(confmap.NewFromStringMap(map[string]any{
		"filter": map[string]any{"created_at": bounds},
	}))
}

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
