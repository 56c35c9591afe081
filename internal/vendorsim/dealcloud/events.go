package dealcloud

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

type object = map[string]any

// kind is one type of activity. Rows spell some names otherwise than the table.
type kind struct {
	id     int
	names  []string
	nobody bool // comes without a known user too
	weight int
}

var kinds = []kind{
	{1, []string{"Login Successful"}, false, 12},
	{2, []string{"Login Failed"}, true, 3},
	{3, []string{"Logout"}, false, 5},
	{4, []string{"Session Expired", "SessionExpired"}, false, 3},
	{5, []string{"Login Failed (Locked Out)", "LoginFailedLockedOut"}, true, 1},
	{6, []string{"Login Requires Verification"}, false, 1},
	{7, []string{"Login Failed (Forbidden)"}, true, 2},
	{8, []string{"Export Data"}, false, 5},
	{9, []string{"User Proxy / Switch"}, false, 1},
	{10, []string{"BackupAccess"}, false, 1},
	{11, []string{"IP Restriction Applied"}, true, 1},
	{14, []string{"Passkey Registered", ""}, false, 1},
}

var byWeight = func() []kind {
	var all []kind
	for _, k := range kinds {
		for range k.weight {
			all = append(all, k)
		}
	}
	return all
}()

// sources by id, from 1.
var sources = []string{"Web", "Mobile", "Outlook", "Excel", "Word", "Unknown", "Chrome Extension", "Web Add-In", "Mobile Next", "PowerPoint", "Teams"}

// exportTypes is how many export data types there are. Rows do not say theirs; it is
// the number of the row modulo this.
const exportTypes = 5

// dateLayout has no zone and no zeros at the end.
const dateLayout = "2006-01-02T15:04:05.9999999"

// generate makes one row. Rows have no id: date, user, type, source and session
// together tell them apart.
func generate(rnd *rand.Rand, n int, at time.Time) (string, string) {
	k := vendorsim.Pick(rnd, byWeight...)
	p, source := vendorsim.Pick(rnd, vendorsim.People...), rnd.IntN(len(sources))
	if !vendorsim.OneIn(rnd, 3) {
		source = 0
	}
	e := object{
		"userName": p.Email, "fullName": p.Name, "userId": 10 + p.N, "sessionId": vendorsim.UUID(rnd),
		"activityTypeId": k.id, "activityType": vendorsim.Pick(rnd, k.names...), "sourceTypeId": source + 1, "sourceType": sources[source],
	}
	if vendorsim.OneIn(rnd, 20) { // an integration's user: no mailbox, no name
		e["userName"], e["fullName"] = "svc_sync", nil
	}
	if k.nobody && vendorsim.OneIn(rnd, 2) {
		e["userName"], e["fullName"], e["userId"] = vendorsim.Pick(rnd, "nobody@example.com", "typo", p.Email), nil, vendorsim.Pick[any](rnd, 0, nil)
		e["sessionId"] = nil
		// Without session only the time tells two of them apart.
		at = at.Add(time.Duration(n%10000) * 100)
	}
	e["eventDate"] = at.Format(dateLayout)
	address(rnd, e)
	return fmt.Sprint("row-", n), vendorsim.JSON(e)
}

// address puts in the address as a number, mostly.
func address(rnd *rand.Rand, e object) {
	text := vendorsim.IP(rnd)
	ip := netip.MustParseAddr(text)
	if ip.Is6() {
		e["ipAddress"] = text // a number cannot hold it
		return
	}
	b := ip.As4()
	number := binary.BigEndian.Uint32(b[:])
	switch rnd.IntN(16) {
	case 0: // left out
	case 1:
		e["ipAddress"] = vendorsim.Pick[any](rnd, nil, 0)
	case 2:
		e["ipAddress"] = int32(number)
	case 3:
		e["ipAddress"] = fmt.Sprint(number)
	case 4:
		e["ipAddress"] = text
	default:
		e["ipAddress"] = number
	}
}
