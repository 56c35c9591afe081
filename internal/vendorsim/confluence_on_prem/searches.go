package confluenceonprem

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

const (
	// retentionDays are the three years for which the log is kept by default.
	retentionDays = 1095
	// searchKey is the action of a row about a search.
	searchKey = "atlassian.audit.event.action.audit.search"
	// searchDelay is how long after its answer a request's own row is written.
	searchDelay = 1500 * time.Millisecond
	// firstSearch keeps the numbers of these rows apart from those of the events.
	firstSearch = 1 << 40
	// maxSearches bounds the memory of an instance that is polled for days.
	maxSearches = 2000
)

// searches are the rows that requests leave in the log. They are not part of what a
// reader must have, which does not depend on how often it asks.
type searches struct {
	world *vendorsim.World

	mu   sync.Mutex
	made int
	rows []*vendorsim.Entry // oldest first
}

// add writes the row of one answered request.
func (s *searches) add(who author, from, to, body string) {
	if s.world.On("no_searches") {
		return
	}
	now := s.world.Now()
	query := ""
	if from != "" {
		query += "From : " + from + ";"
	}
	if to != "" {
		query += "To : " + to + ";"
	}
	results := gjson.Get(body, "entities.#").Int() + gjson.Get(body, "results.#").Int()
	attribute := func(name, key, value string) object {
		return object{"name": name, "nameI18nKey": "atlassian.audit.event.attribute." + key, "value": value}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	raw := vendorsim.JSON(object{
		"timestamp": now.Format(timeFormat), "author": account(who.id, who.name, username),
		"type": object{
			"action": "Audit Log search performed", "actionI18nKey": searchKey,
			"category": "Auditing", "categoryI18nKey": "atlassian.audit.event.category.audit",
		},
		"affectedObjects": []any{}, "changedValues": []any{}, "method": "Browser", "system": baseURL, "source": "192.0.2.10",
		"extraAttributes": []any{
			attribute("ID Range", "id", fmt.Sprint("1 - ", s.made)), attribute("Query", "query", query),
			attribute("Results returned", "results", strconv.FormatInt(results, 10)),
		},
	})
	s.rows = append(s.rows, &vendorsim.Entry{
		Stream: stream, ID: fmt.Sprint("search-", s.made), Time: now.Truncate(time.Millisecond), Visible: now.Add(searchDelay),
		Raw: raw, Seq: firstSearch + s.made,
	})
	if len(s.rows) > maxSearches {
		s.rows = slices.Delete(s.rows, 0, maxSearches/2)
	}
}

// between returns the rows that a query selects.
func (s *searches) between(q vendorsim.Query) []*vendorsim.Entry {
	now := s.world.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []*vendorsim.Entry
	for _, e := range s.rows {
		if !e.Time.Before(q.Since) && (q.Until.IsZero() || !e.Time.After(q.Until)) && !e.Visible.After(now) {
			rows = append(rows, e)
		}
	}
	return rows
}

// rows returns all rows that a query selects, newest first, as far as the level of
// coverage has them logged.
func (s *sim) rows(q vendorsim.Query) []*vendorsim.Entry {
	rows := s.world.Between(stream, q) // in this order already
	if own := s.searches.between(q); len(own) > 0 {
		rows = append(rows, own...)
		slices.SortFunc(rows, func(a, b *vendorsim.Entry) int {
			return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.Seq, a.Seq))
		})
	}
	covered := levels[s.world.Knob("coverage")]
	if covered == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(e *vendorsim.Entry) bool {
		return levelOf[gjson.Get(e.Raw, "type.action").Str] > covered
	})
}
