package record_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers/record"
)

// event is 1.9 KB, as sign-ins are.
const event = `{"actor":{"id":"00u1a2b3c4D5E6F7G8H9","type":"User","alternateId":"ana.ruiz@example.com","displayName":"Ana Ruiz","detailEntry":null},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36","os":"Mac OS X","browser":"CHROME"},"zone":"null","device":"Computer","id":null,"ipAddress":"203.0.113.24","geographicalContext":{"city":"Porto","state":"Porto","country":"Portugal","postalCode":"4000","geolocation":{"lat":41.1,"lon":-8.6}}},"device":null,"authenticationContext":{"authenticationProvider":"FACTOR_PROVIDER","credentialProvider":"EXAMPLE_CREDENTIAL_PROVIDER","credentialType":"OTP","issuer":null,"interface":null,"authenticationStep":0,"externalSessionId":"idx8ZqExampleSessionIdentifier"},"displayMessage":"User login","eventType":"user.session.start","outcome":{"result":"SUCCESS","reason":null},"published":"2026-03-04T05:06:07.000Z","securityContext":{"asNumber":64500,"asOrg":"example","isp":"example","domain":"example.com","isProxy":false},"severity":"INFO","debugContext":{"debugData":{"requestUri":"/idp/idx/identify","deviceFingerprint":"ab12cd34ef56ab12cd34ef56ab12cd34","behaviors":"{New Geo-Location=NEGATIVE, New Device=NEGATIVE, New IP=NEGATIVE, New State=NEGATIVE, New Country=NEGATIVE, Velocity=NEGATIVE, New City=NEGATIVE}","threatSuspected":"false","url":"/idp/idx/identify?","requestId":"exampleRequestIdentifier0001"}},"legacyEventType":"core.user_auth.login_success","transaction":{"type":"WEB","id":"ZkMcExampleTransaction","detail":{}},"uuid":"%08x-11c9-11ef-9f0a-1f5d113f2546","version":"0","request":{"ipChain":[{"ip":"203.0.113.24","geographicalContext":{"city":"Porto","state":"Porto","country":"Portugal","postalCode":"4000","geolocation":{"lat":41.1,"lon":-8.6}},"version":"V4","source":null}]},"target":[{"id":"0oa1exampleApplication","type":"AppInstance","alternateId":"Dashboard","displayName":"Dashboard","detailEntry":null}]}`

// BenchmarkList compares what a page of 1,000 events may cost: the least that tells
// whether it is JSON, the two passes that List saves, and List.
func BenchmarkList(b *testing.B) {
	const size = 1000
	events := make([]string, size)
	for i := range events {
		events[i] = fmt.Sprintf(event, i)
	}
	list := "[" + strings.Join(events, ",") + "]"
	page := `{"data":` + list + `,"next":"cursor"}`
	for _, c := range []struct {
		name string
		read func() int
	}{
		{"json.Valid", func() int {
			json.Valid([]byte(list))
			return size
		}},
		{"gjson", func() int {
			if !gjson.Valid(list) {
				return 0
			}
			events, _ := record.Events(gjson.Parse(list))
			return len(events)
		}},
		{"list", func() int {
			_, events, _ := record.List(list, "")
			return len(events)
		}},
		{"gjson, member", func() int {
			if !gjson.Valid(page) {
				return 0
			}
			body := gjson.Parse(page)
			events, _ := record.Events(body.Get("data"))
			return len(events) + len(body.Get("next").Str) - len("cursor")
		}},
		{"member", func() int {
			rest, events, _ := record.List(page, "data")
			return len(events) + len(rest.Get("next").Str) - len("cursor")
		}},
		{"body", func() int {
			if _, err := record.Body(list); err != nil {
				return 0
			}
			return size
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(list)))
			b.ReportAllocs()
			for b.Loop() {
				if n := c.read(); n != size {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/event")
		})
	}
}
