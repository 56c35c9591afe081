package jiraservicemanagement

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/jira"
)

type project struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
	Type string `json:"projectTypeKey"`
}

// The site has more service projects than fit on a page of default size, with others
// between them.
const (
	firstProject = 10001
	projectCount = 180
)

var site = func() []project {
	all := make([]project, projectCount)
	for i := range all {
		n := i + 1
		p := project{ID: strconv.Itoa(firstProject + i), Key: fmt.Sprint("DEV", n), Name: fmt.Sprint("Team ", n), Type: "software"}
		switch i % 3 {
		case 0:
			p.Key, p.Name, p.Type = fmt.Sprint("SD", n), fmt.Sprint("Hilfe & Support <", n, ">"), "service_desk"
		case 1:
			p.Type = "business"
		}
		all[i] = p
	}
	return all
}()

// maxProjects is the largest page; more is taken for this much.
const maxProjects = 100

var searchRules = vendorsim.Rules{
	Accept: "application/json",
	Params: map[string]vendorsim.Param{
		"startAt": vendorsim.Int(0, 1<<31-1), "maxResults": vendorsim.Int(1, 1<<31-1),
		"typeKey": typeKeys, "keys": vendorsim.Text, "id": vendorsim.Text, "query": vendorsim.Text,
		"orderBy": vendorsim.OneOf("key", "+key", "-key"), "expand": vendorsim.Text,
		"action": vendorsim.OneOf("view", "browse", "edit", "create"), "status": vendorsim.OneOf("live", "archived", "deleted"),
	},
	Repeated: []string{"keys", "id", "status"},
}

func typeKeys(v string) error {
	for key := range strings.SplitSeq(v, ",") {
		if err := vendorsim.OneOf("business", "service_desk", "software")(key); err != nil {
			return err
		}
	}
	return nil
}

type search struct{ *jira.Site }

func (s *search) projects(rw http.ResponseWriter, r *http.Request, gateway bool) {
	if !s.Admitted(rw, r, gateway, readWork, "read:project:jira") {
		return
	}
	q, problem := s.World.Check(r, searchRules)
	if problem != nil {
		jira.BadRequest(problem).Write(rw)
		return
	}
	rows := slices.DeleteFunc(slices.Clone(site), func(p project) bool { return !s.listed(p, q) })
	order(rows, q.Get("orderBy"))
	start, limit := vendorsim.IntOr(q, "startAt", 0), min(vendorsim.IntOr(q, "maxResults", 50), maxProjects)
	from := min(start, len(rows))
	to := min(from+limit, len(rows))
	body := map[string]any{
		"self": s.link(r, q, start, limit), "startAt": start, "maxResults": limit, "total": len(rows),
		"isLast": to == len(rows), "values": rows[from:to],
	}
	if to < len(rows) {
		body["nextPage"] = s.link(r, q, to, limit)
	}
	vendorsim.JSONReply(http.StatusOK, body, http.Header{"Content-Type": {"application/json;charset=UTF-8"}}).Write(rw)
}

// listed tells whether a project is there and selected.
func (s *search) listed(p project, q url.Values) bool {
	chosen := func(name, value string) bool {
		return !q.Has(name) || slices.Contains(q[name], value)
	}
	word := strings.ToLower(q.Get("query"))
	return p.ID != s.World.Knob("deleted_project") &&
		(!q.Has("typeKey") || slices.Contains(strings.Split(q.Get("typeKey"), ","), p.Type)) &&
		chosen("id", p.ID) && chosen("keys", p.Key) && chosen("status", "live") &&
		(strings.Contains(strings.ToLower(p.Key), word) || strings.Contains(strings.ToLower(p.Name), word))
}

// order sorts by key, as the vendor does when nothing else is asked for.
func order(rows []project, by string) {
	slices.SortFunc(rows, func(a, b project) int {
		c := strings.Compare(a.Key, b.Key)
		if by == "-key" {
			return -c
		}
		return c
	})
}

// link names the site's own host, also behind the gateway.
func (s *search) link(r *http.Request, q url.Values, start, limit int) string {
	again := url.Values{}
	for name, values := range q {
		again[name] = values
	}
	again.Set("startAt", strconv.Itoa(start))
	again.Set("maxResults", strconv.Itoa(limit))
	host := vendorsim.Origin(r)
	if r.URL.Path != searchPath {
		host = "https://acme.atlassian.test"
	}
	return host + searchPath + "?" + again.Encode()
}
