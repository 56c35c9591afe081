package salesforce_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

func TestRefusedQueries(t *testing.T) {
	for name, tt := range map[string]struct{ soql, code, message string }{
		"no SELECT":       {"Id FROM LoginHistory", "MALFORMED_QUERY", "unexpected token: 'Id'"},
		"star":            {"SELECT * FROM LoginHistory", "MALFORMED_QUERY", "unexpected token: '*'"},
		"aggregate":       {"SELECT COUNT(Id) FROM SetupAuditTrail", "MALFORMED_QUERY", "unexpected token: '('"},
		"no object":       {"SELECT Id FROM", "INVALID_TYPE", "sObject type '<EOF>' is not supported"},
		"unknown object":  {"SELECT Id FROM LoginEvent", "INVALID_TYPE", "sObject type 'LoginEvent' is not supported"},
		"unknown field":   {"SELECT Id, UserName FROM LoginHistory", "INVALID_FIELD", "No such column 'UserName' on entity 'LoginHistory'"},
		"no networks":     {"SELECT NetworkId FROM LoginHistory", "INVALID_FIELD", "No such column 'NetworkId'"},
		"no relation":     {"SELECT User.Name FROM LoginHistory", "INVALID_FIELD", "Didn't understand relationship 'User'"},
		"related field":   {"SELECT CreatedBy.Shoe FROM SetupAuditTrail", "INVALID_FIELD", "No such column 'Shoe' on entity 'User'"},
		"twice":           {"SELECT Id, Id FROM LoginHistory", "MALFORMED_QUERY", "duplicate field selected: Id"},
		"filter status":   {"SELECT Id FROM LoginHistory WHERE Status = 'Success'", "INVALID_FIELD", "field 'Status' can not be filtered in a query call"},
		"filter address":  {"SELECT Id FROM LoginHistory WHERE SourceIp = '192.0.2.1'", "INVALID_FIELD", "field 'SourceIp' can not be filtered"},
		"filter display":  {"SELECT Id FROM SetupAuditTrail WHERE Display = 'x'", "INVALID_FIELD", "field 'Display' can not be filtered"},
		"filter file":     {"SELECT Id FROM EventLogFile WHERE LogFile = 'x'", "INVALID_FIELD", "field 'LogFile' can not be filtered"},
		"sort file":       {"SELECT Id FROM EventLogFile ORDER BY LogFile", "MALFORMED_QUERY", "field 'LogFile' can not be sorted"},
		"sort unknown":    {"SELECT Id FROM LoginHistory ORDER BY CreatedDate", "INVALID_FIELD", "No such column 'CreatedDate'"},
		"quoted time":     {"SELECT Id FROM LoginHistory WHERE LoginTime > '2026-01-31T08:00:00Z'", "INVALID_FIELD", "must be of type dateTime and should not be enclosed in quotes"},
		"a date":          {"SELECT Id FROM LoginHistory WHERE LoginTime > 2026-01-31", "INVALID_FIELD", "must be of type dateTime"},
		"no zone":         {"SELECT Id FROM LoginHistory WHERE LoginTime > 2026-01-31T08:00:00", "INVALID_FIELD", "must be of type dateTime"},
		"nanoseconds":     {"SELECT Id FROM LoginHistory WHERE LoginTime > 2026-01-31T08:00:00.123456Z", "INVALID_FIELD", "must be of type dateTime"},
		"bare text":       {"SELECT Id FROM SetupAuditTrail WHERE Action = createduser", "INVALID_FIELD", "must be of type string and should be enclosed in quotes"},
		"double quotes":   {`SELECT Id FROM SetupAuditTrail WHERE Action = "createduser"`, "MALFORMED_QUERY", "unexpected token: '\"'"},
		"ordered ids":     {"SELECT Id FROM LoginHistory WHERE Id > '0Ya5g00000QwErTYAV'", "INVALID_FIELD", "operator > is not valid"},
		"bad escape":      {`SELECT Id FROM SetupAuditTrail WHERE Action = 'a\xb'`, "MALFORMED_QUERY", "Illegal character sequence in string literal"},
		"open string":     {"SELECT Id FROM SetupAuditTrail WHERE Action = 'a", "MALFORMED_QUERY", "unexpected token"},
		"like":            {"SELECT Id FROM SetupAuditTrail WHERE Action LIKE 'a%'", "MALFORMED_QUERY", "unexpected token: 'LIKE'"},
		"and with or":     {"SELECT Id FROM SetupAuditTrail WHERE Action = 'a' AND Action = 'b' OR Action = 'c'", "MALFORMED_QUERY", "unexpected token: 'OR'"},
		"or with and":     {"SELECT Id FROM SetupAuditTrail WHERE Action = 'a' OR Action = 'b' AND Action = 'c'", "MALFORMED_QUERY", "unexpected token: 'AND'"},
		"empty list":      {"SELECT Id FROM SetupAuditTrail WHERE Action IN ()", "INVALID_FIELD", "must be of type string"},
		"no limit":        {"SELECT FIELDS(ALL) FROM LoginHistory", "MALFORMED_QUERY", "must have a LIMIT of at most 200"},
		"limit too high":  {"SELECT FIELDS(ALL) FROM LoginHistory LIMIT 201", "MALFORMED_QUERY", "must have a LIMIT of at most 200"},
		"standard, twice": {"SELECT Id, FIELDS(STANDARD) FROM LoginHistory", "MALFORMED_QUERY", "duplicate field selected: Id"},
		"zero":            {"SELECT Id FROM LoginHistory LIMIT 0", "MALFORMED_QUERY", "unexpected token: '0'"},
		"more":            {"SELECT Id FROM LoginHistory LIMIT 1 LIMIT 2", "MALFORMED_QUERY", "unexpected token: 'LIMIT'"},
		"limit first":     {"SELECT Id FROM LoginHistory LIMIT 1 ORDER BY Id", "MALFORMED_QUERY", "unexpected token: 'ORDER'"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			a := query(c, tt.soql)
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, tt.code, a.At("0.errorCode").Str, a.Body)
			assert.Contains(t, a.At("0.message").Str, tt.message)
			assert.Contains(t, a.At("0.message").Str, "ERROR at Row:1:Column:")
			assert.Len(t, c.World.Violations(), 1)
		})
	}
}

