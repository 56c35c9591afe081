package microsoft365

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const (
	root    = "/api/v1.0/" + tenant + "/activity/feed"
	blobURI = "https://manage.office.com" + root + "/audit/20260302$20260302$audit_exchange$Audit_Exchange"
)

var now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// vendor is a service whose answers a test sets by the last part of the path.
type vendor struct {
	source                    *providers.Source
	subscribed                string
	start, content            string
	startStatus, listStatus   int
	afterStart                bool // the list works once the subscription was started
	starts, lists, statements int
}

func newVendor(source *providers.Source) *vendor {
	return &vendor{source: source, subscribed: `[]`, start: `{}`, content: `[]`, startStatus: 200, listStatus: 200}
}

func (v *vendor) client() *providertest.Client {
	return &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
		resp := &providers.Response{Status: 200, Header: http.Header{}}
		switch {
		case strings.HasSuffix(r.Path, "/subscriptions/list"):
			v.statements++
			resp.Body = v.subscribed
		case strings.HasSuffix(r.Path, "/subscriptions/start"):
			v.starts++
			resp.Status, resp.Body = v.startStatus, v.start
			if v.afterStart {
				v.listStatus, v.content = 200, `[]`
			}
		default:
			v.lists++
			resp.Status, resp.Body = v.listStatus, v.content
		}
		if err := providertest.Classified(v.source, resp); err != nil {
			return nil, err
		}
		return resp, nil
	}}
}

func exchange(t testing.TB, set func(*Config), o providers.Options) (*providers.Source, providers.Stream) {
	t.Helper()
	source := open(t, set, o)
	return source, providertest.Stream(t, source, "content.exchange")
}

func window(at time.Time) providers.Query {
	return providers.Query{Since: at.Add(-time.Hour), Until: at, Now: at}
}

func TestSubscriptions(t *testing.T) {
	const missing = `{"error":{"code":"AF20022","message":"No subscription found"}}`
	const off = `{"error":{"code":"AF20023","message":"The subscription was disabled by a tenant admin"}}`
	for name, tt := range map[string]struct {
		unmanaged            bool
		set                  func(*vendor)
		starts, lists, state int
		want                 providers.Class
	}{
		"enabled":   {false, func(v *vendor) { v.subscribed = `[{"contentType":"Audit.Exchange","status":"enabled","webhook":null}]` }, 0, 1, 1, 0},
		"no status": {false, func(v *vendor) { v.subscribed = `[{"contentType":"Audit.Exchange"}]` }, 0, 1, 1, 0},
		"missing":   {false, func(v *vendor) { v.subscribed = `[{"contentType":"Audit.General","status":"enabled"}]` }, 1, 1, 1, 0},
		"disabled":  {false, func(v *vendor) { v.subscribed = `[{"contentType":"Audit.Exchange","status":"disabled"}]` }, 1, 1, 1, 0},
		"already enabled": {false, func(v *vendor) {
			v.startStatus, v.start = 400, `{"error":{"code":"AF20024","message":"already enabled"}}`
		}, 1, 1, 1, 0},
		"start refused":       {false, func(v *vendor) { v.startStatus, v.start = 401, `{"error":{"code":"AF10001","message":"x"}}` }, 1, 0, 1, providers.Denied},
		"started, not yet on": {false, func(v *vendor) { v.listStatus, v.content = 400, missing }, 1, 1, 1, providers.Denied},
		"not ours":            {true, func(*vendor) {}, 0, 1, 0, 0},
		"not ours, missing":   {true, func(v *vendor) { v.listStatus, v.content = 400, missing }, 0, 1, 0, providers.Denied},
		"lost while it was on": {false, func(v *vendor) {
			v.subscribed = `[{"contentType":"Audit.Exchange"}]`
			v.listStatus, v.content, v.afterStart = 400, off, true
		}, 1, 2, 1, 0},
		"garbage": {false, func(v *vendor) { v.subscribed = `{}` }, 0, 0, 1, providers.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			source, stream := exchange(t, func(c *Config) { c.StartSubscriptions = !tt.unmanaged }, providers.Options{})
			v := newVendor(source)
			tt.set(v)
			_, err := stream.Fetch(t.Context(), v.client(), window(now))
			if tt.want == providers.Unclassified {
				require.NoError(t, err)
			} else {
				assert.Equal(t, tt.want, providers.ClassOf(err))
			}
			assert.Equal(t, []int{tt.starts, tt.lists, tt.state}, []int{v.starts, v.lists, v.statements})
		})
	}
}

