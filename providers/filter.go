package providers

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Filter holds the unified filters. Within a list any match suffices; all set
// filters must match. The zero Filter matches everything.
type Filter struct {
	Actions        []string       // unified or raw action
	ActorIDs       []string       // actor.user.id
	ActorTypes     []ActorType    //
	Entities       []string       // entity id
	EntityTypes    []string       // compared without case
	IPs            []netip.Prefix // single addresses are prefixes of full length
	OrganizationID string
	Product        string    // where a vendor's log covers several products
	Since, Until   time.Time // created_at, half-open; zero means unbounded
}

// Match reports whether a passes every set filter. Product is left to the
// provider, which lists its values in Source.Products: no unified field holds it.
func (f *Filter) Match(a *Activity) bool {
	return f.matchAction(a) &&
		(len(f.ActorIDs) == 0 || a.Actor.ID != "" && slices.Contains(f.ActorIDs, a.Actor.ID)) &&
		(len(f.ActorTypes) == 0 || slices.Contains(f.ActorTypes, a.Actor.Type)) &&
		(len(f.Entities) == 0 || a.Entity.ID != "" && slices.Contains(f.Entities, a.Entity.ID)) &&
		f.matchEntityType(a) &&
		(f.OrganizationID == "" || a.Organization == f.OrganizationID) &&
		f.matchIP(a) && f.matchTime(a)
}

func (f *Filter) matchAction(a *Activity) bool {
	return len(f.Actions) == 0 ||
		a.Action != "" && slices.Contains(f.Actions, string(a.Action)) ||
		a.RawAction != "" && slices.Contains(f.Actions, a.RawAction)
}

func (f *Filter) matchEntityType(a *Activity) bool {
	return len(f.EntityTypes) == 0 || a.Entity.Type != "" && slices.ContainsFunc(f.EntityTypes,
		func(t string) bool { return strings.EqualFold(t, a.Entity.Type) })
}

func (f *Filter) matchIP(a *Activity) bool {
	if len(f.IPs) == 0 {
		return true
	}
	ip, err := netip.ParseAddr(a.Context.IP)
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	return slices.ContainsFunc(f.IPs, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// matchTime lets an activity whose time cannot be read pass: a filter on a field
// that is broken must not lose the event.
func (f *Filter) matchTime(a *Activity) bool {
	if a.CreatedAt.IsZero() {
		return true
	}
	return (f.Since.IsZero() || !a.CreatedAt.Before(f.Since)) &&
		(f.Until.IsZero() || a.CreatedAt.Before(f.Until))
}

// Single returns the only value of a list, for vendors that take one.
func Single[T any](list []T) (T, bool) {
	if len(list) != 1 {
		var none T
		return none, false
	}
	return list[0], true
}

// SingleIP returns the only address of the ip filter when it is one plain
// address, for vendors that compare addresses exactly.
func (f *Filter) SingleIP() (string, bool) {
	p, ok := Single(f.IPs)
	if !ok || !p.IsSingleIP() {
		return "", false
	}
	return p.Addr().String(), true
}
