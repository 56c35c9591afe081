package activityreceiver

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/providers"
)

// eventNames holds the EventName of each unified action, so that none is built per
// record.
var eventNames = func() map[string]string {
	m := map[string]string{}
	for _, a := range providers.Actions() {
		m[string(a)] = schema.EventPrefix + string(a)
	}
	return m
}()

// eventName is the EventName of an action: a closed set.
func eventName(action string) string {
	if name, ok := eventNames[action]; ok {
		return name
	}
	return schema.EventOther
}

// recordBuilder turns the batches of one stream into log records.
type recordBuilder struct {
	resource pcommon.Map
	version  string // of the build
	fallback string // the body when an activity says nothing at all
	body     Body
	raw      Raw
	document bool
}

// newRecordBuilder prepares what all records of a stream share.
func newRecordBuilder(c *Config, i *instance, stream, version string) *recordBuilder {
	provider := i.id.Type().String()
	resource := pcommon.NewMap()
	resource.PutStr(schema.ServiceName, provider)
	resource.PutStr(schema.ServiceNamespace, c.ServiceNamespace)
	resource.PutStr(schema.ServiceInstanceID, i.id.String())
	resource.PutStr(schema.Provider, provider)
	resource.PutStr(schema.Stream, stream)
	if address := serverAddress(i.source); address != "" {
		resource.PutStr(schema.ServerAddress, address)
	}
	for name, value := range i.config.ResourceAttributes {
		resource.PutStr(name, value)
	}
	return &recordBuilder{
		resource: resource,
		version:  version,
		fallback: provider + " " + stream + " event",
		body:     i.config.Body,
		raw:      i.config.Raw,
		document: c.ElasticsearchDocumentID,
	}
}

func serverAddress(s *providers.Source) string {
	if s.ServerAddress != "" {
		return s.ServerAddress
	}
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// logs builds the records of a batch.
func (b *recordBuilder) logs(batch *poll.Batch) plog.Logs {
	logs := plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	rl.SetSchemaUrl(schema.URL)
	b.resource.CopyTo(rl.Resource().Attributes())
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(schema.Scope)
	sl.Scope().SetVersion(b.version)
	sl.Scope().Attributes().PutStr(schema.SchemaVersion, schema.Version)
	records := sl.LogRecords()
	records.EnsureCapacity(len(batch.Activities))
	observed := pcommon.NewTimestampFromTime(batch.Observed)
	for i := range batch.Activities {
		record := records.AppendEmpty()
		record.SetObservedTimestamp(observed)
		b.fill(record, &batch.Activities[i], batch.UIDs[i])
	}
	return logs
}

func (b *recordBuilder) fill(r plog.LogRecord, a *providers.Activity, uid string) {
	if validTime(a.CreatedAt) {
		r.SetTimestamp(pcommon.NewTimestampFromTime(a.CreatedAt))
	}
	if a.DecodeError != "" {
		r.SetEventName(schema.EventOther)
	} else {
		r.SetEventName(eventName(string(a.Action)))
	}
	number, text := severity(a)
	r.SetSeverityNumber(number)
	r.SetSeverityText(text)
	r.Body().SetStr(b.bodyOf(a))

	var set attributes
	set.add(schema.UID, uid)
	if b.document {
		set.add(schema.DocumentID, uid)
	}
	set.activity(a)
	if b.raw == RawAttribute {
		set.add(schema.Original, a.Raw)
	}
	m := r.Attributes()
	m.EnsureCapacity(set.n)
	for i := range set.n {
		m.PutStr(set.list[i].name, set.list[i].value)
	}
}

// attributes collects the attributes of one record before they go to pdata, so
// that its map is made once, in the right size.
type attributes struct {
	list [32]struct{ name, value string }
	n    int
}

func (s *attributes) add(name, value string) {
	if value == "" {
		return
	}
	s.list[s.n].name, s.list[s.n].value = name, value
	s.n++
}

// known adds a value unless it is a word for "absent".
func (s *attributes) known(name, value string) {
	if value == "null" || value == "unknown" {
		return
	}
	s.add(name, value)
}

func (s *attributes) activity(a *providers.Activity) {
	s.known(schema.ID, a.ID)
	s.add(schema.Action, string(a.Action))
	s.add(schema.ActionRaw, a.RawAction)
	s.add(schema.Outcome, string(a.Outcome))
	s.known(schema.Description, a.Description)
	s.actor(&a.Actor)
	s.known(schema.EntityID, a.Entity.ID)
	s.known(schema.EntityType, a.Entity.Type)
	s.known(schema.EntityName, a.Entity.Name)
	s.known(schema.Organization, a.Organization)
	s.known(schema.Group, a.Group)
	if _, err := netip.ParseAddr(a.Context.IP); err == nil {
		s.add(schema.ClientAddress, a.Context.IP)
	}
	s.known(schema.UserAgent, a.Context.UserAgent)
	s.known(schema.AuthMethod, a.Context.AuthMethod)
	s.known(schema.SessionID, a.Context.SessionID)
	if !validTime(a.CreatedAt) {
		s.add(schema.CreatedAtRaw, createdAtRaw(a))
	}
	s.add(schema.DecodeError, a.DecodeError)
}

// actor keeps users, apps and unknown people apart: user.* is never an app, and
// nobody who is anonymous has an id.
func (s *attributes) actor(a *providers.Actor) {
	s.add(schema.ActorType, string(a.Type))
	switch a.Type {
	case providers.ActorUser:
		s.known(schema.UserID, a.ID)
		s.known(schema.UserEmail, a.Email)
		s.known(schema.UserName, a.Login)
		s.known(schema.FullName, a.Name)
	case providers.ActorSystem:
		s.known(schema.ActorID, a.AppID)
		s.known(schema.ActorName, a.AppName)
	case providers.ActorAnonymous:
		s.known(schema.UserEmail, a.Email)
		s.known(schema.UserName, a.Login)
	}
}

// severity is the vendor's own level, else WARN for a failure, else INFO.
func severity(a *providers.Activity) (plog.SeverityNumber, string) {
	if n := plog.SeverityNumber(a.Severity.Number); n >= plog.SeverityNumberTrace && n <= plog.SeverityNumberFatal4 {
		if a.Severity.Text != "" {
			return n, a.Severity.Text
		}
		return n, severityName(n)
	}
	if a.Outcome == providers.Failure {
		return plog.SeverityNumberWarn, "WARN"
	}
	return plog.SeverityNumberInfo, "INFO"
}

// severityName is the short name of a number's range
// (https://opentelemetry.io/docs/specs/otel/logs/data-model/#displaying-severity).
func severityName(n plog.SeverityNumber) string { return strings.ToUpper(n.String()) }

// validTime tells that a time fits OTLP's unsigned nanoseconds.
func validTime(t time.Time) bool {
	return !t.IsZero() && t.Unix() >= 0 && t.Year() < 2262
}

// createdAtRaw is what the vendor sent, or the time that OTLP cannot hold.
func createdAtRaw(a *providers.Activity) string {
	if a.CreatedAtRaw == "" && !a.CreatedAt.IsZero() {
		return a.CreatedAt.Format(time.RFC3339Nano)
	}
	return a.CreatedAtRaw
}