func TestASubscriptionIsStartedEvery15MinutesAtMost(t *testing.T) {
	source, stream := exchange(t, nil, providers.Options{})
	v := newVendor(source)
	v.listStatus, v.content = 400, `{"error":{"code":"AF20022","message":"No subscription found"}}`
	client := v.client()
	read := func(after time.Duration) error {
		_, err := stream.Fetch(t.Context(), client, window(now.Add(after)))
		return err
	}
	err := read(0)
	require.ErrorContains(t, err, "start_subscriptions")
	parked, ok := errors.AsType[*providers.Error](err)
	require.True(t, ok)
	assert.Equal(t, 15*time.Minute, parked.Probe)
	assert.Equal(t, 1, v.starts)
	require.Error(t, read(14*time.Minute))
	assert.Equal(t, 1, v.starts)
	v.afterStart = true
	require.NoError(t, read(15*time.Minute))
	assert.Equal(t, 2, v.starts)
	assert.Equal(t, 1, v.statements, "asked once")
}

func TestEveryStreamStartsItsOwn(t *testing.T) {
	source := open(t, nil, providers.Options{})
	v := newVendor(source)
	client := v.client()
	for _, s := range source.Streams[:4] {
		_, err := s.Fetch(t.Context(), client, window(now))
		require.NoError(t, err)
	}
	assert.Equal(t, 4, v.starts)
}

func TestRequests(t *testing.T) {
	const publisher = "99999999-2222-4333-8444-555555555555"
	source, stream := exchange(t, func(c *Config) { c.PublisherIdentifier = publisher }, providers.Options{RemoteQuery: map[string]string{"x": "y"}})
	v := newVendor(source)
	client := v.client()
	query := window(now.In(time.FixedZone("", 3600)))
	_, err := stream.Fetch(t.Context(), client, query)
	require.NoError(t, err)
	query.Cursor = "list https://manage.office.com/api/v1/t/activity/feed/subscriptions/content?contentType=Audit.Exchange&endtime=x&nextPage=20260302"
	_, err = stream.Fetch(t.Context(), client, query)
	require.NoError(t, err)
	query.Cursor = "blob " + blobURI
	_, err = stream.Fetch(t.Context(), client, query)
	require.NoError(t, err)
	assert.Equal(t, []providers.Request{
		{Path: root + "/subscriptions/list", Query: providers.Params{{Key: "PublisherIdentifier", Value: publisher}}},
		{Method: "POST", Path: root + "/subscriptions/start", Query: providers.Params{{Key: "contentType", Value: "Audit.Exchange"}, {Key: "PublisherIdentifier", Value: publisher}}},
		{Path: root + "/subscriptions/content", Query: providers.Params{
			{Key: "contentType", Value: "Audit.Exchange"},
			{Key: "startTime", Value: "2026-03-02T07:00:00"},
			{Key: "endTime", Value: "2026-03-02T08:00:00"},
			{Key: "PublisherIdentifier", Value: publisher},
			{Key: "x", Value: "y"},
		}},
		{Link: "https://manage.office.com/api/v1/t/activity/feed/subscriptions/content?contentType=Audit.Exchange&endtime=x&nextPage=20260302&PublisherIdentifier=" + publisher},
		{Link: blobURI + "?PublisherIdentifier=" + publisher},
	}, client.Requests())
}

