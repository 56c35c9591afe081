package teamwork

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// rows returns what a query selects, in its order.
func (s *sim) rows(q url.Values, only string) []*vendorsim.Entry {
	sel := vendorsim.Query{UntilInclusive: true}
	if s.world.On("ignored_bounds") {
		q.Del("startDate")
		q.Del("endDate")
	}
	if s.world.On("exclusive_bounds") {
		sel.SinceExclusive, sel.UntilInclusive = true, false
	}
	sel.Since, _ = bound(q.Get("startDate"), 0)
	if after, ok := bound(q.Get("updatedAfter"), 0); ok && after.After(sel.Since) {
		sel.Since = after
	}
	// A date without time blurs: it brings rows of the day after too.
	sel.Until, _ = bound(q.Get("endDate"), 48*time.Hour)
	rows := slices.DeleteFunc(s.world.Between(stream, sel), func(e *vendorsim.Entry) bool {
		row := gjson.Parse(e.Raw)
		return only != "" && strconv.Itoa(projectOf(row).id) != only || !matches(row, q)
	})
	slices.SortStableFunc(rows, order(q.Get("orderBy")))
	if q.Get("orderMode") != "asc" {
		slices.Reverse(rows)
	}
	return rows
}

// bound reads a bound whose form the rules have checked.
func bound(v string, blur time.Duration) (time.Time, bool) {
	if t, err := vendorsim.ParseTime(v); err == nil {
		return t, true
	}
	t, err := vendorsim.ParseTime(v, time.DateOnly)
	if err != nil {
		return time.Time{}, false
	}
	return t.Add(blur), true
}

func order(by string) func(a, b *vendorsim.Entry) int {
	path := map[string]string{"projectId": "project.id", "userId": "user.id", "id": "id"}[by]
	switch {
	case by == "activityTypes":
		return func(a, b *vendorsim.Entry) int {
			return cmp.Compare(gjson.Get(a.Raw, "type").Str, gjson.Get(b.Raw, "type").Str)
		}
	case path != "":
		return func(a, b *vendorsim.Entry) int {
			return cmp.Compare(gjson.Get(a.Raw, path).Int(), gjson.Get(b.Raw, path).Int())
		}
	}
	return func(a, b *vendorsim.Entry) int { return a.Time.Compare(b.Time) }
}

// matches applies all filters but the times.
func matches(row gjson.Result, q url.Values) bool {
	p := projectOf(row)
	id, most := row.Get("id").Int(), int64(vendorsim.IntOr(q, "maxId", 0))
	switch {
	case deleted(row) && q.Get("showDeleted") != "true",
		p.archived && q.Get("includeArchivedProjects") != "true",
		!p.starred && q.Get("onlyStarredProjects") == "true",
		most > 0 && id > most,
		q.Has("catchupFromId") && id <= int64(vendorsim.IntOr(q, "catchupFromId", 0)):
		return false
	}
	if q.Has("activityTypes") && !slices.Contains(strings.Split(q.Get("activityTypes"), ","), row.Get("type").Str) {
		return false
	}
	for name, value := range map[string]int64{
		"userIds": actorOf(row), "itemIds": row.Get("item.id").Int(), "projectIds": int64(p.id), "projectId": int64(p.id),
		"projectTagIds": int64(p.tag), "projectOwnerIds": int64(p.owner), "projectCompanyIds": int64(p.company), "projectCategoryIds": int64(p.category),
	} {
		if q.Has(name) && !slices.Contains(strings.Split(q.Get(name), ","), strconv.FormatInt(value, 10)) {
			return false
		}
	}
	return true
}
