package activityreceiver

import (
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// bodyOf returns the body of a record. It is never empty: some exporters drop
// records without one. An event that could not be decoded keeps its raw record,
// which is all that is known of it, unless that must appear nowhere.
func (b *recordBuilder) bodyOf(a *providers.Activity) string {
	if a.Raw != "" && (b.body == BodyRaw || b.body == BodyDescription && a.DecodeError != "") {
		return a.Raw
	}
	if s := oneLine(a.Description); s != "" {
		return s
	}
	if s := summary(a); s != "" {
		return s
	}
	return b.fallback
}

// oneLine puts a text of several lines on one.
func oneLine(s string) string {
	if strings.ContainsAny(s, "\r\n\t") || strings.HasPrefix(s, " ") {
		return strings.Join(strings.Fields(s), " ")
	}
	return s
}

// summary says who did what to what, as far as it is known.
func summary(a *providers.Activity) string {
	action := first(string(a.Action), a.RawAction)
	if action == "" {
		return ""
	}
	return oneLine(words(actorLabel(&a.Actor), action, a.Entity.Type, first(a.Entity.Name, a.Entity.ID)))
}

// actorLabel names the actor by what the attributes of its type hold.
func actorLabel(a *providers.Actor) string {
	switch a.Type {
	case providers.ActorUser:
		return first(a.Email, a.Login, a.Name, a.ID, string(a.Type))
	case providers.ActorSystem:
		return first(a.AppName, a.AppID, string(a.Type))
	case providers.ActorAnonymous:
		return first(a.Email, a.Login, string(a.Type))
	}
	return ""
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" && v != "null" && v != "unknown" {
			return v
		}
	}
	return ""
}

// words joins what is not empty by spaces.
func words(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p)
	}
	return b.String()
}