func TestErrorsPointAtTheirPlace(t *testing.T) {
	a := query(newClient(t), "SELECT Id, Shoe FROM LoginHistory")
	assert.Equal(t, "\nSELECT Id, Shoe FROM LoginHistory\n           ^\nERROR at Row:1:Column:12\nNo such column 'Shoe' on entity 'LoginHistory'. "+
		"If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. "+
		"Please reference your WSDL or the describe call for the appropriate names.", a.At("0.message").Str)
}

// TestConditions counts what conditions leave of 24 changes, one an hour, until now.
func TestConditions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 11, 13, 30, 0, 0, time.UTC))) // fake time
		c := newClient(t)
		for i := range 24 {
			raw := `{"attributes":{},"Id":"0Ym5g000000000` + string(rune('A'+i)) + `AAA","Action":` + vendorsim.JSON([]string{"createduser", "O'Hara\\", "frozeuser"}[i%3]) + `,"CreatedById":null}`
			c.World.Add(trail, vendorsim.Entry{ID: string(rune('A' + i)), Time: time.Now().Add(-time.Duration(i) * time.Hour), Raw: raw})
		}
		for where, want := range map[string]int{
			"":                                                            24,
			"CreatedDate >= 2026-03-11T10:30:00Z":                         4,
			"CreatedDate > 2026-03-11T10:30:00Z":                          3,
			"CreatedDate <= 2026-03-11T10:30:00Z":                         21,
			"CreatedDate < 2026-03-11T10:30:00Z":                          20,
			"CreatedDate = 2026-03-11T10:30:00Z":                          1,
			"CreatedDate != 2026-03-11T10:30:00Z":                         23,
			"CreatedDate >= 2026-03-11T11:30:00.000+01:00":                4,
			"CreatedDate = TODAY":                                         14,
			"CreatedDate = yesterday":                                     10,
			"CreatedDate = LAST_N_DAYS:1":                                 24,
			"CreatedDate < TODAY":                                         10,
			"CreatedDate >= TODAY AND CreatedDate < 2026-03-11T10:30:00Z": 10,
			"Action = 'CreatedUser'":                                      8,
			`Action = 'O\'Hara\\'`:                                        8,
			`Action IN ('createduser', 'O\'Hara\\')`:                      16,
			"Action NOT IN ('createduser')":                               16,
			"NOT Action = 'createduser'":                                  16,
			"Action = 'createduser' OR Action = 'frozeuser'":              16,
			"(Action = 'createduser' OR Action = 'frozeuser') AND CreatedDate = TODAY":  9,
			"CreatedDate = YESTERDAY OR (CreatedDate = TODAY AND Action = 'frozeuser')": 14,
			"NOT (CreatedDate = TODAY)":                          10,
			"CreatedById = null":                                 24,
			"CreatedById != null":                                0,
			"Id = '0Ym5g000000000B'":                             1,
			"Id = '0Ym5g000000000BAAA'":                          1,
			"id in ('0Ym5g000000000BAAA', '0Ym5g000000000bAAA')": 1,
			"Action >= 'f' AND Action <= 'g'":                    8,
			"CreatedDate >= 2026-03-11T10:30:00Z AND CreatedDate >= 2026-03-11T12:30:00Z":        2,
			"CreatedDate <= 2026-03-11T10:30:00Z AND CreatedDate <= 2026-03-10T15:30:00Z":        2,
			"(CreatedDate >= 2026-03-11T10:30:00Z) AND (CreatedDate < 2026-03-11T11:30:00.001Z)": 2,
		} {
			soql := "SELECT Id FROM SetupAuditTrail"
			if where != "" {
				soql += " WHERE " + where
			}
			a := query(c, soql)
			require.Equal(t, 200, a.Status, "%s: %s", where, a.Body)
			assert.Equal(t, want, int(a.At("totalSize").Int()), where)
		}
		assert.Empty(t, c.World.Violations())
	})
}

