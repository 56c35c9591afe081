package salesforce

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// timeForm is how SOQL answers show times.
const timeForm = "2006-01-02T15:04:05.000-0700"

// run returns the rows of a result in their order, and the highest number of a row.
func (s *sim) run(q *query, c cursor) ([]*vendorsim.Entry, int) {
	var rows []*vendorsim.Entry
	last := 0
	for _, e := range s.entries(q) {
		fits := !e.Visible.After(c.At) && (c.Last < 0 || e.Seq <= c.Last)
		if fits && !e.Time.Before(c.At.Add(-q.object.retention)) && q.where(e) && s.mayBeSeen(q.object, e) {
			rows = append(rows, e)
			last = max(last, e.Seq)
		}
	}
	slices.SortStableFunc(rows, q.compare)
	if q.limit > 0 {
		rows = rows[:min(len(rows), q.limit)]
	}
	return rows, last
}

// entries returns what an object has within the bounds of a query, and maybe more.
func (s *sim) entries(q *query) []*vendorsim.Entry {
	switch q.object {
	case eventLogFile:
		s.mu.Lock()
		defer s.mu.Unlock()
		return slices.Concat(s.hourly.records(), s.daily.records())
	case userObject:
		return users(s.world.Now())
	}
	return s.world.Between(q.object.stream, vendorsim.Query{Since: q.since, Until: q.until, UntilInclusive: true})
}

// mayBeSeen leaves a user without permission its own sign-ins.
func (s *sim) mayBeSeen(o *object, e *vendorsim.Entry) bool {
	return o != loginHistory || !s.world.On("own_logins_only") || gjson.Get(e.Raw, "UserId").Str == callerID
}

func (q *query) compare(a, b *vendorsim.Entry) int {
	for _, s := range q.order {
		if c := s.compare(q.object, a, b); c != 0 {
			return c
		}
	}
	return 0
}

func (s sorting) compare(o *object, a, b *vendorsim.Entry) int {
	sign := 1
	if s.descending {
		sign = -1
	}
	if s.field.name == o.time {
		return sign * a.Time.Compare(b.Time)
	}
	va, vb := gjson.Get(a.Raw, s.field.name), gjson.Get(b.Raw, s.field.name)
	if na, nb := va.Type == gjson.Null, vb.Type == gjson.Null; na != nb {
		if na == s.nullsLast {
			return 1
		}
		return -1
	}
	if s.field.kind == number {
		return sign * cmp.Compare(va.Num, vb.Num)
	}
	return sign * strings.Compare(va.String(), vb.String())
}

// project returns the selected fields of a row in the order of the query. Rows that
// are none of the object's go out as they are.
func (q *query) project(raw, version string) string {
	row := gjson.Parse(raw)
	if !row.Get("attributes").Exists() {
		return raw
	}
	var members []string
	done := map[string]bool{}
	for _, c := range q.columns {
		if c.relation == "" {
			members = append(members, member(c.field.name, valueOf(row, c.field, version)))
			continue
		}
		if !done[c.relation] {
			done[c.relation] = true
			members = append(members, member(c.relation, q.related(row.Get(c.relation), c.relation, version)))
		}
	}
	return "{" + strings.Join(append([]string{member("attributes", attributes(row, version))}, members...), ",") + "}"
}

// related returns the selected fields of a related row, or null.
func (q *query) related(row gjson.Result, relation, version string) string {
	if !row.IsObject() {
		return "null"
	}
	members := []string{member("attributes", attributes(row, version))}
	for _, c := range q.columns {
		if c.relation == relation {
			members = append(members, member(c.field.name, valueOf(row, c.field, version)))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

func member(name, value string) string { return `"` + name + `":` + value }

// valueOf returns a field as JSON.
func valueOf(row gjson.Result, f *field, version string) string {
	v := row.Get(f.name)
	switch {
	case f.kind == blob:
		return renamed(v.Raw, version)
	case v.Exists():
		return v.Raw
	}
	return cmp.Or(f.absent, "null")
}

// attributes names the version of the request, as all paths in rows do.
func attributes(row gjson.Result, version string) string {
	return renamed(row.Get("attributes").Raw, version)
}

func renamed(path, version string) string {
	return strings.Replace(path, "/"+generatedVersion+"/", "/"+version+"/", 1)
}
