package providertest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// Check reports what no activity may break, whatever the input: unified words,
// the actor rules, an address that is one, times in UTC.
func Check(t testing.TB, a providers.Activity, err error) {
	t.Helper()
	fail := func(format string, args ...any) { t.Helper(); t.Errorf(format+" in %+v", append(args, a)...) }
	if err == nil && a.Action != "" && a.RawAction == "" {
		fail("an action without the vendor's word")
	}
	if a.Raw != "" || a.DecodeError != "" {
		fail("Raw and DecodeError belong to the engine")
	}
	switch a.Actor.Type {
	case providers.ActorUser:
		if a.Actor.AppID != "" || a.Actor.AppName != "" {
			fail("a user has an app's fields")
		}
	case providers.ActorSystem:
		if a.Actor.ID != "" || a.Actor.Email != "" || a.Actor.Login != "" || a.Actor.Name != "" {
			fail("a system actor has a user's fields")
		}
	case providers.ActorAnonymous:
		if a.Actor.ID != "" || a.Actor.Name != "" || a.Actor.AppID != "" || a.Actor.AppName != "" {
			fail("an anonymous actor has an identity")
		}
	case "":
		if a.Actor != (providers.Actor{}) {
			fail("an actor without type")
		}
	default:
		fail("unknown actor type %q", a.Actor.Type)
	}
	if a.Context.IP != "" {
		if _, err := netip.ParseAddr(a.Context.IP); err != nil {
			fail("context.ip is no address")
		}
	}
	switch a.Outcome {
	case "", providers.Success, providers.Failure:
	default:
		fail("unknown outcome %q", a.Outcome)
	}
	if !a.CreatedAt.IsZero() && (a.CreatedAt.Location() != time.UTC || a.CreatedAtRaw != "") {
		fail("created_at is not UTC, or has a raw value beside it")
	}
}

// Fuzz feeds Decode with anything: it must not panic, and must keep the rules.
func Fuzz(f *testing.F, stream providers.Stream, seeds ...string) {
	f.Helper()
	for _, s := range append(seeds, ``, `{}`, `[]`, `null`, `{"actor":[],"id":{}}`) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		a, err := stream.Decode(providers.Event{Raw: raw})
		Check(t, a, err)
	})
}
