package activityreceiver

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// eventNames holds the EventName of each unified action, so that none is built per
// record.
var eventNames = func() map[string]string {
	m := map[string]string{}
	for _, a := range providers.Actions() {
		m[string(a)] = "activity." + string(a)
	}
	return m
}()

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
	resource.PutStr(attrServiceName, provider)
	resource.PutStr(attrServiceNamespace, c.ServiceNamespace)
	resource.PutStr(attrServiceInstanceID, i.id.String())
	resource.PutStr(attrProvider, provider)
	resource.PutStr(attrStream, stream)
	if address := serverAddress(i.source); address != "" {
		resource.PutStr(attrServerAddress, address)
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
	rl.SetSchemaUrl(schemaURL)
	b.resource.CopyTo(rl.Resource().Attributes())
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(scopeName)
	sl.Scope().SetVersion(b.version)
	sl.Scope().Attributes().PutStr(attrSchemaVersion, schemaVersion)
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
		r.SetEventName(eventOther)
	} else {
		r.SetEventName(eventName(string(a.Action)))
	}
	number, text := severity(a)
	r.SetSeverityNumber(number)
	r.SetSeverityText(text)
	r.Body().SetStr(b.bodyOf(a))

	var set attributes
	set.add(attrUID, uid)
	if b.document {
		set.add(attrDocumentID, uid)
	}
	set.activity(a)
	if b.raw == RawAttribute {
		set.add(attrOriginal, a.Raw)
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
	s.add(attrID, a.ID)
	s.add(attrAction, string(a.Action))
	s.add(attrActionRaw, a.RawAction)
	s.add(attrOutcome, string(a.Outcome))
	s.add(attrDescription, a.Description)
	s.actor(&a.Actor)
	s.known(attrEntityID, a.Entity.ID)
	s.known(attrEntityType, a.Entity.Type)
	s.known(attrEntityName, a.Entity.Name)
	s.known(attrOrganization, a.Organization)
	s.known(attrGroup, a.Group)
	if _, err := netip.ParseAddr(a.Context.IP); err == nil {
		s.add(attrClientAddress, a.Context.IP)
	}
	s.known(attrUserAgent, a.Context.UserAgent)
	s.known(attrAuthMethod, a.Context.AuthMethod)
	s.known(attrSessionID, a.Context.SessionID)
	if !validTime(a.CreatedAt) {
		s.add(attrCreatedAtRaw, createdAtRaw(a))
	}
	s.add(attrDecodeError, a.DecodeError)
}

// actor keeps users, apps and unknown people apart: user.* is never an app, and
// nobody who is anonymous has an id.
func (s *attributes) actor(a *providers.Actor) {
	s.add(attrActorType, string(a.Type))
	switch a.Type {
	case providers.ActorUser:
		s.known(attrUserID, a.ID)
		s.known(attrUserEmail, a.Email)
		s.known(attrUserName, a.Login)
		s.known(attrFullName, a.Name)
	case providers.ActorSystem:
		s.known(attrActorID, a.AppID)
		s.known(attrActorName, a.AppName)
	case providers.ActorAnonymous:
		s.known(attrUserEmail, a.Email)
		s.known(attrUserName, a.Login)
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
