package merge

import "github.com/otelactivity/otelactivity/providers"

// meaning is the unified action of an event type, empty where the type itself is
// the action, and the kind of thing it is about.
type meaning struct {
	action providers.Action
	entity string
}

// eventTypes: https://docs.merge.dev/hris/audit-trail/ . A forced resync changes no
// object, and reading an end user's credentials is no export.
var eventTypes = map[string]meaning{
	"CREATED_REMOTE_PRODUCTION_API_KEY":                {providers.Create, "api_key"},
	"DELETED_REMOTE_PRODUCTION_API_KEY":                {providers.Destroy, "api_key"},
	"CREATED_TEST_API_KEY":                             {providers.Create, "api_key"},
	"DELETED_TEST_API_KEY":                             {providers.Destroy, "api_key"},
	"REGENERATED_PRODUCTION_API_KEY":                   {providers.Updated, "api_key"},
	"REGENERATED_WEBHOOK_SIGNATURE":                    {providers.Updated, "webhook"},
	"INVITED_USER":                                     {providers.UserInvited, "user"},
	"TWO_FACTOR_AUTH_ENABLED":                          {providers.UserUpdated, "user"},
	"TWO_FACTOR_AUTH_DISABLED":                         {providers.UserUpdated, "user"},
	"DELETED_LINKED_ACCOUNT":                           {providers.Destroy, "linked_account"},
	"DELETED_ALL_COMMON_MODELS_FOR_LINKED_ACCOUNT":     {providers.Destroy, "linked_account"},
	"CREATED_DESTINATION":                              {providers.Create, "destination"},
	"DELETED_DESTINATION":                              {providers.Destroy, "destination"},
	"CHANGED_DESTINATION":                              {providers.Updated, "destination"},
	"CHANGED_SCOPES":                                   {providers.Updated, "scope"},
	"CHANGED_PERSONAL_INFORMATION":                     {providers.UserUpdated, "user"},
	"CHANGED_ORGANIZATION_SETTINGS":                    {providers.Updated, "organization"},
	"ENABLED_INTEGRATION":                              {providers.Updated, "integration"},
	"DISABLED_INTEGRATION":                             {providers.Updated, "integration"},
	"ENABLED_CATEGORY":                                 {providers.Updated, "category"},
	"DISABLED_CATEGORY":                                {providers.Updated, "category"},
	"CHANGED_PASSWORD":                                 {providers.UserUpdated, "user"},
	"RESET_PASSWORD":                                   {providers.UserUpdated, "user"},
	"ENABLED_REDACT_UNMAPPED_DATA_FOR_ORGANIZATION":    {providers.Updated, "organization"},
	"ENABLED_REDACT_UNMAPPED_DATA_FOR_LINKED_ACCOUNT":  {providers.Updated, "linked_account"},
	"DISABLED_REDACT_UNMAPPED_DATA_FOR_ORGANIZATION":   {providers.Updated, "organization"},
	"DISABLED_REDACT_UNMAPPED_DATA_FOR_LINKED_ACCOUNT": {providers.Updated, "linked_account"},
	"CREATED_INTEGRATION_WIDE_FIELD_MAPPING":           {providers.Create, "field_mapping"},
	"CREATED_LINKED_ACCOUNT_FIELD_MAPPING":             {providers.Create, "field_mapping"},
	"CHANGED_INTEGRATION_WIDE_FIELD_MAPPING":           {providers.Updated, "field_mapping"},
	"CHANGED_LINKED_ACCOUNT_FIELD_MAPPING":             {providers.Updated, "field_mapping"},
	"DELETED_INTEGRATION_WIDE_FIELD_MAPPING":           {providers.Destroy, "field_mapping"},
	"DELETED_LINKED_ACCOUNT_FIELD_MAPPING":             {providers.Destroy, "field_mapping"},
	"CREATED_LINKED_ACCOUNT_COMMON_MODEL_OVERRIDE":     {providers.Create, "common_model_override"},
	"CHANGED_LINKED_ACCOUNT_COMMON_MODEL_OVERRIDE":     {providers.Updated, "common_model_override"},
	"DELETED_LINKED_ACCOUNT_COMMON_MODEL_OVERRIDE":     {providers.Destroy, "common_model_override"},
	"FORCED_LINKED_ACCOUNT_RESYNC":                     {"", "linked_account"},
	"MUTED_ISSUE":                                      {providers.Updated, "issue"},
	"GENERATED_MAGIC_LINK":                             {providers.Create, "magic_link"},
	"ENABLED_MERGE_WEBHOOK":                            {providers.Updated, "webhook"},
	"DISABLED_MERGE_WEBHOOK":                           {providers.Updated, "webhook"},
	"MERGE_WEBHOOK_TARGET_CHANGED":                     {providers.Updated, "webhook"},
	"END_USER_CREDENTIALS_ACCESSED":                    {"", "credential"},
}

// action returns the unified action and the entity type of an event type; of an
// unknown one the type itself, and nothing.
func action(eventType string) (providers.Action, string) {
	m := eventTypes[eventType]
	if m.action == "" {
		m.action = providers.Action(eventType)
	}
	return m.action, m.entity
}

// onlyWord returns the one event type that brings every event of the wanted action;
// ok is false where there are several, or where the vendor may not know the word.
func onlyWord(wanted string) (word string, ok bool) {
	if _, known := eventTypes[wanted]; known {
		return wanted, true
	}
	for eventType, m := range eventTypes {
		if m.action != providers.Action(wanted) {
			continue
		}
		if word != "" {
			return "", false
		}
		word = eventType
	}
	return word, word != ""
}
