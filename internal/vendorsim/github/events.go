package github

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one action of the audit log:
// https://docs.github.com/en/enterprise-cloud@latest/admin/monitoring-activity-in-your-enterprise/reviewing-audit-logs-for-your-enterprise/audit-log-events-for-your-enterprise
type kind struct {
	action    string
	operation string
	parts     string // letters: a actor, b perhaps a bot, s the actor is the user too, u other user, o org, r repository, t team
	weight    int
}

var kinds = []kind{
	{"user.login", "authentication", "as", 10},
	{"user.failed_login", "authentication", "s", 4},
	{"user.two_factor_challenge_failure", "authentication", "as", 1},
	{"user.logout", "authentication", "as", 3},
	{"user.new_device_used", "authentication", "as", 1},
	{"user.create", "create", "u", 1},
	{"user.delete", "remove", "au", 1},
	{"user.suspend", "modify", "au", 1},
	{"user.change_password", "modify", "as", 1},
	{"two_factor_authentication.enabled", "modify", "as", 1},
	{"external_identity.provision", "create", "buo", 1},
	{"external_identity.deprovision", "remove", "buo", 1},
	{"org.invite_member", "create", "auo", 2},
	{"org.add_member", "create", "auo", 2},
	{"org.remove_member", "remove", "auo", 1},
	{"org.update_member", "modify", "auo", 2},
	{"org.block_user", "modify", "auo", 1},
	{"org.audit_log_export", "access", "ao", 1},
	{"org.sso_response", "authentication", "auo", 3},
	{"org.create_actions_secret", "create", "ao", 1},
	{"org.remove_actions_secret", "remove", "bo", 1},
	{"org.enable_two_factor_requirement", "modify", "ao", 1},
	{"organization_role.assign", "modify", "auo", 1},
	{"team.create", "create", "aot", 1},
	{"team.add_member", "create", "buot", 3},
	{"team.remove_member", "remove", "buot", 1},
	{"team.destroy", "remove", "aot", 1},
	{"repo.create", "create", "aor", 2},
	{"repo.access", "modify", "aor", 1},
	{"repo.add_member", "create", "auor", 1},
	{"repo.download_zip", "access", "aor", 1},
	{"repo.destroy", "remove", "aor", 1},
	{"hook.create", "create", "aor", 1},
	{"hook.config_changed", "modify", "bor", 1},
	{"protected_branch.policy_override", "modify", "aor", 1},
	{"protected_branch.update_name", "modify", "aor", 1},
	{"repository_ruleset.update", "modify", "aor", 1},
	{"public_key.delete", "remove", "aor", 1},
	{"integration_installation.create", "create", "ao", 1},
	{"personal_access_token.access_granted", "create", "auo", 1},
	{"business.add_admin", "create", "au", 1},
	{"business.audit_log_export", "access", "a", 1},
	{"workflows.completed_workflow_run", "modify", "bor", 6},
	{"workflows.delete_workflow_run", "remove", "aor", 1},
	{"pull_request.merge", "modify", "aor", 3},
	{"api.request", "access", "bo", 2},
	{"codespaces.quantum_teleport", "modify", "ao", 1}, // no such action is known
	{"git.clone", "", "aor", 4},
	{"git.fetch", "", "aor", 6},
	{"git.push", "", "aor", 4},
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

// login is the account name of an employee: letters, digits and dashes only.
func login(p vendorsim.Person) string {
	local, _, _ := strings.Cut(p.Email, "@")
	return strings.Map(func(c rune) rune {
		if c == '.' || c == '+' {
			return '-'
		}
		return c
	}, local) + "_acme"
}

func userID(p vendorsim.Person) int { return 9007199254740993 + p.N }

// generate makes one row. Any part of it may be missing, empty or zero.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := documentID(rnd)
	e := object{"@timestamp": at.UnixMilli(), "_document_id": id, "action": k.action, "business": enterprise, "business_id": 20411}
	if k.operation != "" {
		e["operation_type"] = k.operation
	}
	me := vendorsim.Pick(rnd, vendorsim.People...)
	git := strings.HasPrefix(k.action, "git.")
	if !git {
		e["created_at"] = createdAt(rnd, at)
	}
	for _, part := range k.parts {
		switch part {
		case 'a', 'b':
			addActor(rnd, e, me, part == 'b' && !vendorsim.OneIn(rnd, 3))
		case 's':
			e["user"], e["user_id"] = login(me), userID(me)
		case 'u':
			p := vendorsim.Pick(rnd, vendorsim.People...)
			e["user"], e["user_id"] = login(p), identifier(rnd, userID(p))
		case 'o':
			addOrg(rnd, e)
		case 'r':
			addRepo(rnd, e)
		case 't':
			e["team"] = organization + "/" + vendorsim.Pick(rnd, "platform", "security", "équipe-1")
		}
	}
	if git {
		addGit(rnd, e)
	}
	addDetail(rnd, e, k, n)
	return id, vendorsim.JSON(e)
}

func documentID(rnd *rand.Rand) string {
	return vendorsim.Alnum(rnd, 10) + vendorsim.Pick(rnd, "-", "_", "x") + vendorsim.Alnum(rnd, 11)
}

