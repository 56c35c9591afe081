package truto

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// generate makes one unified activity of one of the integrations. The vendor's
// record in remote_data names it (sim_integration), which is how accounts are told
// apart.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	in := vendorsim.Pick(rnd, integrations...)
	created := stamp(rnd, in, at)
	e := object{"created_at": created, "remote_data": remoteData(rnd, in, n)}
	if !in.noAction {
		e["action"] = action(rnd)
	}
	e["actor"] = actor(rnd)
	if !in.noContext {
		e["context"] = place(rnd)
	}
	if in.description {
		e["description"] = vendorsim.Pick[any](rnd, "Role changed", "Signed in", "Größe geändert <b>", "役割の変更", nil)
	}
	if in.entity {
		e["entity"] = vendorsim.Pick[any](rnd, strconv.Itoa(4000+rnd.IntN(500)), 9007199254740993+int64(rnd.IntN(1000)), nil)
		e["entity_type"] = vendorsim.Pick[any](rnd, "user", "file", "rule", "project", nil)
	} else if in.entityType {
		e["entity_type"] = vendorsim.Pick(rnd, "page", "space")
	}
	if in.org {
		e["organization"] = organization
	}
	id := identify(in, e, n)
	return id, vendorsim.JSON(e)
}

// stamp writes the time as vendors do. Zoom's form is always the same, because
// rows without id are known by it.
func stamp(rnd *rand.Rand, in integration, at time.Time) string {
	if !in.noID && vendorsim.OneIn(rnd, 8) {
		return at.In(time.FixedZone("", 2*3600)).Format("2006-01-02T15:04:05.000Z07:00")
	}
	return at.Format("2006-01-02T15:04:05.000Z")
}

// identify sets and returns the id. A row without one is known by what it holds:
// the sha256 of time, action, user and vendor's record.
func identify(in integration, e object, n int) string {
	if !in.noID {
		id := fmt.Sprintf("evt-%d", n)
		e["id"] = id
		if n%5 == 0 {
			id = strconv.Itoa(n)
			e["id"] = n
		}
		return id
	}
	user := ""
	if a, ok := e["actor"].(object); ok {
		if u, ok := a["user"].(object); ok {
			user = fmt.Sprint(u["id"])
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%v\n%v\n%s\n%s", e["created_at"], e["action"], user, vendorsim.JSON(e["remote_data"])))
	return hex.EncodeToString(sum[:])
}

func action(rnd *rand.Rand) string {
	if vendorsim.OneIn(rnd, 5) {
		return vendorsim.Pick(rnd, "sheet.shared", "app.installed", "VIEWED", "Übertragen")
	}
	return vendorsim.Pick(rnd, append([]string{"login", "login", "login", "logout", "updated"}, unifiedActions...)...)
}

func actor(rnd *rand.Rand) any {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	switch rnd.IntN(10) {
	case 0:
		return object{"type": "system"}
	case 1:
		return object{"type": "anonymous", "user": nil}
	case 2:
		return nil
	case 3:
		return object{"user": object{"id": userID(p.N)}}
	case 4:
		return object{"type": "user", "user": object{"id": 1000 + p.N}}
	}
	return object{"type": "user", "user": object{"id": userID(p.N)}}
}

func userID(n int) string { return fmt.Sprintf("usr-%04d", n) }

func place(rnd *rand.Rand) any {
	if vendorsim.OneIn(rnd, 8) {
		return nil
	}
	c := object{"ip_address": vendorsim.IP(rnd), "user_agent": vendorsim.UserAgent(rnd), "authentication_method": vendorsim.Pick[any](rnd, "PASSWORD", "saml", nil)}
	if vendorsim.OneIn(rnd, 6) {
		delete(c, "ip_address")
	}
	return c
}

func remoteData(rnd *rand.Rand, in integration, n int) object {
	d := object{"sim_integration": in.name, "sequence": 9007199254740993 + n, "nested": object{"list": []any{1, "two", nil}, "ok": true}}
	if in.product {
		d["Workload"] = vendorsim.Pick(rnd, "AzureActiveDirectory", "Exchange")
	}
	if !in.noID {
		d["note"] = vendorsim.Pick(rnd, "été <&>", "", "山田")
		d["ratio"] = 0.1
	}
	return d
}
