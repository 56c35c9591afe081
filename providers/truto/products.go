package truto

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/otelactivity/otelactivity/providers"
)

// product is what the API documents about one connected product:
// https://www.truto.one/docs/api-reference/unified-user-directory-api/activities/list
type product struct {
	name string
	// actions are the values of the parameter action that the product serves.
	actions []providers.Action
	// actorID tells that the parameter is actor_id, not actor[user][id].
	actorID bool
	// entity, ip and product tell which further parameters are sent. entity_type is
	// not: types are compared without case here, and as the product likes there.
	entity, ip, product bool
	// organization tells that organization_id is required.
	organization bool
	// noID tells that rows come without an id.
	noID bool
}

var every = providers.Actions()

// known lists the products by the key of their name.
var known = index(
	product{name: "Airtable", actions: every, actorID: true},
	product{name: "Asana", actions: every, actorID: true, entity: true, organization: true},
	product{name: "Atlassian", actions: every},
	product{name: "Azure Active Directory", actions: every, entity: true},
	product{name: "Box", actions: every, entity: true},
	product{name: "BrowserStack", actions: every},
	product{name: "Confluence"},
	product{name: "Confluence On Prem"},
	product{name: "Dropbox - Business", actions: []providers.Action{providers.Login, providers.LoginFailed, providers.Logout}, actorID: true},
	product{name: "Figma", actions: []providers.Action{providers.Login, providers.Logout, providers.UserCreated, providers.UserDeleted}, entity: true},
	product{name: "GitHub", actions: every, organization: true},
	product{name: "HubSpot", actions: []providers.Action{providers.Login}, actorID: true, entity: true},
	product{name: "Intercom", actions: every},
	product{name: "Jira", entity: true},
	product{name: "Jira Service Management", entity: true},
	product{name: "Microsoft 365", actions: every, entity: true, product: true},
	product{name: "Okta", actions: every, actorID: true},
	product{name: "OneLogin", actions: every, actorID: true},
	product{name: "Salesforce", actions: every, actorID: true},
	product{name: "Slack", actions: every},
	product{name: "Teamwork Project Management", actions: every, entity: true},
	product{name: "Zendesk", actions: every, actorID: true, entity: true, ip: true},
	product{name: "Zoom", actions: []providers.Action{providers.Login}, noID: true},
)

// short are names that people use for some of them.
var short = map[string]string{
	"dropbox":  "dropboxbusiness",
	"teamwork": "teamworkprojectmanagement",
}

func index(products ...product) map[string]product {
	m := make(map[string]product, len(products))
	for _, p := range products {
		m[key(p.name)] = p
	}
	return m
}

// key reduces a name to its letters and digits, so that "Microsoft 365",
// "microsoft_365" and "microsoft365" are one.
func key(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// find returns the product of that name; the zero product for an empty name,
// which serves only the filters that every product serves.
func find(name string) (product, bool) {
	k := key(name)
	if long, ok := short[k]; ok {
		k = long
	}
	p, ok := known[k]
	return p, ok || name == ""
}

func names() string {
	list := make([]string, 0, len(known))
	for _, p := range known {
		list = append(list, p.name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// pushed returns the filters that the product serves: those of one value. An
// unsupported filter is not announced in the answer, so nothing else is sent:
// https://truto.one/docs/guides/how-truto-works/realtime-unified-apis-considerations
func (p product) pushed(f *providers.Filter) providers.Params {
	var q providers.Params
	if id, ok := providers.Single(f.ActorIDs); ok {
		if p.actorID {
			q.Add("actor_id", id)
		} else {
			q.Add("actor[user][id]", id)
		}
	}
	// Rows without a type are given one when they are decoded, user or system, so
	// only anonymous is exactly what the vendor would select.
	if kind, ok := providers.Single(f.ActorTypes); ok && kind == providers.ActorAnonymous {
		q.Add("actor[type]", string(kind))
	}
	if action, ok := providers.Single(f.Actions); ok && slices.Contains(p.actions, providers.Action(action)) {
		q.Add("action", action)
	}
	if entity, ok := providers.Single(f.Entities); ok && p.entity {
		q.Add("entity", entity)
	}
	if ip, ok := f.SingleIP(); ok && p.ip && f.IPs[0].Addr().Is4() { // IPv6 has many spellings
		q.Add("ip_address", ip)
	}
	q.AddSet("product", f.Product)
	return q
}

// params puts a map into the API's notation for objects: name[key]=value.
func params(name string, m map[string]string) providers.Params {
	var q providers.Params
	for _, k := range slices.Sorted(maps.Keys(m)) {
		q.Add(name+"["+k+"]", m[k])
	}
	return q
}
