package azureactivedirectory

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// metadata is the token endpoint that Azure gives its machines. Numbers are text
// there, and the life of a token is a day.
func (s *sim) metadata(rw http.ResponseWriter, r *http.Request) {
	w := s.world
	resources := map[string]string{}
	for scope := range clouds {
		resources[strings.TrimSuffix(scope, "/.default")] = scope
	}
	q, problem := w.Check(r, vendorsim.Rules{
		Params:   map[string]vendorsim.Param{"api-version": vendorsim.OneOf("2018-02-01"), "resource": vendorsim.Text, "client_id": vendorsim.OneOf(clientID)},
		Required: []string{"api-version", "resource"},
	})
	scope := resources[strings.TrimSuffix(q.Get("resource"), "/")]
	text := ""
	switch {
	case problem != nil:
		text = problem.Text
	case r.Header.Get("Metadata") != "true":
		text = "Required metadata header not specified"
	case scope == "":
		text = "AADSTS500011: The resource principal named " + q.Get("resource") + " was not found in the tenant"
	}
	if text != "" {
		if problem == nil { // else it is recorded already
			w.Violation(r, "%s", text)
		}
		vendorsim.JSONReply(http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": text}, nil).Write(rw)
		return
	}
	expires := w.Now().Add(day)
	token := w.Issue(vendorsim.Token{Client: clientID, Scope: scope, Expires: expires})
	vendorsim.JSONReply(http.StatusOK, map[string]string{
		"access_token": token, "client_id": clientID, "expires_in": strconv.Itoa(int(day / time.Second)), "expires_on": strconv.FormatInt(expires.Unix(), 10),
		"ext_expires_in": strconv.Itoa(int(day / time.Second)), "not_before": strconv.FormatInt(w.Now().Unix(), 10),
		"resource": q.Get("resource"), "token_type": "Bearer",
	}, nil).Write(rw)
}
