package activityreceiver

import (
	"errors"
	"flag"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/plogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"pgregory.net/rapid"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/providers"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	eventTime    = time.Date(2026, 3, 4, 5, 6, 7, 123456789, time.UTC)
	observedTime = time.Date(2026, 3, 4, 5, 7, 2, 4000000, time.UTC)
)

// activities are one of each kind.
func activities() []providers.Activity {
	return []providers.Activity{
		{
			ID: "e-1", Action: providers.Login, RawAction: "session.start", Outcome: providers.Success,
			Actor:        providers.Actor{Type: providers.ActorUser, ID: "u-1", Email: "ana@example.com", Login: "ana", Name: "Ana Ruiz"},
			Context:      providers.Context{IP: "203.0.113.7", UserAgent: "Mozilla/5.0", AuthMethod: "OTP", SessionID: "s-1"},
			Entity:       providers.Entity{ID: "app-1", Type: "AppInstance", Name: "Mail"},
			Organization: "org-1", Group: "group-1", CreatedAt: eventTime, Description: "User login",
			Raw: `{"id":"e-1","n":9007199254740993,"b":1,"a":2}`,
		},
		{
			ID: "e-2", Action: providers.LoginFailed, RawAction: "session.start", Outcome: providers.Failure,
			Actor:     providers.Actor{Type: providers.ActorAnonymous, ID: "never", Email: "typed@example.com", Login: "typed", Name: "never"},
			Context:   providers.Context{IP: "2001:db8::7"},
			CreatedAt: eventTime, Raw: `{"id":"e-2"}`,
		},
		{
			ID: "e-3", Action: providers.UserDeactivated, RawAction: "user.deactivate", Outcome: providers.Failure,
			Severity:  providers.Severity{Number: 17, Text: "ALARM"},
			Actor:     providers.Actor{Type: providers.ActorSystem, ID: "never", Email: "never@example.com", AppID: "app-9", AppName: "Directory sync"},
			Entity:    providers.Entity{ID: "u-2", Type: "User"},
			CreatedAt: eventTime, Raw: `{"id":"e-3"}`,
		},
		{
			Action: "policy.evaluated", RawAction: "policy.evaluated", Severity: providers.Severity{Number: 5},
			Context:   providers.Context{IP: "unknown", UserAgent: "unknown", AuthMethod: "null"},
			Entity:    providers.Entity{Name: "Default policy"},
			CreatedAt: eventTime, Raw: `{"type":"policy.evaluated"}`,
		},
		{
			ID: "e-5", Action: providers.Exported, RawAction: "unknown", CreatedAtRaw: "last Tuesday",
			Actor:       providers.Actor{Type: providers.ActorUser, Login: "leo"},
			Description: "Report\n  downloaded", Raw: `{"id":"e-5"}`,
		},
		{DecodeError: "the event is no JSON object", Raw: `["broken"]`},
	}
}

func batchOf(list ...providers.Activity) *poll.Batch {
	b := &poll.Batch{Observed: observedTime, Activities: list}
	for range list {
		b.UIDs = append(b.UIDs, "uid"+string(rune('a'+len(b.UIDs))))
	}
	return b
}

// builderFor opens a configuration and returns the builder of fake/eu's audit
// stream.
func builderFor(t testing.TB, yaml string) *recordBuilder {
	t.Helper()
	cfg, err := loadYAML(t, yaml)
	require.NoError(t, err)
	instances, err := cfg.open()
	require.NoError(t, err)
	return newRecordBuilder(cfg, instances[0], "audit", "1.2.3")
}

