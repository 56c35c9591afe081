package microsoft365

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// perMinute is the quota of one publisher in one tenant; those who do not say who
// they are share theirs with the rest of the world.
var perMinute = vendorsim.Limit{Requests: 2000, Per: time.Minute}

// contentTypes and the streams that hold their records.
var contentTypes = map[string]string{
	"Audit.AzureActiveDirectory": "content.azure_active_directory", "Audit.Exchange": "content.exchange", "Audit.SharePoint": "content.sharepoint",
	"Audit.General": "content.general", "DLP.All": "content.dlp",
}

type sim struct {
	world *vendorsim.World

	mu       sync.Mutex
	status   map[string]string    // of subscriptions; those that are missing were never started
	started  map[string]time.Time // when they were started last
	disabled string               // what the knob has switched off already
	shelves  map[string]*shelf    // by stream
}

func newSim(w *vendorsim.World) *sim {
	s := &sim{
		world: w, started: map[string]time.Time{}, shelves: map[string]*shelf{},
		status: map[string]string{"Audit.AzureActiveDirectory": "enabled", "Audit.Exchange": "enabled", "Audit.SharePoint": "enabled", "DLP.All": "disabled"},
	}
	for _, stream := range contentTypes {
		s.shelves[stream] = &shelf{world: w, stream: stream, assigned: map[int]bool{}}
	}
	return s
}

// handler answers a request that may be answered.
type handler func(r *http.Request, q url.Values) (vendorsim.Reply, http.Header)

// permitted does what all paths share: token, tenant, publisher, quota.
func (s *sim) permitted(next handler) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		reply := s.refusal(r)
		var header http.Header
		if reply == nil {
			answer, more := next(r, r.URL.Query())
			reply, header = &answer, more
		}
		for name, values := range header {
			rw.Header()[name] = values
		}
		reply.Write(rw)
	}
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func (s *sim) refusal(r *http.Request) *vendorsim.Reply {
	w, tenant := s.world, r.PathValue("tenant")
	publisher := r.URL.Query().Get("PublisherIdentifier")
	_, err := w.Bearer(r)
	var reply vendorsim.Reply
	switch {
	case err != nil:
		reply = unauthorized()
	case !guid.MatchString(tenant):
		w.Violation(r, "the tenant is no GUID")
		reply = fail(http.StatusBadRequest, "AF20010", "The tenant ID passed in the URL ("+tenant+") is not a valid GUID.")
	case tenant != tenantID:
		w.Violation(r, "another tenant than the token's")
		reply = fail(http.StatusBadRequest, "AF20013", "The tenant ID passed in the URL ("+tenant+") does not match the tenant ID passed in the access token.")
	case publisher != "" && !guid.MatchString(publisher):
		w.Violation(r, "PublisherIdentifier is no GUID")
		reply = fail(http.StatusBadRequest, "AF20002", "Invalid parameter type: PublisherIdentifier. Expected type: Guid")
	case !w.Take("publisher "+publisher, perMinute, 1).Allowed:
		reply = throttled(w, r, http.StatusForbidden)
	case w.On("audit_off"):
		reply = auditOff()
	case w.Knob("missing_permission") == "all":
		reply = missingPermission()
	default:
		if publisher == "" {
			w.Violation(r, "no PublisherIdentifier")
		}
		return nil
	}
	return &reply
}

func typeParam(v string) error {
	if contentTypes[v] == "" {
		return fmt.Errorf("%q is no content type", v)
	}
	return nil
}

