package atlassian

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one action:
// https://support.atlassian.com/security-and-access-policies/docs/audit-log-activities-database
type kind struct {
	action, message string
	context         string // letters: u user, i invited user, g group, p policy, s space, t token
	weight          int
}

var kinds = []kind{
	{"user_login", "Logged in", "u", 12},
	{"user_login_failed", "Failed to log in", "u", 4},
	{"user_logout", "Logged out", "u", 4},
	{"user_invited", "Invited a user", "i", 2},
	{"user_invite_to_org", "Invited a user to the organization", "i", 1},
	{"user_created", "Created a user", "u", 1},
	{"scim_user_create", "Created a user by provisioning", "u", 2},
	{"managed_account_deactivated", "Deactivated an account", "u", 1},
	{"scim_user_delete", "Deleted a user by provisioning", "u", 1},
	{"user_removed_from_org", "Removed a user", "u", 1},
	{"user_added_to_group", "Added a user to a group", "gu", 4},
	{"user_removed_from_group", "Removed a user from a group", "gu", 2},
	{"user_granted_product_access", "Granted access to a product", "u", 2},
	{"password_change", "Changed the password", "u", 1},
	{"export_audit_log", "Exported the audit log", "", 1},
	{"group_created", "Created a group", "g", 1},
	{"group_deleted", "Deleted a group", "g", 1},
	{"group_updated", "Updated a group", "g", 1},
	{"domain_added", "Added a domain", "", 1},
	{"api_token_created", "Created an API token", "tu", 2},
	{"api_token_revoked", "Revoked an API token", "tu", 1},
	{"domain_auth_policy_changed", "Changed authentication policy", "p", 1},
	{"data_security_policy_update", "Updated a policy", "p", 1},
	{"jira_issue_created", "Created a work item", "s", 5},
	{"jira_project_deleted", "Deleted a project", "s", 1},
	{"confluence_page_created", "Created a page", "s", 5},
	{"confluence_page_viewed", "Viewed a page", "s", 6},
	{"confluence_space_exported", "Exported a space", "s", 1},
	{"bitbucket_repository_updated", "Updated a repository", "s", 1},
	{"user_logged_in_as_user", "Logged in as another user", "u", 1},
	{"organization_users_viewed", "Viewed users", "", 2},
	{"rovo_agent_daydreamed", "An agent daydreamed", "", 1},
}

var byWeight = func() []kind {
	var all []kind
	for _, k := range kinds {
		for range k.weight {
			all = append(all, k)
		}
	}
	return all
}()

func accountID(n int) string { return fmt.Sprintf("712020:%08d-0000-4000-8000-0000000000a9", n) }

// stamp writes a time with as many digits as it needs, or with six.
func stamp(rnd *rand.Rand, at time.Time) string {
	if vendorsim.OneIn(rnd, 4) {
		return at.Format("2006-01-02T15:04:05.000000Z")
	}
	if at.Nanosecond() == 0 {
		return at.Format("2006-01-02T15:04:05Z")
	}
	return at.Format("2006-01-02T15:04:05.000Z")
}

// generate makes one event in the form of the stream.
func generate(rnd *rand.Rand, _ int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := vendorsim.UUID(rnd)
	container := []any{object{"id": vendorsim.UUID(rnd), "type": "sites", "attributes": object{"siteName": "acme", "siteHostName": "https://acme.example.com"}, "links": object{}}}
	attributes := object{
		"time": stamp(rnd, at), "processedAt": stamp(rnd, at.Add(time.Duration(rnd.IntN(2000))*time.Millisecond)),
		"action": k.action, "actor": actor(rnd), "context": contexts(rnd, k.context), "container": container,
	}
	if place := location(rnd); place != nil {
		attributes["location"] = place
	}
	message := vendorsim.Pick(rnd, k.message, k.message, k.message+` "Über <alle>" 🦊`, "")
	return id, vendorsim.JSON(object{
		"id": id, "type": "events", "attributes": attributes,
		"links":   object{"self": "https://api.atlassian.com/admin/v1/orgs/" + organization + "/events/" + id},
		"message": object{"content": message, "format": "simple"},
	})
}

