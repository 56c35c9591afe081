package salesforce

import (
	"context"
	"slices"
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

	plainLogins, plainSetup, noInterval, plainFiles atomic.Bool

	self  identity
	users people
	files spools
}

func (f *feed) fetchLogins(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	p, err := f.rows(ctx, c, q, &f.plainLogins, func(fields string) string {
		return "SELECT " + fields + " FROM LoginHistory WHERE " + window("LoginTime", q) +
			in("UserId", f.filter.ActorIDs) + " ORDER BY LoginTime ASC"
	}, loginFields)
	if err != nil {
		return p, err
	}
	if err := f.sides(ctx, c, p.Events, "UserId"); err != nil {
		return p, err
	}
	if len(f.filter.ActorIDs) == 0 { // else nobody asked for the others
		p.Warnings = append(p.Warnings, f.self.ownOnly(p.Events)...)
	}
	return p, nil
}

func (f *feed) fetchSetup(ctx context.Context, c providers.Client, q providers.Query) (providers.Page, error) {
	p, err := f.rows(ctx, c, q, &f.plainSetup, func(fields string) string {
		return "SELECT " + fields + " FROM SetupAuditTrail WHERE " + window("CreatedDate", q) +
			in("CreatedById", f.filter.ActorIDs) + in("Action", setupWords(f.filter.Actions)) + " ORDER BY CreatedDate ASC, Id ASC"
	}, setupFields)
	if err != nil {
		return p, err
	}
	return p, f.sides(ctx, c, p.Events)
}

// rows reads a page of a query. Where a field is hidden from the user it asks for
// the standard fields from then on.
func (f *feed) rows(ctx context.Context, c providers.Client, q providers.Query, plain *atomic.Bool, soql func(string) string, fields string) (providers.Page, error) {
	if plain.Load() {
		fields = standardFields
	}
	page, err := f.query(ctx, c, soql(fields), q.Cursor, q.PageSize)
	if hidden(err) != "" && fields != standardFields {
		page, err = f.query(ctx, c, soql(standardFields), "", q.PageSize)
		if err == nil {
			plain.Store(true)
			page.Warnings = append(page.Warnings, "a field is hidden from the user or not in this org; reading the standard fields")
		}
	}
	if err != nil {
		return providers.Page{}, tooNarrow(err, q)
	}
	return page, nil
}

// sides gives every event what Decode needs beside it: the org's id, and the user
// when names are looked up. userFields name the user, the first that is filled.
func (f *feed) sides(ctx context.Context, c providers.Client, events []providers.Event, userFields ...string) error {
	if len(events) == 0 {
		return nil
	}
	org, err := f.organization(ctx, c)
	if err != nil {
		return err
	}
	known, ids := map[string]string{}, make([]string, len(events))
	if f.config.ResolveUsers && len(userFields) > 0 {
		for i, e := range events {
			ids[i] = firstOf(e.Raw, userFields)
		}
		if known, err = f.people(ctx, c, ids); err != nil {
			return err
		}
	}
	for i := range events {
		events[i].Side = side(org, known[ids[i]], events[i].Side)
	}
	return nil
}

func firstOf(raw string, fields []string) string {
	for _, name := range fields {
		if id := gjson.Get(raw, name).Str; id != "" {
			return id
		}
	}
	return ""
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

// people returns the users of ids as JSON, looking up those not known yet. Who is not
// found is known too.
func (f *feed) people(ctx context.Context, c providers.Client, ids []string) (map[string]string, error) {
	f.users.mu.Lock()
	defer f.users.mu.Unlock()
	if f.users.known == nil || len(f.users.known) > maxKnown {
		f.users.known = map[string]string{}
	}
	var missing []string
	for _, id := range ids {
		if _, ok := f.users.known[id]; !ok && id != "" && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	for part := range slices.Chunk(missing, maxIDs) {
		page, err := f.query(ctx, c, "SELECT Id, Username, Email, Name FROM User WHERE"+strings.TrimPrefix(in("Id", part), " AND"), "", maxBatch)
		if err != nil {
			return nil, err
		}
		for _, id := range part {
			f.users.known[id] = ""
		}
		for _, user := range page.Events {
			f.users.known[record.Text(gjson.Get(user.Raw, "Id"))] = strings.Clone(user.Raw)
		}
	}
	found := make(map[string]string, len(ids))
	for _, id := range ids {
		found[id] = f.users.known[id]
	}
	return found, nil
}