func TestOrder(t *testing.T) {
	c := newClient(t)
	now := time.Now().Truncate(time.Second)
	for i, action := range []string{`"b"`, `"a"`, "null", `"a"`} {
		id := string(rune('4' - i))
		c.World.Add(trail, vendorsim.Entry{ID: id, Time: now.Add(-time.Duration(i/2) * time.Hour), Raw: `{"attributes":{},"Id":"` + id + `","Action":` + action + `}`})
	}
	for order, want := range map[string][]string{
		"CreatedDate":                    {"2", "1", "4", "3"},
		"CreatedDate ASC, Id ASC":        {"1", "2", "3", "4"},
		"CreatedDate DESC, Id":           {"3", "4", "1", "2"},
		"Action, Id DESC":                {"2", "3", "1", "4"},
		"Action NULLS LAST, Id":          {"1", "3", "4", "2"},
		"Action DESC NULLS FIRST, Id":    {"2", "4", "1", "3"},
		"Action ASC NULLS LAST, Id DESC": {"3", "1", "4", "2"},
	} {
		assert.Equal(t, want, query(c, "SELECT Id FROM SetupAuditTrail ORDER BY "+order).Texts("records.#.Id"), order)
		assert.Equal(t, want[:2], query(c, "SELECT Id FROM SetupAuditTrail ORDER BY "+order+" LIMIT 2").Texts("records.#.Id"), order)
	}
	assert.Empty(t, c.World.Violations())
}

func TestFieldsOfOlderVersions(t *testing.T) {
	c := newClient(t)
	for soql, versions := range map[string][2]string{
		"SELECT AuthMethodReference FROM LoginHistory":  {"v50.0", "v51.0"},
		"SELECT FIELDS(STANDARD) FROM LoginHistory":     {"v50.0", "v51.0"},
		"SELECT CreatedByContext FROM SetupAuditTrail":  {"v47.0", "v48.0"},
		"SELECT Interval, Sequence FROM EventLogFile":   {"v36.0", "v37.0"},
		"SELECT Id FROM LoginHistory WHERE Id = 'text'": {"v30.0", "v31.0"},
	} {
		assert.NotEqual(t, 200, c.Get("/services/data/"+versions[0]+"/query", "q", soql).Status, soql)
		assert.Equal(t, 200, c.Get("/services/data/"+versions[1]+"/query", "q", soql).Status, soql)
	}
	for _, version := range []string{"v68.0", "60.0", "v60", "v9.0", "v60.5"} {
		assert.Equal(t, 404, c.Get("/services/data/"+version+"/query", "q", "SELECT Id FROM LoginHistory").Status, version)
	}
}

func TestRetention(t *testing.T) {
	c := newClient(t)
	for stream, object := range map[string]string{logins: "LoginHistory", trail: "SetupAuditTrail"} {
		c.World.Emit(stream, time.Now().Add(-190*24*time.Hour))
		c.World.Emit(stream, time.Now().Add(-170*24*time.Hour))
		assert.Equal(t, int64(1), query(c, "SELECT Id FROM "+object).At("totalSize").Int(), object)
	}
}
