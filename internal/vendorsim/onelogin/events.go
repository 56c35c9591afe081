package onelogin

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// optional are the fields that are null or missing where they do not apply.
var optional = []string{
	"user_id", "notes", "ipaddr", "actor_user_id", "assuming_acting_user_id", "role_id", "app_id", "group_id", "otp_device_id",
	"policy_id", "actor_system", "custom_message", "role_name", "app_name", "group_name", "actor_user_name", "user_name", "policy_name",
	"otp_device_name", "operation_name", "directory_sync_run_id", "directory_id", "resolution", "client_id", "resource_type_id",
	"error_description", "proxy_ip", "risk_score", "risk_reasons", "risk_cookie_id", "browser_fingerprint", "object_id", "user_agent",
}

// generate makes one event. Its id is a number beyond 32 bits.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	id := 9000000000 + n
	e := object{"id": id, "created_at": at.Format("2006-01-02T15:04:05.000Z"), "account_id": accountID, "event_type_id": k.id}
	if vendorsim.OneIn(rnd, 2) {
		for _, name := range optional {
			e[name] = nil
		}
	}
	me := vendorsim.Pick(rnd, vendorsim.People...)
	for _, part := range k.parts {
		addPart(rnd, e, part, me)
	}
	addContext(rnd, e)
	addTexts(rnd, e, k)
	return strconv.Itoa(id), vendorsim.JSON(e)
}

func userID(p vendorsim.Person) int { return 70000 + p.N }

// name is empty for nobody: people without one show with their address.
func name(rnd *rand.Rand, p vendorsim.Person) string {
	return vendorsim.Pick(rnd, p.Name, p.Name, p.Email)
}

func addPart(rnd *rand.Rand, e object, part rune, me vendorsim.Person) {
	switch part {
	case 'a':
		e["actor_user_id"], e["actor_user_name"] = userID(me), name(rnd, me)
	case 's':
		e["actor_system"] = vendorsim.Pick(rnd, "Mapping", "Provisioning", "Active Directory", "")
	case 'c':
		e["client_id"] = vendorsim.Pick[any](rnd, 18, 18, "c1d2-client")
	case 'u':
		p := me
		if vendorsim.OneIn(rnd, 3) {
			p = vendorsim.Pick(rnd, vendorsim.People...)
		}
		e["user_id"], e["user_name"] = userID(p), name(rnd, p)
	case 'p':
		e["app_id"], e["app_name"] = 4294967296+rnd.IntN(5), vendorsim.Pick(rnd, "Wiki", "R&D <Portal>", "勤怠")
	case 'r':
		e["role_id"], e["role_name"] = 600+rnd.IntN(5), "Default"
	case 'o':
		e["policy_id"], e["policy_name"] = 3301, "Default policy"
	case 'g':
		e["group_id"], e["group_name"] = 800+rnd.IntN(4), "Équipe"
	case 'd':
		e["directory_id"], e["directory_sync_run_id"] = 812, 44120+rnd.IntN(100)
	case 't':
		e["otp_device_id"], e["otp_device_name"] = 9100+rnd.IntN(9), "OneLogin Protect"
	case 'x':
		e["object_id"] = 9007199254740993 + rnd.IntN(100)
	}
}

func addContext(rnd *rand.Rand, e object) {
	address := vendorsim.IP(rnd)
	switch rnd.IntN(8) {
	case 0:
		e["ipaddr"] = nil
	case 1:
		e["ipaddr"] = address + ", " + vendorsim.IP(rnd)
	case 2:
		e["ipaddr"] = vendorsim.Pick(rnd, "unknown", "")
	default:
		e["ipaddr"] = address
	}
	if vendorsim.OneIn(rnd, 4) {
		e["user_agent"] = vendorsim.UserAgent(rnd)
	}
	if vendorsim.OneIn(rnd, 5) {
		e["risk_score"], e["risk_reasons"] = rnd.IntN(100), vendorsim.Pick[any](rnd, nil, "Low trust, new device", []string{"a"})
	}
}

func addTexts(rnd *rand.Rand, e object, k kind) {
	if vendorsim.OneIn(rnd, 3) {
		e["notes"] = vendorsim.Pick(rnd, "Authentication method: Login App.\nTransitions: username -> password", `{"changed":["email"]}`, "Größe: 3 \u2192 4")
	}
	switch k.id {
	case 999999:
		e["custom_message"] = "Something happened to <b>" + vendorsim.Pick(rnd, vendorsim.People...).Name + "</b>"
	case 31337:
		e["error_description"] = vendorsim.Pick[any](rnd, nil, "flux capacitor", "")
	case 9, 116, 532:
		e["error_description"] = fmt.Sprintf("Validation failed (%d)", rnd.IntN(9))
	}
}
