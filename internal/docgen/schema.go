package main

import (
	"strings"

	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/providers"
)

var (
	schemaResource = schema.Resource()
	schemaRecord   = schema.Record()
)

func attributeTable(list []schema.Attribute) string {
	rows := [][]string{{"attribute", "stability", "what it holds"}}
	for _, a := range list {
		rows = append(rows, []string{"`" + a.Name + "`", string(a.Stability), a.Meaning})
	}
	return table(rows...)
}

// mappingTable says where each unified field is, here and elsewhere.
func mappingTable() string {
	rows := [][]string{{"unified field", "log record", "ECS", "OCSF"}}
	for _, f := range schema.Fields() {
		where := f.Where
		if len(f.Attributes) > 0 {
			where = strings.TrimPrefix(where+", "+code(f.Attributes), ", ")
		}
		rows = append(rows, []string{f.Unified, where, orDash(f.ECS), f.OCSF})
	}
	return table(rows...)
}

// actionTable says what each unified action becomes.
func actionTable() string {
	rows := [][]string{{"`activity.action`", "EventName", "ECS `event.category`", "ECS `event.type`", "OCSF class", "OCSF activity"}}
	for _, c := range schema.Classes() {
		actions, events := "the vendor's word", "`"+schema.EventOther+"`"
		if len(c.Actions) > 0 {
			actions, events = code(texts(c.Actions, "")), code(texts(c.Actions, schema.EventPrefix))
		}
		rows = append(rows, []string{actions, events, orDash(c.Category), c.Type, c.OCSF, c.Does})
	}
	return table(rows...)
}

func texts(list []providers.Action, prefix string) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = prefix + string(a)
	}
	return out
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
