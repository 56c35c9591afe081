package onelogin

import (
	"slices"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/providers"
)

// table lists event types by id and name.
type table map[providers.Action]map[int]string

// eventType is what is known of an event type without asking the vendor.
type eventType struct {
	name    string
	action  providers.Action // "" keeps the vendor's word
	outcome providers.Outcome
}

// types are the known event types by their id as text, because ids of events may
// exceed every integer type of ours.
var types = index()

func index() map[string]eventType {
	all := map[string]eventType{}
	add := func(t table, o providers.Outcome) {
		for action, names := range t {
			outcome := o
			if action == providers.LoginFailed {
				outcome = providers.Failure
			}
			for id, name := range names {
				all[strconv.Itoa(id)] = eventType{name: name, action: action, outcome: outcome}
			}
		}
	}
	add(people, providers.Success)
	add(things, providers.Success)
	add(peopleFailed, providers.Failure)
	add(thingsFailed, providers.Failure)
	for id, name := range plain {
		all[strconv.Itoa(id)] = eventType{name: name}
	}
	return all
}

// typeIDs returns the ids of the event types that bring every event of the wanted
// actions, as the vendor takes them (8,13), or "" when they cannot be named: new
// types appear without notice, but only under names of their own. named are the
// vendor's names, which may differ from the built-in ones.
func typeIDs(wanted []string, named map[string]string) string {
	var ids []int
	for _, w := range wanted {
		found := len(ids)
		for id, t := range types {
			if string(t.action) == w || t.name == w {
				ids = appendID(ids, id)
			}
		}
		for id, name := range named {
			if name == w {
				ids = appendID(ids, id)
			}
		}
		ids = appendID(ids, w)
		if len(ids) == found {
			return ""
		}
	}
	return join(ids)
}

// appendID adds an id that is a number.
func appendID(ids []int, id string) []int {
	if n, err := strconv.Atoi(id); err == nil && n > 0 {
		return append(ids, n)
	}
	return ids
}

func join(ids []int) string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	words := make([]string, 0, len(ids))
	for _, id := range slices.Compact(ids) {
		words = append(words, strconv.Itoa(id))
	}
	return strings.Join(words, ",")
}
