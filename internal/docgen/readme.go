package main

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// block is the generated part of a provider's README: what its samples fill, and one
// of them in and out.
func (v *vendor) block() (string, error) {
	s, r := v.example()
	record, err := r.text(s.resource)
	if err != nil {
		return "", err
	}
	return "`x`: filled in at least one event of [testdata](testdata).\n\n" + v.fieldTable() +
		fmt.Sprintf("\nAn event of `%s` as the vendor sends it, which is the body of the log record:\n\n```json\n%s\n```\n", s.name, r.Body.String) +
		fmt.Sprintf("\nWhat the log record says beside it:\n\n```yaml\n%s```\n", record), nil
}

// fieldTable says which fields a stream fills.
func (v *vendor) fieldTable() string {
	head := []string{"field", "in the record"}
	for _, s := range v.streams {
		head = append(head, "`"+s.name+"`")
	}
	rows := [][]string{head}
	for _, f := range everyField() {
		if !v.fills(f) {
			continue
		}
		row := []string{f.name, f.where}
		for _, s := range v.streams {
			row = append(row, mark(f.in(s.records)))
		}
		rows = append(rows, row)
	}
	return table(rows...)
}

// example is the sample that shows most: of the first stream, the first of those
// with the most attributes.
func (v *vendor) example() (*stream, *logRecord) {
	s := &v.streams[0]
	best := &s.records[0]
	for i := range s.records {
		if len(s.records[i].Attributes) > len(best.Attributes) {
			best = &s.records[i]
		}
	}
	return s, best
}

// text is a record without its body, as YAML that people read.
func (r *logRecord) text(resource []keyValue) (string, error) {
	at, err := r.at()
	if err != nil {
		return "", err
	}
	fields := ordered{}
	fields.add("EventName", scalar(r.EventName))
	if at != "" {
		fields.add("Timestamp", &yaml.Node{Kind: yaml.ScalarNode, Value: at})
	}
	fields.add("SeverityNumber", &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(r.Severity)})
	fields.add("SeverityText", scalar(r.SeverityText))
	fields.add("Resource", attributes(resource))
	fields.add("Attributes", attributes(r.Attributes))
	var out strings.Builder
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err = encoder.Encode((*yaml.Node)(&fields))
	return out.String(), err
}

// ordered is a map that keeps the order of its keys.
type ordered yaml.Node

func (o *ordered) add(key string, value *yaml.Node) {
	o.Kind = yaml.MappingNode
	o.Content = append(o.Content, scalar(key), value)
}

func attributes(list []keyValue) *yaml.Node {
	var o ordered
	for _, a := range list {
		o.add(a.Key, scalar(a.Value.String))
	}
	return (*yaml.Node)(&o)
}

// scalar is a text, in quotes where YAML would read something else.
func scalar(s string) *yaml.Node {
	var n yaml.Node
	n.SetString(s)
	return &n
}