func TestGolden(t *testing.T) {
	for name, yaml := range map[string]string{
		"raw": `{providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`,
		"description": `
service_namespace: audit
elasticsearch_document_id: true
body: description
raw: attribute
resource_attributes: {deployment.environment.name: prod, service.name: own}
providers: {fake/eu: {domain: acme.example.com, token: fake-token}}`,
		"none": `{body: none, providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := builderFor(t, yaml).logs(batchOf(activities()...))
			path := filepath.Join("testdata", "records", name+".yaml")
			if *update {
				require.NoError(t, golden.WriteLogsToFile(path, got))
			}
			want, err := golden.ReadLogs(path)
			require.NoError(t, err)
			require.NoError(t, plogtest.CompareLogs(want, got))
		})
	}
}

func TestBodyIsNeverEmpty(t *testing.T) {
	for name, tt := range map[string]struct {
		body Body
		a    providers.Activity
		want string
	}{
		"raw":                        {BodyRaw, providers.Activity{Raw: `{}`, Description: "text"}, `{}`},
		"raw is missing":             {BodyRaw, providers.Activity{Description: "text"}, "text"},
		"description":                {BodyDescription, providers.Activity{Raw: `{}`, Description: "text"}, "text"},
		"description on two lines":   {BodyDescription, providers.Activity{Description: "one\r\n\ttwo "}, "one two"},
		"description of spaces":      {BodyDescription, providers.Activity{Description: " \n", RawAction: "x"}, "x"},
		"actor, action, entity":      {BodyDescription, providers.Activity{Action: "login", Actor: providers.Actor{Type: providers.ActorUser, Email: "ana@example.com", Name: "Ana"}, Entity: providers.Entity{Type: "session", Name: "web"}}, "ana@example.com login session web"},
		"entity without name":        {BodyDescription, providers.Activity{Action: "destroy", Actor: providers.Actor{Type: providers.ActorSystem, AppName: "sync"}, Entity: providers.Entity{ID: "7"}}, "sync destroy 7"},
		"app without name":           {BodyDescription, providers.Activity{Action: "updated", Actor: providers.Actor{Type: providers.ActorSystem, Email: "never@example.com", AppID: "app-1"}}, "app-1 updated"},
		"actor of a type only":       {BodyDescription, providers.Activity{Action: "login", Actor: providers.Actor{Type: providers.ActorAnonymous}}, "anonymous login"},
		"only the vendor's word":     {BodyDescription, providers.Activity{RawAction: "thing.done"}, "thing.done"},
		"nothing at all":             {BodyNone, providers.Activity{}, "fake audit event"},
		"none hides raw":             {BodyNone, providers.Activity{Raw: `{}`, RawAction: "thing.done"}, "thing.done"},
		"undecodable":                {BodyDescription, providers.Activity{Raw: "[", DecodeError: "broken"}, "["},
		"undecodable and none":       {BodyNone, providers.Activity{Raw: "[", DecodeError: "broken"}, "fake audit event"},
		"undecodable without record": {BodyRaw, providers.Activity{DecodeError: "broken"}, "fake audit event"},
	} {
		t.Run(name, func(t *testing.T) {
			b := builderFor(t, `{providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`)
			b.body = tt.body
			assert.Equal(t, tt.want, b.bodyOf(&tt.a))
		})
	}
}

func TestSeverity(t *testing.T) {
	for name, tt := range map[string]struct {
		a      providers.Activity
		number plog.SeverityNumber
		text   string
	}{
		"info":                  {providers.Activity{}, plog.SeverityNumberInfo, "INFO"},
		"success":               {providers.Activity{Outcome: providers.Success}, plog.SeverityNumberInfo, "INFO"},
		"failure":               {providers.Activity{Outcome: providers.Failure}, plog.SeverityNumberWarn, "WARN"},
		"vendor's level":        {providers.Activity{Outcome: providers.Failure, Severity: providers.Severity{Number: 9, Text: "notice"}}, plog.SeverityNumberInfo, "notice"},
		"vendor's without word": {providers.Activity{Severity: providers.Severity{Number: 18}}, plog.SeverityNumberError2, "ERROR2"},
		"level out of range":    {providers.Activity{Severity: providers.Severity{Number: 25, Text: "x"}}, plog.SeverityNumberInfo, "INFO"},
	} {
		t.Run(name, func(t *testing.T) {
			number, text := severity(&tt.a)
			assert.Equal(t, tt.number, number)
			assert.Equal(t, tt.text, text)
		})
	}
}

func TestTimeThatOTLPCannotHold(t *testing.T) {
	b := builderFor(t, `{providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`)
	for name, at := range map[string]time.Time{
		"before 1970": time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC),
		"after 2262":  time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			r := b.logs(batchOf(providers.Activity{RawAction: "x", CreatedAt: at})).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
			assert.Zero(t, r.Timestamp())
			raw, _ := r.Attributes().Get(schema.CreatedAtRaw)
			assert.Equal(t, at.Format(time.RFC3339Nano), raw.Str())
		})
	}
}

func TestServerAddress(t *testing.T) {
	for name, tt := range map[string]struct {
		source providers.Source
		want   string
	}{
		"told":          {providers.Source{ServerAddress: "tenant.example.com", Endpoint: "https://api.example.com"}, "tenant.example.com"},
		"from endpoint": {providers.Source{Endpoint: "https://api.example.com:8443/v1"}, "api.example.com"},
		"IPv6":          {providers.Source{Endpoint: "http://[2001:db8::1]:80"}, "2001:db8::1"},
		"none":          {providers.Source{Endpoint: ":"}, ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, serverAddress(&tt.source)) })
	}
}

// What the vendor's adapter or the user lists leaves the receiver nowhere, and all
// other bytes of the record stay as they came.
func TestFieldsThatMustNotLeave(t *testing.T) {
	const record = `{"id":"e-1", "session":{"secret":"planted-secret","n":9007199254740993},"users":[{"mail":"a","id":1},{"mail":"b","id":2}],"time":"2026-03-04T05:06:07Z"}`
	for name, tt := range map[string]struct{ keys, want string }{
		"the vendor's own": {"", `{"id":"e-1", "session":{"n":9007199254740993},"users":[{"mail":"a","id":1},{"mail":"b","id":2}],"time":"2026-03-04T05:06:07Z"}`},
		"the user's":       {"exclude_fields: [users.mail]", `{"id":"e-1", "session":{"n":9007199254740993},"users":[{"id":1},{"id":2}],"time":"2026-03-04T05:06:07Z"}`},
		"an attribute":     {"body: description, raw: attribute", `{"id":"e-1", "session":{"n":9007199254740993},"users":[{"mail":"a","id":1},{"mail":"b","id":2}],"time":"2026-03-04T05:06:07Z"}`},
		"undecodable":      {"exclude_fields: [users, time]", `{"id":"e-1", "session":{"n":9007199254740993}}`},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := loadYAML(t, "{providers: {fake/eu: {domain: acme.example.com, token: fake-token, "+tt.keys+"}}}")
			require.NoError(t, err)
			instances, err := cfg.open()
			require.NoError(t, err)
			stream := instances[0].stream(instances[0].streams[0], nil)
			if name == "undecodable" {
				stream.Stream.Decode = func(providers.Event) (providers.Activity, error) { return providers.Activity{}, errors.New("broken") }
			}
			logs := newRecordBuilder(cfg, instances[0], "audit", "1.2.3").logs(poll.Convert(stream, []providers.Event{{Raw: record}}, observedTime))
			r := records(logs)[0]
			raw := r.Body().Str()
			if original, ok := r.Attributes().Get(schema.Original); ok {
				raw = original.Str()
			}
			assert.Equal(t, tt.want, raw)
			assert.NotContains(t, string(otlpYAML(t, logs)), "planted-secret")
		})
	}
}

// Whatever a provider returns, a record keeps the rules.
func TestAnyActivityKeepsTheRules(t *testing.T) {
	known := map[string]bool{}
	for _, name := range schema.Names(schema.Record()) {
		known[name] = true
	}
	builder := builderFor(t, `{elasticsearch_document_id: true, body: description, raw: attribute, providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`)
	rapid.Check(t, func(t *rapid.T) {
		a := drawActivity(t)
		r := builder.logs(batchOf(a)).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
		if r.Body().Str() == "" {
			t.Fatal("the body is empty")
		}
		if name := r.EventName(); name != schema.EventOther && eventName(string(a.Action)) != name {
			t.Fatalf("EventName %q is not of the closed set", name)
		}
		for name, v := range r.Attributes().All() {
			if !known[name] || v.Type() != pcommon.ValueTypeStr || v.Str() == "" {
				t.Fatalf("%s: %s", name, v.AsString())
			}
			absent := v.Str() == "null" || v.Str() == "unknown"
			if absent && name != schema.ActionRaw && name != schema.CreatedAtRaw && name != schema.Original && name != schema.DecodeError {
				t.Fatalf("%s: %s means that the vendor does not tell", name, v.Str())
			}
		}
		_, user := r.Attributes().Get(schema.UserID)
		_, app := r.Attributes().Get(schema.ActorID)
		if user && a.Actor.Type != providers.ActorUser || app && a.Actor.Type != providers.ActorSystem {
			t.Fatalf("an actor of type %q has the wrong id", a.Actor.Type)
		}
	})
}

func drawActivity(t *rapid.T) providers.Activity {
	text := func(label string) string {
		return rapid.SampledFrom([]string{"", "null", "unknown", "x", "203.0.113.7", "two\nlines"}).Draw(t, label)
	}
	return providers.Activity{
		ID: text("id"), Action: providers.Action(rapid.SampledFrom([]string{"", "login", "destroy", "other.word"}).Draw(t, "action")),
		RawAction: text("raw action"), Outcome: rapid.SampledFrom([]providers.Outcome{"", providers.Success, providers.Failure}).Draw(t, "outcome"),
		Actor: providers.Actor{
			Type: rapid.SampledFrom([]providers.ActorType{"", providers.ActorUser, providers.ActorSystem, providers.ActorAnonymous}).Draw(t, "type"),
			ID:   text("actor"), Email: text("email"), Login: text("login"), Name: text("name"), AppID: text("app"), AppName: text("app name"),
		},
		Context:      providers.Context{IP: text("ip"), UserAgent: text("agent"), AuthMethod: text("method"), SessionID: text("session")},
		Entity:       providers.Entity{ID: text("entity"), Type: text("entity type"), Name: text("entity name")},
		Organization: text("organization"), Group: text("group"), Description: text("description"),
		CreatedAtRaw: text("time"), Raw: text("raw"), DecodeError: text("error"),
	}
}
