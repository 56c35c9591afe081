package activityreceiver

import (
	"net/netip"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// build turns the configured filters into those of the contract and reports what
// cannot be read under prefix.
func (c *FilterConfig) build(p *providers.Problems, prefix string) providers.Filter {
	f := providers.Filter{
		Actions:        c.Action,
		ActorIDs:       c.ActorID,
		Entities:       c.Entity,
		EntityTypes:    c.EntityType,
		OrganizationID: c.OrganizationID,
		Product:        c.Product,
		Since:          moment(p, prefix+"created_at::since", c.CreatedAt.Since),
		Until:          moment(p, prefix+"created_at::until", c.CreatedAt.Until),
	}
	noEmpty(p, prefix+"action", c.Action)
	noEmpty(p, prefix+"actor_id", c.ActorID)
	noEmpty(p, prefix+"entity", c.Entity)
	noEmpty(p, prefix+"entity_type", c.EntityType)
	p.EachOneOf(prefix+"actor::type", c.Actor.Type,
		string(providers.ActorUser), string(providers.ActorSystem), string(providers.ActorAnonymous))
	for _, t := range c.Actor.Type {
		f.ActorTypes = append(f.ActorTypes, providers.ActorType(t))
	}
	for _, s := range c.IPAddress {
		network, ok := parseNetwork(s)
		if !ok {
			p.Add(prefix+"ip_address", "%q is no address and no network; write for example 203.0.113.7 or 203.0.113.0/24", s)
			continue
		}
		f.IPs = append(f.IPs, network)
	}
	if !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		p.Add(prefix+"created_at", "since must be before until")
	}
	return f
}

// noEmpty refuses an empty text in a list, which would match nothing.
func noEmpty(p *providers.Problems, key string, values []string) {
	for _, v := range values {
		if v == "" {
			p.Add(key, "holds an empty text; remove it")
		}
	}
}

func moment(p *providers.Problems, key, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	p.Add(key, "%q is no time; write for example 2026-01-31T00:00:00Z", s)
	return time.Time{}
}

// parseNetwork reads an address or a CIDR; IPv4 in IPv6 is taken as IPv4.
func parseNetwork(s string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	n, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if n.Addr().Is4In6() && n.Bits() >= 96 {
		n = netip.PrefixFrom(n.Addr().Unmap(), n.Bits()-96)
	}
	return n.Masked(), true
}
