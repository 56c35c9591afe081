package salesforce

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// generatedVersion is the API version that rows name before a request names another.
const generatedVersion = "v60.0"

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID returns the id, of 18 characters, of the n-th record of a kind.
func newID(prefix string, n int) string {
	b := []byte(prefix + "5g0000000000")
	for i := len(b) - 1; n > 0; i-- {
		b[i] = digits[n%len(digits)]
		n /= len(digits)
	}
	return long(string(b))
}

// long adds the three characters that make an id of 15 safe where case is lost: each
// tells which of five characters are capitals.
func long(id string) string {
	for chunk := range 3 {
		bits := 0
		for i, c := range id[5*chunk : 5*chunk+5] {
			if c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		id += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits : bits+1]
	}
	return id
}

// The org, the user that reads it, and users that are no people.
const orgID = "00D5g000004AbCdEAK"

var (
	callerID  = newID("005", 900)
	processID = newID("005", 901) // Automated Process
)

func userID(p vendorsim.Person) string { return newID("005", 1000+p.N*47) }

// usernameOf is an address, but not the mailbox: usernames are unique in the world.
func usernameOf(p vendorsim.Person) string { return p.Email + ".acme.example" }

// person is a user: one of the people, or now and then the integration user.
func person(rnd *rand.Rand) (id, login string) {
	if vendorsim.OneIn(rnd, 8) {
		return callerID, username
	}
	p := vendorsim.Pick(rnd, vendorsim.People...)
	return userID(p), usernameOf(p)
}

// users are the rows of User.
func users(now time.Time) []*vendorsim.Entry {
	list := []*vendorsim.Entry{
		{Raw: record("User", callerID, "Username", username, "Email", "it@example.com", "Name", "Integration User")},
		{Raw: record("User", processID, "Username", "autoproc@00d5g000004abcdeak", "Email", "autoproc@example.com", "Name", "Automated Process")},
	}
	for _, p := range vendorsim.People {
		list = append(list, &vendorsim.Entry{Raw: record("User", userID(p), "Username", usernameOf(p), "Email", p.Email, "Name", p.Name)})
	}
	for i, e := range list {
		e.Time, e.Seq = now, i
	}
	return list
}

// record returns a row with its attributes, id and further fields in pairs. A value
// of type raw is JSON already.
func record(object, id string, pairs ...any) string {
	var b strings.Builder
	b.WriteString(`{"attributes":` + reference(object, id) + `,"Id":"` + id + `"`)
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString("," + member(pairs[i].(string), encode(pairs[i+1])))
	}
	return b.String() + "}"
}

type raw string

func encode(v any) string {
	if r, ok := v.(raw); ok {
		return string(r)
	}
	return vendorsim.JSON(v)
}

// reference is what every row says about itself.
func reference(object, id string) string {
	return `{"type":"` + object + `","url":"/services/data/` + generatedVersion + `/sobjects/` + object + `/` + id + `"}`
}
