package onelogin

import (
	"net/http"
	"strings"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// kind is one event type: https://developers.onelogin.com/api-docs/1/events/event-types
type kind struct {
	id     int
	name   string // empty: in no list
	parts  string // letters: a actor, s system actor, c API client, u user acted upon, and things: p app, r role, o policy, g group, d directory, t OTP device, x object
	weight int
}

var kinds = []kind{
	{5, "USER_LOGGED_INTO_ONELOGIN", "auo", 12},
	{6, "USER_FAILED_ONELOGIN_LOGIN", "uo", 5},
	{7, "USER_LOGGED_OUT_OF_ONELOGIN", "au", 4},
	{8, "USER_LOGGED_INTO_APP", "aup", 10},
	{9, "USER_FAILED_APP_LOGIN", "aup", 1},
	{68, "USER_AUTHENTICATED_BY_RADIUS", "u", 1},
	{11, "USER_CHANGED_PASSWORD", "au", 1},
	{13, "CREATED_USER", "au", 2},
	{14, "UPDATED_USER", "su", 4},
	{15, "DEACTIVATED_USER", "au", 1},
	{17, "DELETED_USER", "au", 1},
	{19, "USER_LOCKED", "u", 1},
	{22, "USER_ADDED_OTP_DEVICE", "aut", 1},
	{26, "PROVISIONING_EVENT", "sup", 3},
	{29, "USER_LOGGED_OUT_OF_APP", "aup", 1},
	{1, "APP_ADDED_TO_ROLE", "apr", 1},
	{51, "USER_CREATED_IN_APP", "sup", 1},
	{72, "PRIVILEGE_GRANTED_TO_USER", "au", 1},
	{113, "DIRECTORY_IMPORT_STARTED", "sd", 1},
	{115, "USER_INVITED", "au", 1},
	{116, "CREATE_USER_FAILED", "au", 1},
	{101, "SELF_REGISTRATION_APPROVED", "au", 1},
	{149, "USER_AUTO_ADDED_TO_ROLE", "sur", 2},
	{156, "POLICY_CREATED", "ao", 1},
	{157, "POLICY_UPDATED", "ao", 1},
	{179, "API_CREDENTIAL_CREATED", "a", 1},
	{240, "USER_REVEALED_PASSWORD", "aup", 1},
	{244, "REPORT_GENERATED", "a", 1},
	{501, "API_INDEX_ACTION", "c", 5},
	{515, "API_AUTH_ISSUE_TOKEN", "c", 3},
	{529, "API_UPDATE_USER", "cu", 1},
	{532, "API_UPDATE_USER_FAILED", "cu", 1},
	{533, "API_CREATE_USER", "cu", 1},
	{553, "USER_LOCKED_VIA_API", "cu", 1},
	{600, "APP_CREATED_BY_USER", "ap", 1},
	{602, "APP_DELETED_BY_USER", "ap", 1},
	{931, "ADAPTIVE_LOGIN_ENABLED", "a", 1},
	{1002, "USER_LOGIN_CHALLENGE_FAILED", "au", 1},
	{1801, "ROLE_CREATED", "ar", 1},
	{1802, "ROLE_DELETED", "ar", 1},
	{3020, "GROUP_CREATED", "ag", 1},
	{3022, "GROUP_DESTROYED", "ag", 1},
	{31337, "TELEPORTER_ENGAGED", "ax", 1}, // that no static list knows
	{999999, "", "a", 1},                   // that not even the account's list knows
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

// types lists the event types, in one page.
func (s *sim) types(rw http.ResponseWriter, r *http.Request) {
	usage, refused := s.enter(r)
	if refused != nil {
		s.send(rw, *refused)
		return
	}
	limitHeaders(rw.Header(), usage)
	if _, problem := s.world.Check(r, vendorsim.Rules{}); problem != nil {
		s.send(rw, badRequest(problem))
		return
	}
	data := []any{}
	for _, k := range kinds {
		if k.name != "" {
			data = append(data, map[string]any{"id": k.id, "name": k.name, "description": "%user% " + strings.ToLower(strings.ReplaceAll(k.name, "_", " "))})
		}
	}
	success(data).Write(rw)
}

// rateLimit tells how the hourly limit stands.
func (s *sim) rateLimit(rw http.ResponseWriter, r *http.Request) {
	usage, refused := s.enter(r)
	if refused != nil {
		s.send(rw, *refused)
		return
	}
	success(map[string]int{"X-RateLimit-Limit": usage.Limit, "X-RateLimit-Remaining": usage.Remaining, "X-RateLimit-Reset": usage.Wait}).Write(rw)
}

func success(data any) vendorsim.Reply {
	return vendorsim.JSONReply(http.StatusOK, map[string]any{
		"status": map[string]any{"error": false, "code": 200, "type": "success", "message": "Success"}, "data": data,
	}, nil)
}
