package merge

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// eventTypes are all that the reference lists.
var eventTypes = strings.Fields(`
CREATED_REMOTE_PRODUCTION_API_KEY DELETED_REMOTE_PRODUCTION_API_KEY CREATED_TEST_API_KEY DELETED_TEST_API_KEY
REGENERATED_PRODUCTION_API_KEY REGENERATED_WEBHOOK_SIGNATURE INVITED_USER TWO_FACTOR_AUTH_ENABLED TWO_FACTOR_AUTH_DISABLED
DELETED_LINKED_ACCOUNT DELETED_ALL_COMMON_MODELS_FOR_LINKED_ACCOUNT CREATED_DESTINATION DELETED_DESTINATION CHANGED_DESTINATION
CHANGED_SCOPES CHANGED_PERSONAL_INFORMATION CHANGED_ORGANIZATION_SETTINGS ENABLED_INTEGRATION DISABLED_INTEGRATION
ENABLED_CATEGORY DISABLED_CATEGORY CHANGED_PASSWORD RESET_PASSWORD ENABLED_REDACT_UNMAPPED_DATA_FOR_ORGANIZATION
ENABLED_REDACT_UNMAPPED_DATA_FOR_LINKED_ACCOUNT DISABLED_REDACT_UNMAPPED_DATA_FOR_ORGANIZATION
DISABLED_REDACT_UNMAPPED_DATA_FOR_LINKED_ACCOUNT CREATED_INTEGRATION_WIDE_FIELD_MAPPING CREATED_LINKED_ACCOUNT_FIELD_MAPPING
CHANGED_INTEGRATION_WIDE_FIELD_MAPPING CHANGED_LINKED_ACCOUNT_FIELD_MAPPING DELETED_INTEGRATION_WIDE_FIELD_MAPPING
DELETED_LINKED_ACCOUNT_FIELD_MAPPING CREATED_LINKED_ACCOUNT_COMMON_MODEL_OVERRIDE CHANGED_LINKED_ACCOUNT_COMMON_MODEL_OVERRIDE
DELETED_LINKED_ACCOUNT_COMMON_MODEL_OVERRIDE FORCED_LINKED_ACCOUNT_RESYNC MUTED_ISSUE GENERATED_MAGIC_LINK ENABLED_MERGE_WEBHOOK
DISABLED_MERGE_WEBHOOK MERGE_WEBHOOK_TARGET_CHANGED END_USER_CREDENTIALS_ACCESSED`)

// frequent types come more often than the rest; unlisted ones come before the
// reference knows them.
var (
	frequent = strings.Fields("INVITED_USER CHANGED_SCOPES DELETED_LINKED_ACCOUNT FORCED_LINKED_ACCOUNT_RESYNC CHANGED_PASSWORD GENERATED_MAGIC_LINK")
	unlisted = strings.Fields("CREATED_SYNC_SCHEDULE ROTATED_ENCRYPTION_KEY")
)

func eventType(rnd *rand.Rand) string {
	switch rnd.IntN(12) {
	case 0:
		return vendorsim.Pick(rnd, unlisted...)
	case 1, 2, 3, 4:
		return vendorsim.Pick(rnd, frequent...)
	}
	return vendorsim.Pick(rnd, eventTypes...)
}

// generate makes one event. The id is optional in the schema, and missing in some.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	id, p := vendorsim.UUID(rnd), vendorsim.Pick(rnd, vendorsim.People...)
	kind := eventType(rnd)
	e := object{
		"id": id, "user_name": p.Name, "user_email": p.Email, "ip_address": vendorsim.IP(rnd),
		"role": vendorsim.Pick(rnd, "ADMIN", "ADMIN", "DEVELOPER", "MEMBER", "MERGE_TEAM", "SUPPORT", "AUDITOR"), "event_type": kind,
		"event_description": vendorsim.Pick(rnd,
			"Organization-wide Scopes for model ats.Candidate updated from Read to Read+Write", "Linked account for Acme <Iñtërnâtiônàl> & Sons deleted",
			"設定が変更されました", strings.ToLower(strings.ReplaceAll(kind, "_", " "))) + fmt.Sprintf(" (#%d)", n),
		"created_at": at.Format(vendorsim.Pick(rnd, time.RFC3339Nano, "2006-01-02T15:04:05.000000Z", "2006-01-02T15:04:05.999999+00:00")),
	}
	if vendorsim.OneIn(rnd, 8) {
		e["role"] = vendorsim.Pick(rnd, "SYSTEM", "API")
		if !vendorsim.OneIn(rnd, 4) {
			e["user_name"], e["user_email"], e["ip_address"] = nil, nil, ""
		}
	}
	switch rnd.IntN(40) {
	case 0:
		delete(e, "id")
	case 1:
		e["user_name"] = nil
	case 2:
		e["user_email"] = ""
	case 3:
		e["ip_address"] = "unknown"
	}
	return id, vendorsim.JSON(e)
}
