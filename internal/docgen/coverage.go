package main

import (
	"github.com/otelactivity/otelactivity/internal/schema"
)

// filled is a unified field, and how to see in a record that it is filled.
type filled struct {
	name, where string
	is          func(*logRecord) bool
}

// by means that a record has at least one of some attributes.
func by(name string, attributes ...string) filled {
	return filled{name, code(attributes), func(r *logRecord) bool {
		for _, a := range attributes {
			if r.attribute(a) != "" {
				return true
			}
		}
		return false
	}}
}

// everyField lists what a provider's README tells about.
func everyField() []filled {
	return []filled{
		by("id", schema.ID),
		{"action", "EventName", func(r *logRecord) bool { return r.EventName != schema.EventOther }},
		by("raw action", schema.ActionRaw),
		by("outcome", schema.Outcome),
		{"created_at", "Timestamp", func(r *logRecord) bool { return r.Time != "" }},
		by("description", schema.Description),
		by("actor.type", schema.ActorType),
		by("actor.user.id", schema.UserID),
		by("actor.user.email", schema.UserEmail),
		by("actor.user.name", schema.UserName, schema.FullName),
		by("acting app", schema.ActorID, schema.ActorName),
		by("entity", schema.EntityID),
		by("entity_type", schema.EntityType),
		by("entity's name", schema.EntityName),
		by("organization", schema.Organization),
		by("group", schema.Group),
		by("context.ip_address", schema.ClientAddress),
		by("context.user_agent", schema.UserAgent),
		by("context.authentication_method", schema.AuthMethod),
		by("session", schema.SessionID),
	}
}

// summary lists the columns of the table over all vendors.
func summary() []filled {
	return []filled{
		by("id", schema.ID),
		{"action", "", func(r *logRecord) bool { return r.EventName != schema.EventOther }},
		by("actor", schema.UserID),
		by("context", schema.ClientAddress, schema.UserAgent, schema.AuthMethod),
		{"created_at", "", func(r *logRecord) bool { return r.Time != "" }},
		by("description", schema.Description),
		by("entity", schema.EntityID),
		by("entity_type", schema.EntityType),
		by("organization", schema.Organization),
		by("group", schema.Group),
		by("outcome", schema.Outcome),
	}
}

// in tells that a field is filled in at least one of some records.
func (f *filled) in(records []logRecord) bool {
	for i := range records {
		if f.is(&records[i]) {
			return true
		}
	}
	return false
}

// coverageTable says which vendor fills which field in at least one sample.
func coverageTable(vendors []vendor) string {
	head := []string{"provider"}
	for _, f := range summary() {
		head = append(head, f.name)
	}
	rows := [][]string{head}
	for _, v := range vendors {
		row := []string{"`" + v.Key + "`"}
		for _, f := range summary() {
			row = append(row, mark(v.fills(f)))
		}
		rows = append(rows, row)
	}
	return table(rows...)
}

func mark(yes bool) string {
	if yes {
		return "x"
	}
	return ""
}

func (v *vendor) fills(f filled) bool {
	for _, s := range v.streams {
		if f.in(s.records) {
			return true
		}
	}
	return false
}
