package activityreceiver

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// selectStreams picks the configured streams, or the vendor's defaults.
func (i *instance) selectStreams(p *providers.Problems) {
	key := i.path() + "streams"
	byName := map[string]providers.Stream{}
	var names []string
	for _, s := range i.source.Streams {
		byName[s.Name] = s
		names = append(names, s.Name)
		if s.Default && len(i.config.Streams) == 0 {
			i.streams = append(i.streams, s)
		}
	}
	slices.Sort(names)
	for n, name := range i.config.Streams {
		s, known := byName[name]
		switch {
		case !known:
			p.Add(key, "there is no stream %q; valid streams: %s", name, list(closestFirst(name, names)))
		case slices.Contains(i.config.Streams[:n], name):
			p.Add(key, "%q is listed twice", name)
		default:
			i.streams = append(i.streams, s)
		}
	}
	if len(i.streams) == 0 && len(i.config.Streams) == 0 {
		p.Add(key, "nothing is read by default; choose from: %s", list(names))
	}
	if i.config.PageSize > 0 && len(i.streams) > 0 && !slices.ContainsFunc(i.streams, func(s providers.Stream) bool { return s.MaxPageSize > 0 }) {
		p.Add(i.path()+"page_size", "the vendor has no page size to set; leave it out")
	}
}

// checkProduct refuses a filter that would silently let everything pass.
func (i *instance) checkProduct(p *providers.Problems) {
	key := i.path() + "filter::product"
	switch product := i.config.Filter.Product; {
	case product == "":
	case len(i.source.Products) == 0:
		p.Add(key, "the vendor's log covers one product; leave it out")
	default:
		p.OneOf(key, product, i.source.Products...)
	}
}

func (i *instance) checkStream(p *providers.Problems, s *providers.Stream) {
	if s.MaxPageSize > 0 && i.config.PageSize > s.MaxPageSize {
		p.Add(i.path()+"page_size", "%d is outside 1..%d, what the vendor allows for %s", i.config.PageSize, s.MaxPageSize, s.Name)
	}
	if i.config.Overlap > 0 && i.config.Overlap < s.MinLateness {
		p.Add(i.path()+"overlap", "%v is too short for %s, whose events appear up to %v late; the least is %v",
			i.config.Overlap, s.Name, s.MinLateness, s.MinLateness)
	}
	// Events are read a last time some time after the overlap; by then the vendor must
	// still have them.
	if most := s.Retention / 2; most > 0 && i.config.Overlap > most {
		p.Add(i.path()+"overlap", "%v is too long for %s, whose events the vendor keeps for %v; the most is %v",
			i.config.Overlap, s.Name, s.Retention, most)
	}
	for _, name := range slices.Sorted(maps.Keys(i.config.RemoteQuery)) {
		if slices.Contains(s.Reserved, name) {
			p.Add(i.path()+join(remoteQueryKey, name), "the receiver sets this itself to read %s; leave it out", s.Name)
		}
	}
}

// fingerprint names what the instance asks for besides the vendor's own keys:
// equal ones bring equal events. Empty when everything is asked for. It is a hash,
// for remote_query may hold anything.
func (i *instance) fingerprint() string {
	var parts []string
	add := func(name string, values ...string) {
		for _, v := range slices.Sorted(slices.Values(values)) {
			if v != "" {
				parts = append(parts, name+"="+v)
			}
		}
	}
	f := &i.config.Filter
	add("action", f.Action...)
	add("actor_id", f.ActorID...)
	add("actor_type", f.Actor.Type...)
	add("entity", f.Entity...)
	add("entity_type", f.EntityType...)
	add("ip_address", f.IPAddress...)
	add("organization_id", f.OrganizationID)
	add("product", f.Product)
	add("since", f.CreatedAt.Since)
	add("until", f.CreatedAt.Until)
	for _, name := range slices.Sorted(maps.Keys(i.config.RemoteQuery)) {
		parts = append(parts, "remote_query\x00"+name+"="+i.config.RemoteQuery[name])
	}
	if len(parts) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// refuseTwins reports instances that read the same stream of the same account with
// the same filters: every event would come twice, with equal uids.
func refuseTwins(instances []*instance) error {
	type account struct{ provider, tenant, stream, fingerprint string }
	first := map[account]*instance{}
	var problems []error
	for _, i := range instances {
		for _, s := range i.streams {
			a := account{i.id.Type().String(), cmp.Or(i.source.Account, i.source.Tenant), s.Name, i.fingerprint()}
			if other, ok := first[a]; ok {
				problems = append(problems, fmt.Errorf("%s reads %s of %q, which %s reads already with the same filters; every event would come twice: remove one, or let their filters differ",
					strings.TrimSuffix(i.path(), "::"), s.Name, i.source.Tenant, strings.TrimSuffix(other.path(), "::")))
				continue
			}
			first[a] = i
		}
	}
	return errors.Join(problems...)
}

// sharing returns a warning for every two instances that read the same log under
// different names.
func sharing(instances []*instance) []string {
	var warnings []string
	first := map[string]*instance{}
	for _, i := range instances {
		shares := i.source.Shares
		if shares == "" {
			continue
		}
		if other, ok := first[shares]; ok {
			warnings = append(warnings, fmt.Sprintf("%s and %s read the same log (%s); its events come twice: remove one of them", other.id, i.id, shares))
			continue
		}
		first[shares] = i
	}
	return warnings
}

// stream is what the engine needs of one stream.
func (i *instance) stream(s providers.Stream, client poll.Client) *poll.Stream {
	pageSize := 0
	if s.MaxPageSize > 0 {
		pageSize = cmp.Or(i.config.PageSize, s.PageSize)
	}
	return &poll.Stream{
		Key:             i.key(&s),
		Source:          i.source,
		Stream:          s,
		Client:          client,
		Filter:          i.filter,
		Exclude:         slices.Concat(i.config.ExcludeFields, i.source.Redact),
		PollInterval:    i.config.PollInterval,
		InitialLookback: i.config.InitialLookback,
		Lateness:        cmp.Or(i.config.Overlap, s.Lateness),
		PageSize:        pageSize,
		Fingerprint:     i.fingerprint(),
	}
}

func (i *instance) key(s *providers.Stream) poll.Key {
	return poll.Key{Provider: i.id.Type().String(), Instance: i.id.String(), Stream: s.Name}
}

// grants says what the account must be granted for each stream.
func grants(instances []*instance) map[poll.Key]string {
	m := map[poll.Key]string{}
	for _, i := range instances {
		for _, s := range i.streams {
			m[i.key(&s)] = s.Grant
		}
	}
	return m
}