// createdAt is often a little, sometimes much older than the row's own time.
func createdAt(rnd *rand.Rand, at time.Time) any {
	switch rnd.IntN(10) {
	case 0:
		return at.Add(-time.Duration(rnd.IntN(3600)) * time.Second).UnixMilli()
	case 1, 2:
		return at.Add(-time.Duration(rnd.IntN(900)) * time.Millisecond).UnixMilli()
	}
	return at.UnixMilli()
}

// identifier is a number, or text as in streamed copies.
func identifier(rnd *rand.Rand, id int) any {
	if vendorsim.OneIn(rnd, 20) {
		return fmt.Sprint(id)
	}
	return id
}

func addActor(rnd *rand.Rand, e object, me vendorsim.Person, bot bool) {
	if bot {
		e["actor"] = vendorsim.Pick(rnd, "acme-idp-sync[bot]", "github-actions[bot]", "dependabot[bot]", "deploy_key")
		e["actor_id"], e["actor_is_bot"] = 88210033, e["actor"] != "deploy_key"
		e["programmatic_access_type"] = "GitHub App server-to-server token"
		e["hashed_token"] = vendorsim.Alnum(rnd, 43) + "="
		return
	}
	e["actor"], e["actor_id"], e["actor_is_bot"] = login(me), identifier(rnd, userID(me)), false
	if !vendorsim.OneIn(rnd, 4) { // address disclosure is switched on, and not every event has one
		e["actor_ip"] = vendorsim.IP(rnd)
		e["actor_location"] = vendorsim.Pick[any](rnd, object{"country_code": "PT"}, object{"country_code": ""}, object{})
	}
	if vendorsim.OneIn(rnd, 2) {
		e["external_identity_nameid"] = vendorsim.Pick(rnd, me.Email, me.Email, "employee-"+fmt.Sprint(me.N))
	}
	if vendorsim.OneIn(rnd, 4) {
		e["external_identity_username"] = me.Email
	}
	if vendorsim.OneIn(rnd, 6) {
		e["programmatic_access_type"] = vendorsim.Pick(rnd, "Personal access token (classic)", "Fine-grained personal access token")
	}
	e["user_agent"] = vendorsim.Pick(rnd, vendorsim.UserAgent(rnd), vendorsim.UserAgent(rnd), "")
	if vendorsim.OneIn(rnd, 40) {
		delete(e, "actor_id")
	}
}

func addOrg(rnd *rand.Rand, e object) {
	e["org"], e["org_id"] = organization, 7004411
	if vendorsim.OneIn(rnd, 15) {
		e["org"], e["org_id"] = []string{organization, "acme-archive"}, []int{7004411, 7004412}
	}
}

func addRepo(rnd *rand.Rand, e object) {
	name := organization + "/" + vendorsim.Pick(rnd, "handbook", "infra", "website", ".github")
	e["repo"], e["repository"], e["repo_id"] = name, name, 800000000+rnd.IntN(4)
	e["repository_public"] = vendorsim.OneIn(rnd, 3)
	e["visibility"] = map[bool]string{true: "public", false: "private"}[e["repository_public"] == true]
}

// addGit makes it a Git event: no actor for public repositories.
func addGit(rnd *rand.Rand, e object) {
	e["transport_protocol"], e["transport_protocol_name"] = 1, vendorsim.Pick(rnd, "http", "ssh")
	e["user_agent"], e["user"], e["user_id"] = "git/2.43.0", "", 0
	if e["repository_public"] == true {
		for _, name := range []string{"actor", "actor_id", "actor_is_bot", "actor_ip", "actor_location", "external_identity_nameid", "external_identity_username", "programmatic_access_type"} {
			delete(e, name)
		}
	}
}

func addDetail(rnd *rand.Rand, e object, k kind, n int) {
	switch k.action {
	case "org.update_member":
		e["old_permission"], e["permission"] = "read", "admin"
	case "org.invite_member":
		e["email"] = vendorsim.Pick(rnd, vendorsim.People...).Email
	case "hook.config_changed":
		e["config_was"], e["active"], e["events"] = object{"url": "https://hooks.example.com/?a=1&b=<2>", "insecure_ssl": "0"}, true, []string{"push", "issues"}
	case "protected_branch.policy_override":
		e["overridden_codes"], e["reasons"] = []string{"review_policy_not_satisfied"}, []any{object{"code": "x", "message": "Résumé: 変更 <b>&</b>"}}
	case "workflows.completed_workflow_run":
		e["workflow_run_id"], e["conclusion"], e["name"] = 9223372036854775000+n%800, "success", "build & test"
	case "api.request":
		e["url_path"], e["request_method"], e["status_code"] = "/user/repos", "GET", 200
	}
	if vendorsim.OneIn(rnd, 8) {
		e["data"] = object{"note": vendorsim.Pick(rnd, vendorsim.People...).Name, "nested": []any{nil, 1.5, "\u2028"}}
	}
	if vendorsim.OneIn(rnd, 6) {
		delete(e, "business")
	}
	if vendorsim.OneIn(rnd, 6) {
		e["request_id"] = strings.ToUpper(vendorsim.Hex(rnd, 24))
	}
}
