package airtable

import (
	"math/rand/v2"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// categories are the values of the parameter category.
var categories = []string{
	"base", "baseCollaboration", "groups", "role", "share", "user", "twoFactorAuthentication", "oauth",
	"personalAccessToken", "enterprise", "enterpriseSettings", "enterpriseLicenses", "managedApps", "components", "publishedDataSets",
	"dataTable", "workspace", "workspaceCollaboration", "interface", "standaloneForms", "interfaceCollaboration", "view", "ai",
	"solution", "portal", "workflow", "customDomain",
}

// kind is one event type: https://airtable.com/developers/web/api/audit-log-event-types
type kind struct {
	action, category string
	model            string // modelType
	weight           int
}

var kinds = []kind{
	{"loginUser", "user", "user", 12},
	{"createUser", "user", "user", 2},
	{"provisionUser", "user", "user", 1},
	{"deactivateUser", "user", "user", 1},
	{"deleteUser", "user", "user", 1},
	{"updateUserEmail", "user", "user", 1},
	{"changePassword", "user", "user", 1},
	{"addTwoFactorAuthenticationStrategy", "twoFactorAuthentication", "user", 1},
	{"grantEnterpriseAdminAccess", "enterprise", "user", 1},
	{"inviteBaseCollaborator", "baseCollaboration", "base", 3},
	{"inviteWorkspaceCollaborator", "workspaceCollaboration", "workspace", 2},
	{"changeBaseCollaboratorPermission", "baseCollaboration", "base", 3},
	{"removeWorkspaceCollaborator", "workspaceCollaboration", "workspace", 1},
	{"createBase", "base", "base", 3},
	{"updateBaseName", "base", "base", 2},
	{"deleteBase", "base", "base", 1},
	{"createWorkspace", "workspace", "workspace", 1},
	{"createInterface", "interface", "interface", 1},
	{"publishInterface", "interface", "interface", 1},
	{"createGroup", "groups", "group", 1},
	{"addGroupMember", "groups", "group", 2},
	{"deleteGroup", "groups", "group", 1},
	{"enableShare", "share", "share", 2},
	{"createPersonalAccessToken", "personalAccessToken", "personalAccessToken", 1},
	{"createOauthAccessToken", "oauth", "oauthAccessToken", 1},
	{"refreshOauthAccessToken", "oauth", "oauthAccessToken", 2},
	{"downloadAttachment", "base", "attachment", 3},
	{"downloadCSV", "view", "view", 2},
	{"createEdiscoveryExport", "enterprise", "eDiscoveryExport", 1},
	{"configureShare", "share", "share", 1},
	{"updateEnterpriseSettings", "enterpriseSettings", "enterpriseAccount", 1},
	{"viewBase", "base", "base", 8},
	{"viewForm", "standaloneForms", "view", 3},
	{"acceptTermsOfUse", "user", "user", 1},
	{"juggleSolutions", "solution", "solution", 1},
}

var byWeight, categoryOf = func() ([]kind, func(string) string) {
	var all []kind
	category := map[string]string{}
	for _, k := range kinds {
		category[k.action] = k.category
		for range k.weight {
			all = append(all, k)
		}
	}
	return all, func(action string) string { return category[action] }
}()

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ulid is a ULID of a time and a number: https://github.com/ulid/spec
func ulid(rnd *rand.Rand, at time.Time, n int) string {
	text := make([]byte, 26)
	put := func(from, to int, v uint64) {
		for i := to; i >= from; i-- {
			text[i] = crockford[v&31]
			v >>= 5
		}
	}
	put(0, 9, uint64(at.UnixMilli()))
	put(10, 12, uint64(rnd.IntN(1<<15)))
	put(13, 25, uint64(n))
	return string(text)
}

var prefixes = map[string]string{
	"user": "usr", "base": "app", "workspace": "wsp", "interface": "pbd", "group": "ugp", "share": "shr",
	"personalAccessToken": "pat", "oauthAccessToken": "oaa", "attachment": "att", "view": "viw", "enterpriseAccount": "ent",
}

// generate makes one audit log event.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := ulid(rnd, at, n)
	p := vendorsim.Pick(rnd, vendorsim.People...)
	who := vendorsim.Pick(rnd, "user", "user", "user", "user", "user", "user", "automation", "system", "sync", "formSubmission", "anonymousUser", "unknown")
	if k.action == "loginUser" {
		who = "user"
	}
	e := object{
		"id": id, "timestamp": at.Format("2006-01-02T15:04:05.000Z"), "action": k.action,
		"payloadVersion": vendorsim.Pick(rnd, "1.0", "1.0", "1.1"), "payload": payload(rnd, k),
		"modelId": modelID(rnd, k.model, p), "modelType": k.model,
		"actor": actor(rnd, who, p), "origin": origin(rnd), "context": context(rnd, k),
	}
	if who != "user" {
		switch rnd.IntN(4) {
		case 0:
			delete(e, "origin")
		case 1:
			e["origin"] = object{"ipAddress": "", "userAgent": ""}
		}
	}
	return id, vendorsim.JSON(e)
}

