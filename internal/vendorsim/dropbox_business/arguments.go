package dropboxbusiness

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const maxLimit = 1000

// categories are the tags of EventCategory:
// https://github.com/dropbox/dropbox-api-spec/blob/main/team_log_generated.stone
var categories = strings.Fields(`admin_alerting apps comments dash data_governance devices domains encryption
	file_operations file_requests groups logins members paper passwords protect reports sharing showcase signatures sso
	team_folders team_policies team_profile tfa trusted_teams`)

// filters are the arguments that select events.
type filters struct {
	Start     *time.Time `json:"s,omitempty"`
	End       *time.Time `json:"e,omitempty"`
	Category  string     `json:"c,omitempty"`
	EventType string     `json:"t,omitempty"`
	Account   string     `json:"a,omitempty"`
}

// parse reads the arguments of get_events; text says what is wrong with them.
func parse(args map[string]json.RawMessage) (f filters, limit int, text string) {
	limit = maxLimit
	for _, name := range slices.Sorted(maps.Keys(args)) {
		var ok bool
		switch raw := args[name]; name {
		case "limit":
			ok = json.Unmarshal(raw, &limit) == nil && limit >= 1 && limit <= maxLimit
		case "account_id":
			ok = json.Unmarshal(raw, &f.Account) == nil && len(f.Account) == 40
		case "category":
			f.Category, ok = tag(raw)
			ok = ok && slices.Contains(categories, f.Category)
		case "event_type":
			f.EventType, ok = tag(raw)
		case "time":
			ok = f.time(raw)
		default:
			return f, 0, "request body: unknown field '" + name + "'"
		}
		if !ok {
			return f, 0, "request body: " + name + ": bad value"
		}
	}
	return f, limit, ""
}

// tag reads a member of a union: its name, or an object with it.
func tag(raw json.RawMessage) (string, bool) {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		return name, name != ""
	}
	var union map[string]string
	if json.Unmarshal(raw, &union) != nil || len(union) != 1 {
		return "", false
	}
	return union[".tag"], union[".tag"] != ""
}

func (f *filters) time(raw json.RawMessage) bool {
	var bounds map[string]string
	if json.Unmarshal(raw, &bounds) != nil {
		return false
	}
	for name, text := range bounds {
		t, err := time.Parse(layout, text)
		// Parse takes fractions that the layout does not have.
		if err != nil || t.Format(layout) != text {
			return false
		}
		switch name {
		case "start_time":
			f.Start = &t
		case "end_time":
			f.End = &t
		default:
			return false
		}
	}
	return true
}

// conflict names the error of arguments that are well formed and do not fit.
func (f filters) conflict() string {
	known := slices.ContainsFunc(vendorsim.People, func(p vendorsim.Person) bool { return accountID(p.N) == f.Account })
	switch {
	case f.Category != "" && f.EventType != "":
		return "invalid_filters"
	case f.Start != nil && f.End != nil && !f.Start.Before(*f.End):
		return "invalid_time_range"
	case f.Account != "" && !known:
		return "account_id_not_found"
	}
	return ""
}
