package providers

import (
	"net/http"
	"time"
)

// Provider is the adapter to one vendor: a declaration that the registry lists.
type Provider struct {
	// Key is the vendor key: the config type, service.name and folder name.
	Key string
	// Name is the vendor's name as people write it.
	Name string
	// Docs is the address of the vendor's page about the feed.
	Docs string
	// New returns the vendor's own configuration, filled with defaults: a pointer
	// to a struct whose fields carry mapstructure tags. Keys that every provider
	// has (endpoint, streams, page_size, overlap, poll_interval, initial_lookback,
	// filter, remote_query, rate_limit, http ...) are not part of it: they come in
	// Options.
	New func() Config
	// Example returns a configuration that opens, with documentation values
	// (example.com, RFC 5737 addresses, obviously false secrets). Documentation
	// and the conformance suite range over it.
	Example func() (Config, Options)
}

// Config is a vendor's own configuration.
type Config interface {
	// Open checks the whole configuration and turns it into a Source. It does not
	// touch the network, and reads a file only where the file is configuration (box's
	// config.json); keys and tokens in files are read when a token is fetched. The
	// error lists every problem (see Problems), each with its key.
	Open(Options) (*Source, error)
}

// Options is what an instance's common configuration keys say to its provider.
type Options struct {
	// Endpoint overrides the vendor's base URL; empty means the vendor's default.
	// It is an absolute http(s) URL without trailing slash, query or fragment.
	Endpoint string
	// Streams are the configured streams; nil means the vendor's defaults.
	Streams []string
	// Filter holds the unified filters that a provider may push to the vendor.
	// The engine checks every one of them again on each activity, so a provider
	// pushes only what brings a superset of the matching events, and may push
	// nothing. The zero Filter when pushing is switched off.
	Filter Filter
	// RemoteQuery is passed to the vendor untouched. Keys in Stream.Reserved were
	// refused before Open.
	RemoteQuery map[string]string
	// Overlap is the configured lateness; zero means the stream's own.
	Overlap time.Duration
	// PageSize is the configured page size; zero means the stream's own.
	PageSize int
	// ExternalAuth tells that an auth extension of the collector authorizes the
	// requests, so that no credential of the vendor's own is needed.
	ExternalAuth bool
}

// Source is an opened instance: everything the engine needs to poll one vendor
// account.
type Source struct {
	// Endpoint is the base URL of all requests. Credentials go only to its origin.
	Endpoint string
	// LinkOrigins lists further origins that the vendor's links may name and that
	// may be sent the credential. Links to any other origin keep only their path
	// and query.
	LinkOrigins []string
	// Tenant is the account's own identity (host, organization, tenant id): part
	// of every uid, so it must survive a rename of the instance.
	Tenant string
	// Account tells two accounts apart where Tenant cannot, because the vendor's ids
	// are unique over all of them: the receiver refuses two instances that read one
	// account. Empty means Tenant.
	Account string
	// ServerAddress is the vendor host or tenant domain for server.address; empty
	// means the host of Endpoint.
	ServerAddress string
	// Header is sent with every request.
	Header http.Header
	// Auth authorizes requests; nil means none (an auth extension may do it).
	Auth Auth
	// Budgets declare what the vendor allows, one per request class.
	Budgets []Budget
	// Vendor is whose accounts Budget.Share names; empty: the provider's key. Two
	// providers that draw on one account of a vendor have it in common.
	Vendor string
	// Classify turns an answer into an error, or returns nil to leave it to the
	// rules by status (see DefaultClass). It sees every answer, 200 included, and
	// must be quick on success.
	Classify func(*Response) *Error
	// Products are the values of the product filter that the log knows; none where it
	// covers one product, and a configured filter is refused.
	Products []string
	// Streams are all streams that this configuration offers.
	Streams []Stream
	// Redact lists JSON paths that are removed from every raw record, because the
	// vendor puts secrets there.
	Redact []string
	// Warnings are logged once at start: configurations that work but surprise.
	Warnings []string
	// Shares names what two instances of one receiver must not both read (for
	// example two products with one site log); the receiver warns when two
	// instances share a name.
	Shares string
}