func userID(n int) string { return "usrFakePerson" + string(rune('A'+n)) + "001" }

func modelID(rnd *rand.Rand, model string, p vendorsim.Person) any {
	switch model {
	case "user":
		return userID(p.N)
	case "enterpriseAccount":
		return enterprise
	case "solution":
		return nil
	}
	prefix := prefixes[model]
	if prefix == "" {
		prefix = "mdl"
	}
	return prefix + "FakeModel0000" + string(rune('A'+rnd.IntN(9)))
}

func actor(rnd *rand.Rand, who string, p vendorsim.Person) object {
	a := object{"type": who}
	switch who {
	case "user":
		user := object{"id": userID(p.N), "email": p.Email}
		if !vendorsim.OneIn(rnd, 5) {
			user["name"] = p.Name
		}
		a["user"] = user
	case "formSubmission":
		a["viewId"] = "viwFakeModel0000A"
	case "automation":
		a["automationId"] = "wflFakeModel0000A"
	case "unknown":
		a["type"] = vendorsim.Pick(rnd, "unknown", "unknown", "aiAgent")
	}
	return a
}

func origin(rnd *rand.Rand) object {
	o := object{"ipAddress": vendorsim.IP(rnd), "userAgent": vendorsim.UserAgent(rnd)}
	switch rnd.IntN(5) {
	case 0:
		o["personalAccessTokenId"] = "patFakeToken00001"
	case 1:
		o["oauthAccessTokenId"] = "oaaFakeToken00001"
	default:
		o["sessionId"] = "ses" + vendorsim.Alnum(rnd, 14)
	}
	return o
}

func context(rnd *rand.Rand, k kind) object {
	c := object{"actionId": "act" + vendorsim.Alnum(rnd, 14), "enterpriseAccountId": enterprise}
	if k.model != "user" && !vendorsim.OneIn(rnd, 4) {
		c["workspaceId"], c["baseId"] = modelID(rnd, "workspace", vendorsim.Person{}), modelID(rnd, "base", vendorsim.Person{})
	}
	if vendorsim.OneIn(rnd, 6) {
		c["descendantEnterpriseAccountId"] = "entFakeAccount002"
	}
	return c
}

func payload(rnd *rand.Rand, k kind) object {
	switch k.action {
	case "loginUser":
		if vendorsim.OneIn(rnd, 10) {
			return object{}
		}
		return object{"method": vendorsim.Pick(rnd, "apple", "google", "openai", "password", "sso", "mobileLink", "emailLink")}
	case "changeBaseCollaboratorPermission":
		return object{
			"type": "user", "name": vendorsim.Pick(rnd, "Roadmap", "Größen", "計画"),
			"previous": object{"user": object{"permissionLevel": "read"}}, "current": object{"user": object{"permissionLevel": "edit"}},
		}
	case "downloadAttachment":
		return object{"filename": `q1 "final" <2>.pdf`, "size": 9007199254740993, "url": nil}
	}
	if vendorsim.OneIn(rnd, 3) {
		return object{"name": vendorsim.Pick[any](rnd, "Roadmap", "🦊", nil), "previous": nil}
	}
	return object{}
}
