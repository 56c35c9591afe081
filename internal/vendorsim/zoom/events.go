package zoom

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// stamp writes a time in the documented form, rarely in one that was seen beside it.
func stamp(rnd *rand.Rand, at time.Time) string {
	if vendorsim.OneIn(rnd, 40) {
		return at.Format(vendorsim.Pick(rnd, "2006-01-02 15:04:05Z", "2006-01-02 15:04:05"))
	}
	return at.Format(dateTime)
}

// generateActivity makes a sign-in or sign-out. Records have no id, so the returned
// one is the simulator's own; a build number or a mailbox keeps records apart.
func generateActivity(rnd *rand.Rand, n int, at time.Time) (string, string) {
	p := vendorsim.Pick(rnd, vendorsim.People...)
	client := vendorsim.Pick(rnd, "Browser", "Mac", "Windows", "iOS", "Android", "Zoom Rooms")
	e := object{
		"email": p.Email, "time": stamp(rnd, at), "type": vendorsim.Pick(rnd, "Sign in", "Sign in", "Sign out"),
		"ip_address": vendorsim.IP(rnd), "client_type": client, "version": fmt.Sprintf("6.0.%d.%d", n>>20, n&(1<<20-1)),
	}
	switch rnd.IntN(12) {
	case 0:
		delete(e, "ip_address")
	case 1:
		e["ip_address"] = "-"
	case 2:
		delete(e, "version")
		e["email"] = fmt.Sprintf("user+%d@example.com", n)
	case 3:
		e["version"], e["client_type"] = "-", "Browser"
		e["email"] = fmt.Sprintf("user+%d@example.com", n)
	case 4:
		delete(e, "client_type")
	case 5:
		e["email"] = ""
	case 6:
		e["type"] = vendorsim.Pick(rnd, "sign in", "Sign in with SSO")
	}
	return fmt.Sprintf("activity-%d", n), vendorsim.JSON(e)
}

// operations are categories with verbs and details; %s is a mailbox.
var operations = []struct {
	category string
	verbs    []string
	details  []string
}{
	{"User", []string{"Add", "SCIM API - Add", "Batch Add"}, []string{"Add User %s", "%s"}},
	{"User", []string{"Delete", "SCIM API - Delete"}, []string{"Delete User %s "}},
	{"User", []string{"Update", "Batch Update", "SCIM API - Batch Update"}, []string{
		"Activate User %s ", "Deactivate User %s", "Change Role  - %s: from Member to Admin", "Edit User %s – Größe",
	}},
	{"User Group", []string{"Add", "Update", "Delete"}, []string{"Group Ops: %s"}},
	{"Role", []string{"Add", "Update", "Delete"}, []string{"Role \"Auditors\" of %s"}},
	{"Account", []string{"Update"}, []string{"Security: Waiting Room - from Off to On, by %s"}},
	{"Zoom Rooms", []string{"Create", "Edit", "Remove"}, []string{"Room 7 (%s)"}},
	{"Recording", []string{"Delete", "Download"}, []string{"Meeting 123 456 7890 of %s"}},
	{"Channels", []string{"Create", "Update"}, []string{"Channel 雑談 by %s"}},
	{"User Settings", []string{"Update", "Batch Update"}, []string{"Meeting: Join before host  - %s: from Off to On"}},
	{"IM", []string{"Add", "Delete"}, []string{"IM Group of %s"}},
	{"Webinar", []string{"Update", "Export"}, []string{"Webinar registrants, by %s"}},
	{"Sub Account", []string{"Create", "Delete"}, []string{"Sub account of %s"}},
	{"Phone Contacts", []string{"Add", "Update", "Delete"}, []string{"External contact %s"}},
	{"Billing", nil, []string{"Update billing contact information to %s"}},
	{"", []string{"Update"}, []string{"Something about %s"}},
}

// generateOperation makes a change by an admin; the mailbox in its details keeps
// records apart.
func generateOperation(rnd *rand.Rand, n int, at time.Time) (string, string) {
	o := vendorsim.Pick(rnd, operations...)
	p := vendorsim.Pick(rnd, vendorsim.People...)
	e := object{
		"time": stamp(rnd, at), "operator": p.Email, "category_type": o.category,
		"operation_detail": fmt.Sprintf(vendorsim.Pick(rnd, o.details...), fmt.Sprintf("guest%d@example.com", n)),
	}
	if o.verbs != nil {
		e["action"] = vendorsim.Pick(rnd, o.verbs...)
	}
	if o.category == "" {
		delete(e, "category_type")
	}
	switch rnd.IntN(12) {
	case 0:
		delete(e, "operator")
	case 1:
		e["operator"] = "Zoom System"
	case 2:
		delete(e, "action")
	}
	return fmt.Sprintf("operation-%d", n), vendorsim.JSON(e)
}
