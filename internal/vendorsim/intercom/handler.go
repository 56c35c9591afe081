package intercom

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	maxPage     = 250
	defaultPage = 20
	defaultBack = 30 * 24 * time.Hour
	// maxSpan is from where on lists fail here. Intercom publishes no number: five
	// days are known to work, and thirty days are the default span from 2.17 on.
	// https://github.com/airbytehq/airbyte/pull/38626
	maxSpan = defaultBack
)

// slice is the sixth of the app's limit of a minute that ten seconds have.
var slice = vendorsim.Limit{Requests: 1667, Per: 10 * time.Second}

// versions of the API, oldest first.
var versions = strings.Fields("1.0 1.1 1.2 1.3 1.4 2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11 2.12 2.13 2.14 2.15 2.16 2.17 Preview")

func since(version, first string) bool {
	return slices.Index(versions, version) >= slices.Index(versions, first)
}

type sim struct{ world *vendorsim.World }

// serve checks what all requests have in common and hands over the version.
func (s *sim) serve(rw http.ResponseWriter, r *http.Request, answer func(*http.Request, string) vendorsim.Reply) {
	w := s.world
	if r.Header.Get("Authorization") != "Bearer "+accessToken || w.Knob("token_error") != "" {
		if w.Knob("token_error") == "" {
			w.Violation(r, "wrong or no access token")
		}
		unauthorized(w, r).Write(rw)
		return
	}
	usage := w.Take("app", slice, 1)
	if !usage.Allowed {
		throttled(w, r, usage).Write(rw)
		return
	}
	reply := s.open(r)
	if reply == nil {
		reply = s.versioned(r, answer)
	}
	limitHeaders(reply.Header, usage)
	reply.Write(rw)
}

// open tells why the workspace does not show its log, or nothing.
func (s *sim) open(r *http.Request) *vendorsim.Reply {
	w := s.world
	switch {
	case w.On("unpaid"):
		return new(fail(w, r, http.StatusPaymentRequired, "client_error", "Active subscription needed"))
	case w.On("plan_restricted"):
		return new(planRestricted(w, r))
	case w.On("missing_permission"):
		return new(fail(w, r, http.StatusForbidden, "token_unauthorized", "The token does not have the permission read_admins"))
	}
	return nil
}

func (s *sim) versioned(r *http.Request, answer func(*http.Request, string) vendorsim.Reply) *vendorsim.Reply {
	version := r.Header.Get("Intercom-Version")
	if version == "" {
		s.world.Violation(r, "no Intercom-Version: the app's own default is used")
		version = "1.0"
	}
	if !slices.Contains(versions, version) {
		s.world.Violation(r, "Intercom-Version %q", version)
		return new(fail(s.world, r, http.StatusBadRequest, "parameter_invalid", "Requested version could not be found"))
	}
	return new(answer(r, version))
}

var params = map[string]vendorsim.Param{
	"created_at_after": seconds, "created_at_before": seconds,
	"page": vendorsim.Int(1, 1<<31-1), "per_page": vendorsim.Int(1, maxPage), "starting_after": vendorsim.Text,
}

func seconds(v string) error {
	_, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a UNIX timestamp", v)
	}
	return nil
}

// list answers the GET. Parameters that a version does not know are ignored.
func (s *sim) list(r *http.Request, version string) vendorsim.Reply {
	rules := vendorsim.Rules{Accept: "application/json", Params: params, IgnoreUnknown: true}
	if !since(version, "2.17") {
		rules.Required = []string{"created_at_after"}
	}
	if version == "Preview" {
		rules.Params = map[string]vendorsim.Param{"event_types*": vendorsim.Text}
		for name, check := range params {
			rules.Params[name] = check
		}
		rules.Repeated = []string{"event_types", "event_types[]"}
	}
	q, problem := s.world.Check(r, rules)
	if problem != nil {
		return badRequest(s.world, r, problem)
	}
	return s.page(r, q, append(q["event_types"], q["event_types[]"]...))
}

// search answers the POST, which is there from 2.16 on.
func (s *sim) search(r *http.Request, version string) vendorsim.Reply {
	if !since(version, "2.16") {
		s.world.Violation(r, "search in version %s", version)
		return fail(s.world, r, http.StatusNotFound, "not_found", "The requested resource was not found")
	}
	_, problem := s.world.Check(r, vendorsim.Rules{Method: http.MethodPost, Accept: "application/json", ContentType: "application/json"})
	if problem != nil {
		return badRequest(s.world, r, problem)
	}
	var body struct {
		After  json.Number `json:"created_at_after"`
		Before json.Number `json:"created_at_before"`
		Types  []string    `json:"event_types"`
		Page   json.Number `json:"page"`
		Size   json.Number `json:"per_page"`
	}
	err := json.NewDecoder(r.Body).Decode(&body)
	q := url.Values{}
	for name, v := range map[string]json.Number{"created_at_after": body.After, "created_at_before": body.Before, "page": body.Page, "per_page": body.Size} {
		if v != "" {
			q.Set(name, v.String())
		}
		if err == nil && v != "" {
			err = params[name](v.String())
		}
	}
	if err != nil {
		s.world.Violation(r, "search body: %v", err)
		return fail(s.world, r, http.StatusBadRequest, "parameter_invalid", err.Error())
	}
	return s.page(r, q, body.Types)
}

// types lists the types of activities, from 2.16 on.
func (s *sim) types(r *http.Request, version string) vendorsim.Reply {
	if !since(version, "2.16") {
		s.world.Violation(r, "event types in version %s", version)
		return fail(s.world, r, http.StatusNotFound, "not_found", "The requested resource was not found")
	}
	if _, problem := s.world.Check(r, vendorsim.Rules{Accept: "application/json"}); problem != nil {
		return badRequest(s.world, r, problem)
	}
	var names []string
	for _, k := range kinds {
		names = append(names, k.activityType)
	}
	slices.Sort(names)
	return vendorsim.JSONReply(http.StatusOK, map[string]any{"type": "activity_log_event_type.list", "event_types": names}, nil)
}
