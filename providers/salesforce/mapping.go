package salesforce

import (
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// timeLayouts: SOQL writes an offset without colon.
var timeLayouts = []string{"2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999Z07:00", "20060102150405.999"}

func created(a *providers.Activity, text string) {
	t, ok := record.Time(text, timeLayouts...)
	record.Created(a, t, ok, text)
}

func (f *feed) decodeLogin(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	org, _, user := splitSide(e.Side)
	a.ID, a.Organization = record.Path(event, "Id"), org
	status := record.Path(event, "Status")
	if status != "" {
		a.RawAction = "LoginHistory:" + status
		if status == "Success" {
			a.Action, a.Outcome = providers.Login, providers.Success
		} else { // an open list of reasons
			a.Action, a.Outcome, a.Description = providers.LoginFailed, providers.Failure, status
		}
	}
	created(&a, record.Path(event, "LoginTime"))
	a.Actor = actor(record.Path(event, "UserId"), user)
	a.Context = providers.Context{
		IP:         record.IP(record.Path(event, "SourceIp")), // or "Salesforce.com IP"
		UserAgent:  record.Unless(record.Path(event, "Browser"), "Unknown"),
		AuthMethod: record.Path(event, "LoginType"),
	}
	return a, record.Missing(&a, "Status", "LoginTime")
}

// actor is the user with what was looked up of them.
func actor(id string, user gjson.Result) providers.Actor {
	if id == "" {
		return providers.Actor{Type: providers.ActorSystem}
	}
	return providers.Actor{
		Type: providers.ActorUser, ID: id, Name: record.Path(user, "Name"),
		Email: record.First(record.Email(record.Path(user, "Email")), record.Email(record.Path(user, "Username"))),
	}
}

// shownUser is how Display names the user who was changed.
var shownUser = regexp.MustCompile(`UserID: \[(005[A-Za-z0-9]{12,15})\]`)

func (f *feed) decodeSetup(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	event, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	org, _, _ := splitSide(e.Side)
	a.ID, a.Organization = record.Path(event, "Id"), org
	a.RawAction = record.Path(event, "Action")
	a.Action = setupAction(a.RawAction)
	if a.RawAction != "" {
		a.Outcome = providers.Success
	}
	created(&a, record.Path(event, "CreatedDate"))
	a.Description = record.Path(event, "Display")
	by := event.Get("CreatedBy")
	a.Actor = actor(record.Path(event, "CreatedById"), by)
	if name := record.Path(by, "Name"); name == "Automated Process" {
		a.Actor = providers.Actor{Type: providers.ActorSystem, AppID: record.Path(event, "CreatedById"), AppName: name}
	}
	if strings.HasPrefix(string(a.Action), "user_") && a.Action.Unified() {
		a.Entity.Type = "User"
		if m := shownUser.FindStringSubmatch(a.Description); m != nil {
			a.Entity.ID = m[1]
		}
	}
	return a, record.Missing(&a, "Action", "CreatedDate")
}

func (f *feed) decodeFile(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	row, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	org, number, user := splitSide(e.Side)
	a.RawAction = record.Path(row, "EVENT_TYPE")
	if record.Path(row, "REQUEST_ID") != "" {
		a.ID = rowID(row) + number
	}
	a.Action, a.Outcome = fileAction(a.RawAction, record.Path(row, "LOGIN_STATUS"))
	created(&a, record.First(record.Path(row, "TIMESTAMP_DERIVED"), record.Path(row, "TIMESTAMP")))
	a.Actor = fileActor(row, user, a.RawAction == "LoginAs")
	a.Context = providers.Context{
		IP:         record.First(record.IP(record.Path(row, "SOURCE_IP")), record.IP(record.Path(row, "CLIENT_IP"))),
		UserAgent:  browser(record.Path(row, "BROWSER_TYPE")),
		AuthMethod: record.Path(row, "LOGIN_TYPE"),
	}
	switch a.RawAction {
	case "ReportExport":
		a.Description = record.Path(row, "REPORT_DESCRIPTION")
		a.Entity = providers.Entity{ID: record.Path(row, "URI_ID_DERIVED"), Type: "Report"}
	case "LoginAs":
		a.Entity = providers.Entity{ID: record.First(record.Path(row, "USER_ID_DERIVED"), record.Path(row, "USER_ID")), Type: "User"}
	}
	a.Organization = sameOrg(org, record.Path(row, "ORGANIZATION_ID"))
	return a, record.Missing(&a, "EVENT_TYPE", "TIMESTAMP")
}

// fileActor: in LoginAs rows the plain user is the one who is impersonated.
func fileActor(row, user gjson.Result, delegated bool) providers.Actor {
	prefix := ""
	if delegated {
		prefix = "DELEGATED_"
	}
	a := actor(record.First(record.Path(row, prefix+"USER_ID_DERIVED"), record.Path(row, prefix+"USER_ID")), user)
	if a.Type == providers.ActorUser && a.Email == "" {
		a.Email = record.Email(record.Path(row, prefix+"USER_NAME"))
	}
	return a
}

// browser drops the codes that some types carry instead of a name.
func browser(s string) string {
	if strings.Trim(s, "0123456789") == "" {
		return ""
	}
	return s
}

// sameOrg prefers the org's id of 18 characters when the row's 15 begin it: one org
// must not show under two ids.
func sameOrg(full, short string) string {
	const shortID = 15
	if short == "" || len(full) >= shortID && len(short) >= shortID && full[:shortID] == short[:shortID] {
		return full
	}
	return short
}