func actor(rnd *rand.Rand) any {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	a := object{"id": accountID(p.N), "name": p.Name, "email": p.Email, "links": object{}}
	switch rnd.IntN(16) {
	case 0:
		return object{"id": "atlassian-internal-system", "name": "Atlassian Internal System", "email": "Atlassian Internal System", "links": object{}}
	case 1:
		return object{"id": "confluence", "name": "Confluence", "email": "Atlassian app", "links": object{}}
	case 2:
		return object{"id": "", "name": "", "email": ""}
	case 3:
		a["id"] = "5b10a2844c20165700ede2" + fmt.Sprintf("%02x", p.N)
	case 4:
		a["onBehalfOf"] = object{"id": accountID(1), "name": vendorsim.People[0].Name, "email": vendorsim.People[0].Email}
	case 5:
		a["email"] = ""
	}
	if vendorsim.OneIn(rnd, 2) {
		a["auth"] = object{"authType": vendorsim.Pick(rnd, "api-token", "session", "container-token", "auth-token-for-3LO"), "tokenId": "t-" + vendorsim.Hex(rnd, 4), "tokenLabel": nil}
	}
	return a
}

func contexts(rnd *rand.Rand, letters string) []any {
	list := []any{}
	for _, l := range letters {
		p := vendorsim.Pick(rnd, vendorsim.People...)
		c := object{"links": object{"alt": nil, "self": nil}}
		switch l {
		case 'u':
			c["id"], c["type"], c["attributes"] = accountID(p.N), "users", object{"name": p.Name, "email": p.Email, "accountType": "atlassian"}
		case 'i':
			c["id"], c["type"], c["attributes"] = p.Email, "invited-user", object{"email": p.Email}
		case 'g':
			c["id"], c["type"], c["attributes"] = fmt.Sprintf("c6a1d0f2-0000-4000-8000-%012d", p.N%4), "groups", object{"name": "site-admins", "groupName": "site-admins"}
		case 'p':
			c["id"], c["type"], c["attributes"] = "9a8b7c6d-0000-4000-8000-000000000001", "auth-policy", object{"name": "default"}
		case 't':
			c["id"], c["type"], c["attributes"] = "t-"+vendorsim.Hex(rnd, 4), "api-token", object{"label": nil}
		case 's':
			c["id"], c["type"], c["attributes"] = fmt.Sprint(9007199254740993+rnd.IntN(9)), "spaces", object{"name": "第二 & <2>"}
		}
		list = append(list, c)
	}
	return list
}

func location(rnd *rand.Rand) any {
	place := object{"ip": vendorsim.IP(rnd), "geo": "EU", "countryName": "Portugal", "regionName": "", "city": vendorsim.Pick(rnd, "Porto", "São Paulo", "")}
	switch rnd.IntN(12) {
	case 0:
		return nil
	case 1:
		place["ip"] = ""
	case 2:
		return object{"geo": "EU"}
	}
	return place
}

// matches applies the filters of the query for events.
func matches(raw string, q url.Values) bool {
	e := gjson.Parse(raw).Get("attributes")
	product, _, _ := strings.Cut(e.Get("action").Str, "_")
	return (!q.Has("action") || strings.EqualFold(q.Get("action"), e.Get("action").Str)) &&
		(!q.Has("actor") || slices.Contains(q["actor"], e.Get("actor.id").Str)) &&
		(!q.Has("ip") || slices.Contains(q["ip"], e.Get("location.ip").Str)) &&
		(!q.Has("product") || slices.Contains(q["product"], product)) &&
		(!q.Has("location") || strings.Contains(e.Get("location").Raw, q.Get("location"))) &&
		(!q.Has("q") || strings.Contains(strings.ToLower(raw), strings.ToLower(q.Get("q"))))
}

// catalogue lists the actions, in capitals.
func (s *sim) catalogue(*http.Request, url.Values) (string, error) {
	list := []any{}
	for _, k := range kinds {
		list = append(list, object{"id": strings.ToUpper(k.action), "type": "event-actions", "attributes": object{"displayName": k.message, "groupDisplayName": "All"}})
	}
	return vendorsim.JSON(object{"data": list}), nil
}
