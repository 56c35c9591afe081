package dealcloud

import (
	"encoding/binary"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// decode maps a row. Rows have no id: five fields together are one, and rows equal
// in all of them are one event.
func (f feed) decode(e providers.Event) (providers.Activity, error) {
	var a providers.Activity
	row, err := record.Object(e.Raw)
	if err != nil {
		return a, err
	}
	date, user, kind := record.Path(row, "eventDate"), record.Path(row, "userId"), record.Path(row, "activityTypeId")
	session := record.Path(row, "sessionId")
	if date != "" {
		a.ID = strings.Join([]string{date, user, kind, record.Path(row, "sourceTypeId"), session}, "|")
	}
	t, ok := f.moment(date)
	record.Created(&a, t, ok, date)
	a.RawAction = record.First(record.Path(row, "activityType"), kind)
	meant := activities[kind]
	a.Action, a.Outcome = meant.action, meant.outcome
	if a.Action == "" {
		a.Action = providers.Action(a.RawAction)
	}
	a.Actor = actorOf(row.Get("userId"), record.Path(row, "userName"), record.Path(row, "fullName"))
	a.Context = providers.Context{IP: f.address(row.Get("ipAddress")), SessionID: session}
	return a, record.Missing(&a, "activityType", "eventDate")
}

// moment reads a time without zone in the site's; a fraction may follow.
func (f feed) moment(s string) (time.Time, bool) {
	if t, ok := record.Time(s); ok {
		return t, true
	}
	t, err := time.ParseInLocation("2006-01-02T15:04:05", s, f.zone)
	return t.UTC(), err == nil
}

// actorOf: an attempt that belongs to nobody has no user id, or 0.
func actorOf(id gjson.Result, login, name string) providers.Actor {
	email := record.Email(login)
	if email != "" {
		login = ""
	}
	if n, err := strconv.ParseInt(record.Text(id), 10, 64); err != nil || n <= 0 {
		return providers.Actor{Type: providers.ActorAnonymous, Email: email, Login: login}
	}
	if name == "" {
		name, login = login, ""
	}
	return providers.Actor{Type: providers.ActorUser, ID: record.Text(id), Email: email, Login: login, Name: name}
}

// address reads an IPv4 address written as a number: 184545776, the vendor's own
// example, is 10.255.241.240 with the first octet in the highest bits, and in the
// reserved range 240.0.0.0/4 the other way round. Signed readings occur.
func (f feed) address(v gjson.Result) string {
	text := strings.TrimSpace(record.Text(v))
	if ip := record.IP(text); ip != "" {
		return ip
	}
	number, err := strconv.ParseFloat(text, 64) // exact for all that fit
	if err != nil || number != math.Trunc(number) || number == 0 || number < math.MinInt32 || number > math.MaxUint32 {
		return ""
	}
	var octets [4]byte
	bits := uint32(int64(number)) // bounded above; a negative number wraps as it should
	if f.little {
		binary.LittleEndian.PutUint32(octets[:], bits)
	} else {
		binary.BigEndian.PutUint32(octets[:], bits)
	}
	return netip.AddrFrom4(octets).String()
}
