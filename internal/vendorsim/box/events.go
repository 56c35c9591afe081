package box

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// generate makes one event. Parts that Box leaves out or sends as null are missing
// in some.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	p := vendorsim.Pick(rnd, vendorsim.People...)
	id := eventID(rnd, n)
	e := object{
		"type": "event", "event_id": id, "event_type": k.name, "created_at": stamp(rnd, at),
		"source": source(rnd, k, p), "action_by": nil,
		"session_id":         vendorsim.Pick[any](rnd, nil, nil, vendorsim.Alnum(rnd, 18)),
		"additional_details": details(rnd, k),
	}
	if by := creator(rnd, k, p); by != nil {
		e["created_by"] = by
	}
	switch rnd.IntN(12) {
	case 0:
	case 1:
		e["ip_address"] = "Unknown IP"
	default:
		e["ip_address"] = vendorsim.IP(rnd)
	}
	if vendorsim.OneIn(rnd, 4) {
		e["recorded_at"] = stamp(rnd, at.Add(time.Duration(rnd.IntN(9))*time.Second))
	}
	if k.about == aboutFolder {
		e["accessible_by"] = user(rnd, vendorsim.Pick(rnd, vendorsim.People...))
	}
	return id, vendorsim.JSON(e)
}

// eventID is a UUID or 40 hexadecimal digits. The number in it keeps ids apart
// whatever is drawn.
func eventID(rnd *rand.Rand, n int) string {
	digits := fmt.Sprintf("%014x", n)
	if vendorsim.OneIn(rnd, 3) {
		return vendorsim.Hex(rnd, 26) + digits
	}
	return vendorsim.UUID(rnd)[:20] + vendorsim.Hex(rnd, 1) + digits[:2] + "-" + digits[2:]
}

// stamp writes a time as Box does, in the zone of its own clocks.
func stamp(rnd *rand.Rand, at time.Time) string {
	return at.In(time.FixedZone("", vendorsim.Pick(rnd, -8, -7)*3600)).Format(time.RFC3339)
}

// number is an id, which is a text or a number.
func number(rnd *rand.Rand, n int64) any {
	if vendorsim.OneIn(rnd, 5) {
		return n
	}
	return strconv.FormatInt(n, 10)
}

func user(rnd *rand.Rand, p vendorsim.Person) object {
	return object{"type": "user", "id": number(rnd, 20340000000+int64(p.N)), "name": p.Name, "login": p.Email}
}

// creator is who did it; 2 stands for whoever was not signed in.
func creator(rnd *rand.Rand, k drawn, p vendorsim.Person) any {
	draw := rnd.IntN(40)
	anonymous := k.name == "PREVIEW" || k.name == "DOWNLOAD" || k.name == "FAILED_LOGIN"
	switch {
	case draw == 0, anonymous && draw < 14:
		return object{"type": "user", "id": number(rnd, 2), "name": "Unknown User", "login": ""}
	case draw == 39, k.about == aboutNothing && draw > 25:
		return nil
	}
	return user(rnd, p)
}

func source(rnd *rand.Rand, k drawn, p vendorsim.Person) any {
	if vendorsim.OneIn(rnd, 30) {
		return nil
	}
	parent := vendorsim.Pick[any](rnd, nil, object{"type": "folder", "name": "Équipe – Finance", "id": number(rnd, 230000000001)})
	switch k.about {
	case aboutUser:
		return user(rnd, p)
	case aboutItem:
		return object{
			"item_type": vendorsim.Pick(rnd, "file", "file", "folder"), "item_id": number(rnd, 1450000000000+rnd.Int64N(1e6)),
			"item_name": name(rnd), "classification": vendorsim.Pick[any](rnd, nil, object{"name": "Internal"}),
			"parent": parent, "owned_by": user(rnd, vendorsim.Pick(rnd, vendorsim.People...)),
		}
	case aboutFile:
		return object{"file_id": number(rnd, 1460000000000+rnd.Int64N(1e6)), "file_name": name(rnd), "parent": parent}
	case aboutFolder:
		to := vendorsim.Pick(rnd, vendorsim.People...)
		return object{
			"folder_id": number(rnd, 230000000000+rnd.Int64N(1e6)), "folder_name": "Finance",
			"user_id": number(rnd, 20340000000+int64(to.N)), "user_name": to.Name, "parent": parent,
		}
	case aboutGroup:
		return vendorsim.Pick[any](rnd, nil, object{"user_id": number(rnd, 20340000000+int64(p.N)), "user_name": p.Name})
	case aboutBarrier:
		return object{"barrier_id": number(rnd, 70000000000+rnd.Int64N(1e6))}
	}
	return nil
}

func name(rnd *rand.Rand) string {
	return vendorsim.Pick(rnd, "budget.xlsx", "Résumé – final (2).pdf", "数据.csv", `back\slash "quoted" <b>.txt`)
}

// details has many shapes: an object, a text that is JSON, or null.
func details(rnd *rand.Rand, k drawn) any {
	var d object
	switch k.about {
	case aboutGroup:
		return object{"group_id": number(rnd, 500000000+rnd.Int64N(1e6)), "group_name": "Équipe 1"}
	case aboutItem, aboutFile:
		d = object{
			"size": rnd.Int64N(1 << 40), "version_id": strconv.Itoa(1600000000000 + rnd.IntN(1e6)), "service_id": "8192",
			"service_name": vendorsim.Pick(rnd, "Box Web Application", "Box Drive"), "ekm_id": vendorsim.UUID(rnd),
		}
	case aboutFolder:
		d = object{"type": "role_change", "collab_id": strconv.Itoa(5550000000 + rnd.IntN(1e6)), "role": "Editor", "is_performed_by_admin": vendorsim.OneIn(rnd, 4)}
	default:
		d = object{"shield_alert": nil, "token": object{"scopes": []string{"base_explorer"}}}
	}
	switch rnd.IntN(4) {
	case 0:
		return nil
	case 1:
		return vendorsim.JSON(d)
	}
	return d
}
