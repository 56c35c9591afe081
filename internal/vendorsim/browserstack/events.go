package browserstack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// kinds are the activities of the catalogue, as far as it is published.
// https://www.browserstack.com/docs/enterprise/api-reference/audit-logs/manage
var kinds = []struct {
	category string
	weight   int
	names    string
}{
	{"user_management", 1, `added_member removed_member changed_product_access changed_role requested_product_access exported_users
		created_team deleted_team changed_team sent_invitation_via_email copied_invitation_link created_new_invite_link
		resent_invitation`},
	{"user_provisioning", 1, `added_member_from_identity_provider removed_member_from_identity_provider
		changed_team_from_identity_provider changed_role_from_identity_provider changed_product_from_identity_provider
		enabled_auto_user_provisioning modified_auto_user_provisioning_configuration disabled_auto_user_provisioning`},
	{"user_management_using_rest_apis", 1, `added_member_using_rest_apis removed_member_using_rest_apis
		changed_product_access_using_rest_apis changed_role_using_rest_apis created_team_using_rest_apis
		deleted_team_using_rest_apis changed_team_using_rest_apis`},
	{"accounts", 1, `modified_sign_in_method requested_password_recovery_link reset_password_done deleted_account changed_email`},
	{"accounts", 8, "signed_in failed_to_sign_in signed_out"},
	// The list grows: https://www.browserstack.com/docs/enterprise/api-reference/audit-logs/overview
	{"settings", 1, "something_new"},
}

type activity struct{ category, name string }

var byWeight = func() []activity {
	var all []activity
	for _, k := range kinds {
		for name := range strings.FieldsSeq(k.names) {
			all = append(all, slices.Repeat([]activity{{k.category, name}}, k.weight)...)
		}
	}
	return all
}()

// catalogue lists the names by category.
var catalogue = func() map[string][]string {
	list := map[string][]string{}
	for _, k := range kinds {
		list[k.category] = append(list[k.category], strings.Fields(k.names)...)
	}
	return list
}()

// generate makes one row. What an actor and a location hold, and how the date is
// written, is published nowhere: rows have each form that was described.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	a := vendorsim.Pick(rnd, byWeight...)
	digits := fmt.Sprintf("%014x", n) // keeps ids apart whatever is drawn
	id := vendorsim.UUID(rnd)[:20] + vendorsim.Hex(rnd, 1) + digits[:2] + "-" + digits[2:]
	row := object{
		"event_id": id, "date": date(rnd, at), "actor": actor(rnd, a),
		"activity": object{"category": a.category, "activity_name": a.name}, "location": location(rnd),
	}
	switch rnd.IntN(12) {
	case 0:
		row["activity"] = a.name
	case 1:
		words := strings.ReplaceAll(a.name, "_", " ")
		row["activity"] = strings.ToUpper(words[:1]) + words[1:]
	case 2, 3:
		row["activity"].(object)["description"] = "Done by “" + vendorsim.Pick(rnd, vendorsim.People...).Name + "”"
	}
	return id, vendorsim.JSON(row)
}

func date(rnd *rand.Rand, at time.Time) any {
	switch rnd.IntN(12) {
	case 0:
		return at.Format("2006-01-02T15:04:05Z07:00")
	case 1:
		return at.Format("2006-01-02 15:04:05 UTC")
	case 2:
		return at.Unix()
	}
	return at.Format("2006-01-02T15:04:05.000Z")
}

func actor(rnd *rand.Rand, a activity) any {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	switch {
	case a.category == "user_provisioning" && !vendorsim.OneIn(rnd, 3), a.name == "failed_to_sign_in" && vendorsim.OneIn(rnd, 3):
		return nil
	}
	switch rnd.IntN(8) {
	case 0:
		return p.Email
	case 1:
		return p.Name
	case 2:
		return object{"user_id": fmt.Sprint(410200 + p.N), "full_name": p.Name, "email": p.Email, "ip_address": vendorsim.IP(rnd), "user_agent": vendorsim.UserAgent(rnd)}
	case 3:
		return object{"username": fmt.Sprintf("acmefake_%03d", p.N), "name": p.Name}
	}
	return object{"id": 410200 + p.N, "name": p.Name, "email": p.Email}
}

func location(rnd *rand.Rand) any {
	switch rnd.IntN(8) {
	case 0:
		return nil
	case 1, 2:
		return vendorsim.IP(rnd)
	case 3:
		return vendorsim.Pick(rnd, "Łódź, Poland", "Dublin")
	case 4:
		return object{"ip_address": vendorsim.IP(rnd), "country": "PL", "city": "Łódź"}
	}
	return object{"ip": vendorsim.IP(rnd), "country": "IE"}
}