func TestLinksGetThePublisherOnce(t *testing.T) {
	f := feed{publisher: "p"}
	for link, want := range map[string]string{
		"https://h/a$b":                            "https://h/a$b?PublisherIdentifier=p",
		"https://h/a?":                             "https://h/a?PublisherIdentifier=p",
		"https://h/a?x=1":                          "https://h/a?x=1&PublisherIdentifier=p",
		"https://h/a?publisheridentifier=q&x=1":    "https://h/a?publisheridentifier=q&x=1",
		"https://h/a?x=1&PublisherIdentifier=q%2F": "https://h/a?x=1&PublisherIdentifier=q%2F",
	} {
		assert.Equal(t, want, f.withPublisher(link))
	}
}

func TestPaging(t *testing.T) {
	item := func(id, expires string) string {
		return `{"contentType":"Audit.Exchange","contentId":"` + id + `","contentUri":"https://manage.office.com/` + id + `","contentCreated":"2026-03-02T07:30:00.123Z","contentExpiration":"` + expires + `"}`
	}
	const later, past = "2026-03-09T07:30:00.123Z", "2026-03-02T07:59:59.999Z"
	for name, tt := range map[string]struct {
		body, header, next string
		branches           []string
		skipped            int
	}{
		"blobs":             {"[" + item("a$1", later) + "," + item("b", later) + "]", "", "", []string{"blob https://manage.office.com/a$1", "blob https://manage.office.com/b"}, 0},
		"a further page":    {"[" + item("a", later) + "]", "NextPageUri", "list https://manage.office.com/next?nextPage=1", []string{"blob https://manage.office.com/a"}, 0},
		"by another name":   {"[]", "NextPageUrl", "list https://manage.office.com/next?nextPage=1", nil, 0},
		"nothing new":       {"[]", "", "", nil, 0},
		"an expired blob":   {"[" + item("a", past) + "," + item("b", later) + "]", "", "", []string{"blob https://manage.office.com/b"}, 1},
		"no expiration":     {"[" + item("a", "") + "]", "", "", []string{"blob https://manage.office.com/a"}, 0},
		"a blob told twice": {"[" + item("a", later) + "," + item("a", later) + "]", "", "", []string{"blob https://manage.office.com/a"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, stream := exchange(t, func(c *Config) { c.StartSubscriptions = false }, providers.Options{})
			header := http.Header{}
			if tt.header != "" {
				header.Set(tt.header, "https://manage.office.com/next?nextPage=1")
			}
			page, err := stream.Fetch(t.Context(), providertest.Body(tt.body, header), window(now))
			require.NoError(t, err)
			assert.Empty(t, page.Events)
			assert.Equal(t, tt.branches, page.Branches)
			assert.Equal(t, tt.next, page.Next)
			assert.Equal(t, tt.next != "", page.More)
			require.Len(t, page.Skipped, tt.skipped)
			if tt.skipped > 0 {
				assert.Equal(t, providers.Skip{Reason: "expired", Detail: "Audit.Exchange blob a", Count: 1}, page.Skipped[0])
			}
		})
	}
}

func TestBlob(t *testing.T) {
	_, stream := exchange(t, nil, providers.Options{})
	client := providertest.Body(`[{"Id":"1"},{"Id":"2"}]`, nil)
	page, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: "blob " + blobURI, Now: now})
	require.NoError(t, err)
	assert.Equal(t, []providers.Event{{Raw: `{"Id":"1"}`}, {Raw: `{"Id":"2"}`}}, page.Events)
	assert.False(t, page.More)
	assert.Len(t, client.Requests(), 1, "no subscription is asked about for a blob")
}

func TestProductKeepsItsWorkload(t *testing.T) {
	source := open(t, func(c *Config) { c.Product = "azure_active_directory" }, providers.Options{})
	client := providertest.Body(`[{"Id":"1","Workload":"AzureActiveDirectory"},{"Id":"2","Workload":"Exchange"},{"Id":"3"}]`, nil)
	page, err := source.Streams[0].Fetch(t.Context(), client, providers.Query{Cursor: "blob " + blobURI, Now: now})
	require.NoError(t, err)
	assert.Equal(t, []providers.Event{{Raw: `{"Id":"1","Workload":"AzureActiveDirectory"}`}}, page.Events)
	assert.Equal(t, 2, page.Filtered)
}