// subscriptions lists what was ever started.
func (s *sim) subscriptions(r *http.Request, _ url.Values) (vendorsim.Reply, http.Header) {
	if _, problem := s.world.Check(r, vendorsim.Rules{Params: map[string]vendorsim.Param{"PublisherIdentifier": vendorsim.Text}}); problem != nil {
		return badRequest(problem), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turnOff()
	list := []any{}
	for _, t := range slices.Sorted(maps.Keys(s.status)) {
		row := map[string]any{"contentType": t, "status": s.status[t], "webhook": nil}
		if s.world.On("no_status") {
			delete(row, "status")
		}
		list = append(list, row)
	}
	return vendorsim.JSONReply(http.StatusOK, list, nil), nil
}

// startPause is how often a type may be started.
const startPause = 15 * time.Minute

func (s *sim) start(r *http.Request, _ url.Values) (vendorsim.Reply, http.Header) {
	w := s.world
	q, problem := w.Check(r, vendorsim.Rules{
		Method: http.MethodPost, Required: []string{"contentType"},
		Params: map[string]vendorsim.Param{"contentType": typeParam, "PublisherIdentifier": vendorsim.Text},
	})
	if problem != nil {
		return badRequest(problem), nil
	}
	t := q.Get("contentType")
	if w.Knob("missing_permission") == t {
		return missingPermission(), nil
	}
	if r.ContentLength > 0 {
		w.Violation(r, "a body, which stands for a webhook")
		return fail(http.StatusBadRequest, "AF20002", "Invalid parameter: webhook."), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turnOff()
	if last, again := s.started[t]; again && w.Now().Sub(last) < startPause {
		w.Violation(r, "started again within 15 minutes")
	}
	s.started[t] = w.Now()
	if s.status[t] == "enabled" {
		return fail(http.StatusBadRequest, "AF20024", "The subscription is already enabled. No property change."), nil
	}
	s.status[t] = "enabled"
	return vendorsim.JSONReply(http.StatusOK, map[string]any{"contentType": t, "status": "enabled", "webhook": nil}, nil), nil
}

// turnOff obeys the knob disable, once for each value.
func (s *sim) turnOff() {
	if t := s.world.Knob("disable"); t != s.disabled {
		s.disabled = t
		if s.status[t] != "" {
			s.status[t] = "disabled"
		}
	}
}

// off returns the answer for a type without a living subscription.
func (s *sim) off(t string) *vendorsim.Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turnOff()
	var reply vendorsim.Reply
	switch s.status[t] {
	case "enabled":
		return nil
	case "disabled":
		reply = fail(http.StatusBadRequest, "AF20023", "The subscription was disabled by a tenant admin.")
	default:
		reply = fail(http.StatusBadRequest, "AF20022", "No subscription found for the specified content type.")
	}
	return &reply
}

// blob returns the records of one blob, in no order.
func (s *sim) blob(r *http.Request, _ url.Values) (vendorsim.Reply, http.Header) {
	w := s.world
	if _, problem := w.Check(r, vendorsim.Rules{Params: map[string]vendorsim.Param{"PublisherIdentifier": vendorsim.Text}}); problem != nil {
		return badRequest(problem), nil
	}
	id := r.PathValue("id")
	if strings.Count(id, "$") != 3 {
		w.Violation(r, "no such form of content id")
		return fail(http.StatusBadRequest, "AF20052", "Content ID "+id+" in the URL is invalid."), nil
	}
	stream := contentTypes[strings.ReplaceAll(id[strings.LastIndexByte(id, '$')+1:], "_", ".")]
	var found *blob
	if stream != "" {
		s.mu.Lock()
		found = s.shelves[stream].find(id)
		s.mu.Unlock()
	}
	code := w.Knob("blob_error")
	switch {
	case found == nil || code == "AF20050" && found.number%5 == 0:
		return fail(http.StatusNotFound, "AF20050", "The specified content ("+id+") does not exist."), nil
	case !w.Now().Before(found.created.Add(kept)) || code == "AF20051" && found.number%5 == 0:
		return fail(http.StatusBadRequest, "AF20051", "Content requested with the key "+id+" has already expired. Content older than 7 days cannot be retrieved."), nil
	case code == "AF20052" && found.number%5 == 0:
		return fail(http.StatusBadRequest, "AF20052", "Content ID "+id+" in the URL is invalid."), nil
	}
	rows := slices.Clone(found.rows)
	w.Rand("order", id).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return vendorsim.Reply{
		Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body: vendorsim.Array(w.Rows(r, rows)),
	}, nil
}
