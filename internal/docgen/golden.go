package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/schema"
	"github.com/otelactivity/otelactivity/providers"
)

// logRecord is a record of a golden file, OTLP in YAML.
type logRecord struct {
	Time         string     `yaml:"timeUnixNano"`
	Observed     string     `yaml:"observedTimeUnixNano"`
	Severity     int        `yaml:"severityNumber"`
	SeverityText string     `yaml:"severityText"`
	EventName    string     `yaml:"eventName"`
	Body         value      `yaml:"body"`
	Attributes   []keyValue `yaml:"attributes"`
}

type keyValue struct {
	Key   string `yaml:"key"`
	Value value  `yaml:"value"`
}

type value struct {
	String string `yaml:"stringValue"`
}

func (r *logRecord) attribute(name string) string { return lookUp(r.Attributes, name) }

// at is the record's time, as RFC 3339; "" when the vendor's could not be read.
func (r *logRecord) at() (string, error) {
	if r.Time == "" {
		return "", nil
	}
	nanos, err := strconv.ParseInt(r.Time, 10, 64)
	return time.Unix(0, nanos).UTC().Format(time.RFC3339Nano), err
}

func lookUp(list []keyValue, name string) string {
	for _, a := range list {
		if a.Key == name {
			return a.Value.String
		}
	}
	return ""
}

type goldenFile struct {
	ResourceLogs []struct {
		Resource struct {
			Attributes []keyValue `yaml:"attributes"`
		} `yaml:"resource"`
		ScopeLogs []struct {
			LogRecords []logRecord `yaml:"logRecords"`
		} `yaml:"scopeLogs"`
	} `yaml:"resourceLogs"`
}

// vendor is a provider with the records that its sample pages become.
type vendor struct {
	providers.Provider
	streams []stream // those with samples, in the provider's order
}

type stream struct {
	name     string
	resource []keyValue
	records  []logRecord
}

// readVendor reads all golden records of a provider.
func readVendor(p providers.Provider, testdata string) (vendor, error) {
	v := vendor{Provider: p}
	files, err := filepath.Glob(filepath.Join(testdata, "*", "*.otlp.yaml"))
	if err != nil {
		return v, err
	}
	for _, path := range files {
		if err := v.read(path); err != nil {
			return v, fmt.Errorf("%s: %w", path, err)
		}
	}
	if len(v.streams) == 0 {
		return v, fmt.Errorf("%s: there are no golden records; run go test ./receiver/activityreceiver -run TestVendorsGolden -update", testdata)
	}
	return v, v.sort()
}

func (v *vendor) read(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var file goldenFile
	if err := yaml.Unmarshal(text, &file); err != nil {
		return err
	}
	for _, resource := range file.ResourceLogs {
		name := lookUp(resource.Resource.Attributes, schema.Stream)
		i := slices.IndexFunc(v.streams, func(s stream) bool { return s.name == name })
		if i < 0 {
			i = len(v.streams)
			v.streams = append(v.streams, stream{name: name, resource: resource.Resource.Attributes})
		}
		for _, scope := range resource.ScopeLogs {
			v.streams[i].records = append(v.streams[i].records, scope.LogRecords...)
		}
	}
	return nil
}

// sort puts the streams into the order in which the provider lists them.
func (v *vendor) sort() error {
	c, o := v.Example()
	source, err := c.Open(o)
	if err != nil {
		return err
	}
	place := func(s stream) int {
		return slices.IndexFunc(source.Streams, func(p providers.Stream) bool { return p.Name == s.name })
	}
	slices.SortStableFunc(v.streams, func(a, b stream) int { return place(a) - place(b) })
	return nil
}
