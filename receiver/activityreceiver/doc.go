//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package activityreceiver is the collector component: it reads the configuration,
// starts the engine with one stream per vendor log, and turns activities into log
// records. It is the only package that knows pdata and the collector's API.
package activityreceiver
