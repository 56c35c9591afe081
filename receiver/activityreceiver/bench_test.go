package activityreceiver

import (
	"fmt"
	"strconv"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelactivity/otelactivity/internal/poll"
	"github.com/otelactivity/otelactivity/providers"
)

// page is 1,000 sign-ins with records of about 1.9 KB and the attributes that such
// events have.
func page() *poll.Batch {
	const size = 1000
	b := &poll.Batch{Stream: &poll.Stream{Key: auditKey}, Observed: observedTime}
	filler := string(make([]byte, 1800))
	for i := range size {
		id := "5b0c3a31-11c9-11ef-9f0a-" + strconv.Itoa(100000000000+i)
		b.UIDs = append(b.UIDs, fmt.Sprintf("%032d", i))
		b.Activities = append(b.Activities, providers.Activity{
			ID: id, Action: providers.Login, RawAction: "user.session.start", Outcome: providers.Success,
			Severity:  providers.Severity{Number: 9, Text: "INFO"},
			Actor:     providers.Actor{Type: providers.ActorUser, ID: "00u1a2b3c4D5E6F7G8H9", Email: "ana.ruiz@example.com", Name: "Ana Ruiz"},
			Context:   providers.Context{IP: "203.0.113.24", UserAgent: "Mozilla/5.0 (X11; Linux x86_64)", AuthMethod: "OTP", SessionID: "idx8Zq"},
			CreatedAt: eventTime, Description: "User login", Raw: `{"uuid":"` + id + `","filler":"` + filler + `"}`,
		})
	}
	return b
}

func BenchmarkPageToLogs(b *testing.B) {
	builder := builderFor(b, `{providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`)
	batch := page()
	b.ReportAllocs()
	for b.Loop() {
		builder.logs(batch)
	}
	perRecord(b, len(batch.Activities))
}

// BenchmarkFloor puts the same attributes into pdata with nothing around it: what
// pdata itself costs.
func BenchmarkFloor(b *testing.B) {
	builder := builderFor(b, `{providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`)
	done := builder.logs(page()).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
	type pair struct{ name, value string }
	records := make([][]pair, done.Len())
	for i := range done.Len() {
		for name, value := range done.At(i).Attributes().All() {
			records[i] = append(records[i], pair{name, value.Str()})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		to := plog.NewLogs().ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		to.EnsureCapacity(len(records))
		for _, attributes := range records {
			r := to.AppendEmpty()
			r.Body().SetStr("body")
			r.Attributes().EnsureCapacity(len(attributes))
			for _, a := range attributes {
				r.Attributes().PutStr(a.name, a.value)
			}
		}
	}
	perRecord(b, len(records))
}

func perRecord(b *testing.B, records int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*records), "ns/record")
}

// pdata makes a record, its list of attributes, and one value for the body and for
// each attribute; nothing may come on top.
func TestRecordsAllocateOnlyWhatPdataDoes(t *testing.T) {
	builder := builderFor(t, `{providers: {fake/eu: {domain: acme.example.com, token: fake-token}}}`)
	batch := page()
	values := builder.logs(batch).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().Len()
	perPage := testing.AllocsPerRun(5, func() { builder.logs(batch) })
	const onceAPage = 50
	if most := float64(len(batch.Activities)*(values+3) + onceAPage); perPage > most {
		t.Errorf("%v allocations for a page, more than %v", perPage, most)
	}
}
