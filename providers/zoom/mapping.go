package zoom

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// timeLayouts: the documented form, and two that were seen.
var timeLayouts = []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02 15:04:05Z", "2006-01-02 15:04:05"}

func decodeActivity(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	email := record.Path(event, "email")
	begin(&a, event, streamActivities, "time", "email", "type", "ip_address", "client_type", "version")
	a.RawAction = record.Path(event, "type")
	a.Action, a.Outcome = signIn(a.RawAction)
	a.Actor = providers.Actor{Type: providers.ActorAnonymous}
	if email != "" {
		a.Actor = providers.Actor{Type: providers.ActorUser, ID: email, Email: email}
	}
	a.Context.IP = record.IP(record.Path(event, "ip_address"))
	a.Context.UserAgent = record.Path(event, "client_type")
	if version := record.Unless(record.Path(event, "version"), "-"); version != "" && a.Context.UserAgent != "" {
		a.Context.UserAgent += " " + version
	}
	return a, record.Missing(&a, "type", "time")
}

func decodeOperation(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	begin(&a, event, streamOperations, "time", "operator", "category_type", "action", "operation_detail")
	category, verb, detail := record.Path(event, "category_type"), record.Path(event, "action"), record.Path(event, "operation_detail")
	a.RawAction = record.First(verb, category)
	a.Action = operation(category, verb, detail)
	if a.Action == "" {
		a.Action = providers.Action(a.RawAction)
	}
	operator := record.Path(event, "operator")
	a.Actor = providers.Actor{Type: providers.ActorSystem, AppName: operator}
	if strings.Contains(operator, "@") {
		a.Actor = providers.Actor{Type: providers.ActorUser, ID: operator, Email: operator}
	}
	a.Description = strings.TrimSpace(detail)
	a.Entity.Type = category
	if strings.EqualFold(category, "User") {
		a.Entity.ID = firstEmail(detail)
	}
	return a, record.Missing(&a, "action", "time")
}

// begin sets the time and the id, which is derived from every field that tells two
// records apart.
func begin(a *providers.Activity, event gjson.Result, stream string, fields ...string) {
	values := make([]string, len(fields))
	for i, f := range fields {
		values[i] = record.Path(event, f)
	}
	a.ID = stream + "-" + record.Digest(values...)[:32]
	t, ok := record.Time(values[0], timeLayouts...)
	record.Created(a, t, ok, values[0])
}

// firstEmail is the first address in a free text, without the punctuation around.
func firstEmail(text string) string {
	for _, word := range strings.Fields(text) {
		if email := record.Email(strings.Trim(word, ".,;:()[]\"'")); email != "" {
			return email
		}
	}
	return ""
}
