// Package conformance is the suite that every provider in the registry passes
// against its simulator: the real receiver, engine, HTTP client and provider, with
// the vendor in process and fake time. It ranges over the registry, so a new vendor
// is covered without a test of its own here. A provider without simulator, golden
// files, README or action table fails it.
package conformance
