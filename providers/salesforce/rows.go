package salesforce

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// feed fetches the three streams. What it remembers are facts about the org: which
// fields are hidden, the org's id, the users.
type feed struct {
	config *Config
	extra  map[string]string
	filter providers.Filter

	plainLogins, plainSetup, noInterval atomic.Bool

	org   lookup
	users people
	files spools
}

// lookup is a fact that is asked for once.
type lookup struct {
	mu    sync.Mutex
	asked bool
	value string
}

// organization returns the org's id of 18 characters, "" when the user may not see
// it.
func (f *feed) organization(ctx context.Context, c providers.Client) string {
	f.org.mu.Lock()
	defer f.org.mu.Unlock()
	if f.org.asked {
		return f.org.value
	}
	body, _, err := f.query(ctx, c, "SELECT Id FROM Organization", "", minBatch)
	switch providers.ClassOf(err) {
	case providers.Denied:
		f.org.asked = true
	default:
		if err == nil {
			f.org.asked, f.org.value = true, record.Path(body, "records.0.Id")
		}
	}
	return f.org.value
}

func (f *feed) fetchLogins(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	p, err := f.rows(ctx, c, q, &f.plainLogins, func(fields string) string {
		return "SELECT " + fields + " FROM LoginHistory WHERE " + window("LoginTime", q) +
			in("UserId", f.filter.ActorIDs) + " ORDER BY LoginTime ASC"
	}, loginFields)
	if err != nil {
		return p, err
	}
	if q.Cursor == "" {
		p.Warnings = append(p.Warnings, ownRowsOnly(p.Events)...)
	}
	return p, f.sides(ctx, c, p.Events, "UserId")
}

func (f *feed) fetchSetup(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	p, err := f.rows(ctx, c, q, &f.plainSetup, func(fields string) string {
		return "SELECT " + fields + " FROM SetupAuditTrail WHERE " + window("CreatedDate", q) +
			in("CreatedById", f.filter.ActorIDs) + in("Action", setupWords(f.filter.Actions)) + " ORDER BY CreatedDate ASC, Id ASC"
	}, setupFields)
	if err != nil {
		return p, err
	}
	return p, f.sides(ctx, c, p.Events, "")
}

// rows reads a page of a query. Where a field is hidden from the user it asks for
// the standard fields from then on.
func (f *feed) rows(ctx context.Context, c providers.Client, q providers.Query, plain *atomic.Bool, soql func(string) string, fields string) (providers.Page, error) {
	if plain.Load() {
		fields = standardFields
	}
	body, warnings, err := f.query(ctx, c, soql(fields), q.Cursor, q.PageSize)
	if err != nil && hidden(err) && fields != standardFields {
		body, warnings, err = f.query(ctx, c, soql(standardFields), "", q.PageSize)
		if err == nil {
			plain.Store(true)
			warnings = append(warnings, "a field is hidden from the user or not in this org; reading the standard fields")
		}
	}
	if err != nil {
		return providers.Page{}, tooNarrow(err, q)
	}
	return page(body, warnings)
}

// ownRowsOnly: without the permission Salesforce does not refuse, it shows the
// caller's own sign-ins.
func ownRowsOnly(events []providers.Event) []string {
	const enough = 20
	if len(events) < enough {
		return nil
	}
	user := gjson.Get(events[0].Raw, "UserId").Str
	for _, e := range events {
		if gjson.Get(e.Raw, "UserId").Str != user {
			return nil
		}
	}
	return []string{strconv.Itoa(enough) + " sign-ins or more are all of user " + user +
		": without Monitor Login History (or Manage Users) Salesforce shows the caller's own only"}
}

// sides gives every event what Decode needs beside it: the org's id, and the user
// when names are looked up.
func (f *feed) sides(ctx context.Context, c providers.Client, events []providers.Event, userField string) error {
	if len(events) == 0 {
		return nil
	}
	org := f.organization(ctx, c)
	var known map[string]string
	if f.config.ResolveUsers && userField != "" {
		ids := map[string]bool{}
		for _, e := range events {
			if id := gjson.Get(e.Raw, userField).Str; id != "" {
				ids[id] = true
			}
		}
		var err error
		if known, err = f.people(ctx, c, ids); err != nil {
			return err
		}
	}
	for i := range events {
		events[i].Side = side(org, known[gjson.Get(events[i].Raw, userField).Str], events[i].Side)
	}
	return nil
}

// side is org, number in the file and user, parted by line feeds.
func side(org, user, number string) string { return org + "\n" + number + "\n" + user }

func splitSide(s string) (org, number string, user gjson.Result) {
	org, rest, _ := strings.Cut(s, "\n")
	number, text, _ := strings.Cut(rest, "\n")
	return org, number, gjson.Parse(text)
}

// people remembers users that were looked up.
type people struct {
	mu    sync.Mutex
	known map[string]string
}

// maxKnown bounds the memory of users; maxIDs is how many one query may name.
const maxKnown, maxIDs = 20_000, 200

// people returns the users of ids as JSON, looking up those not known yet.
func (f *feed) people(ctx context.Context, c providers.Client, ids map[string]bool) (map[string]string, error) {
	f.users.mu.Lock()
	defer f.users.mu.Unlock()
	if f.users.known == nil || len(f.users.known) > maxKnown {
		f.users.known = map[string]string{}
	}
	var missing []string
	for id := range ids {
		if _, ok := f.users.known[id]; !ok {
			missing = append(missing, id)
		}
	}
	for len(missing) > 0 {
		part := missing[:min(len(missing), maxIDs)]
		missing = missing[len(part):]
		body, _, err := f.query(ctx, c, "SELECT Id, Username, Email, Name FROM User WHERE"+strings.TrimPrefix(in("Id", part), " AND"), "", maxBatch)
		if err != nil {
			return nil, err
		}
		for _, id := range part {
			f.users.known[id] = "" // not found is known too
		}
		body.Get("records").ForEach(func(_, user gjson.Result) bool {
			f.users.known[record.Path(user, "Id")] = strings.Clone(user.Raw)
			return true
		})
	}
	return f.users.known, nil
}
