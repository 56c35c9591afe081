package activityreceiver

import (
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelactivity/otelactivity/providers"
)

// Config is the configuration of one receiver.
type Config struct {
	// Storage names the storage extension that keeps what has been read. Without
	// one a restart begins again at InitialLookback.
	Storage *component.ID `mapstructure:"storage"`

	// PollInterval is the time between two polls of a stream, at least one second.
	PollInterval time.Duration `mapstructure:"poll_interval"`
	// InitialLookback is how far back the first start reads.
	InitialLookback time.Duration `mapstructure:"initial_lookback"`
	// MaxConcurrentRequests is how many requests of all instances may run at once.
	MaxConcurrentRequests int `mapstructure:"max_concurrent_requests"`
	// MaxResponseSize is the largest answer that is read, in bytes after
	// decompression.
	MaxResponseSize int64 `mapstructure:"max_response_size"`

	// Body says what the body of a record is.
	Body Body `mapstructure:"body"`
	// Raw says where else the vendor's record goes.
	Raw Raw `mapstructure:"raw"`
	// ExcludeFields are JSON paths that are removed from the vendor's record.
	ExcludeFields []string `mapstructure:"exclude_fields"`
	// ResourceAttributes are added to the resource of every record.
	ResourceAttributes Texts `mapstructure:"resource_attributes"`
	// ServiceNamespace is the service.namespace of every record.
	ServiceNamespace string `mapstructure:"service_namespace"`
	// ElasticsearchDocumentID repeats log.record.uid as elasticsearch.document_id.
	ElasticsearchDocumentID bool `mapstructure:"elasticsearch_document_id"`

	// LeaderElector names an extension that says which replica reads.
	LeaderElector *component.ID `mapstructure:"leader_elector"`
	// Shard spreads the instances over replicas.
	Shard ShardConfig `mapstructure:"shard"`

	// Providers are the instances by type[/name]; the type is the vendor's key.
	Providers map[component.ID]*InstanceConfig `mapstructure:"providers"`

	registry registry
}

// Body says what the body of a record is.
type Body string

// The bodies: the vendor's record as received, or one readable line. With
// BodyNone the vendor's record appears nowhere.
const (
	BodyRaw         Body = "raw"
	BodyDescription Body = "description"
	BodyNone        Body = "none"
)

// Raw says where the vendor's record goes besides the body.
type Raw string

// The places: nowhere, or the attribute log.record.original.
const (
	RawNowhere   Raw = ""
	RawAttribute Raw = "attribute"
)

// Texts are texts by name. Numbers and booleans in a configuration become text.
type Texts map[string]string

// ShardConfig says which share of the instances this replica reads.
type ShardConfig struct {
	// Index of this replica, 0 <= Index < Count.
	Index int `mapstructure:"index"`
	// Count of replicas.
	Count int `mapstructure:"count"`
}

// InstanceConfig is one entry of providers. What the receiver's configuration says
// as well starts from there.
type InstanceConfig struct {
	// Endpoint overrides the vendor's base URL.
	Endpoint string `mapstructure:"endpoint"`
	// Streams to read; empty means those that the vendor's documentation calls
	// default.
	Streams []string `mapstructure:"streams"`

	PollInterval    time.Duration `mapstructure:"poll_interval"`
	InitialLookback time.Duration `mapstructure:"initial_lookback"`
	// PageSize is how many events a request asks for; zero means the stream's own.
	PageSize int `mapstructure:"page_size"`
	// Overlap is how long after its time an event may first appear; zero means the
	// stream's own.
	Overlap time.Duration `mapstructure:"overlap"`

	// Filter leaves events out.
	Filter FilterConfig `mapstructure:"filter"`
	// RemoteQuery is passed to the vendor untouched.
	RemoteQuery Texts `mapstructure:"remote_query"`
	// RateLimit bounds the requests of this instance.
	RateLimit RateLimitConfig `mapstructure:"rate_limit"`
	// HTTP are the collector's options of HTTP clients. Its endpoint key is not
	// used: the instance has one.
	HTTP confighttp.ClientConfig `mapstructure:"http"`

	Body               Body     `mapstructure:"body"`
	Raw                Raw      `mapstructure:"raw"`
	ExcludeFields      []string `mapstructure:"exclude_fields"`
	ResourceAttributes Texts    `mapstructure:"resource_attributes"`

	// Vendor holds the vendor's own keys.
	Vendor providers.Config `mapstructure:",remain"`
}

// FilterConfig are the unified filters. Within a list any match suffices; all
// filters that are set must match.
type FilterConfig struct {
	Action         []string        `mapstructure:"action"`
	ActorID        []string        `mapstructure:"actor_id"`
	Actor          ActorFilter     `mapstructure:"actor"`
	Entity         []string        `mapstructure:"entity"`
	EntityType     []string        `mapstructure:"entity_type"`
	IPAddress      []string        `mapstructure:"ip_address"`
	OrganizationID string          `mapstructure:"organization_id"`
	Product        string          `mapstructure:"product"`
	CreatedAt      CreatedAtFilter `mapstructure:"created_at"`
}

// ActorFilter filters by the kind of actor: user, system or anonymous.
type ActorFilter struct {
	Type []string `mapstructure:"type"`
}

// CreatedAtFilter filters by the time of the event: Since <= time < Until, as
// RFC 3339 or a date; empty means unbounded.
type CreatedAtFilter struct {
	Since string `mapstructure:"since"`
	Until string `mapstructure:"until"`
}

// RateLimitConfig bounds the requests of an instance.
type RateLimitConfig struct {
	// RequestsPerMinute replaces the vendor's number; zero keeps it.
	RequestsPerMinute int `mapstructure:"requests_per_minute"`
	// Reserve is the share of the vendor's limit that is left to others, 0..1.
	Reserve float64 `mapstructure:"reserve"`
}

const (
	defaultPollInterval    = time.Minute
	minPollInterval        = time.Second
	defaultInitialLookback = 24 * time.Hour
	defaultMaxRequests     = 16
	defaultMaxResponseSize = 64 << 20
	defaultNamespace       = "activity"
	defaultTimeout         = 30 * time.Second
	defaultReserve         = 0.5
)

func defaultConfig(r registry) *Config {
	return &Config{
		PollInterval:          defaultPollInterval,
		InitialLookback:       defaultInitialLookback,
		MaxConcurrentRequests: defaultMaxRequests,
		MaxResponseSize:       defaultMaxResponseSize,
		Body:                  BodyRaw,
		ServiceNamespace:      defaultNamespace,
		Shard:                 ShardConfig{Count: 1},
		registry:              r,
	}
}

func defaultHTTP() confighttp.ClientConfig {
	c := confighttp.NewDefaultClientConfig()
	c.Timeout = defaultTimeout
	return c
}

var (
	_ confmap.Unmarshaler = (*Config)(nil)
	_ confmap.Validator   = (*Config)(nil)
)
