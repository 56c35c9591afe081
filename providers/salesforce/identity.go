package salesforce

import (
	"context"
	"regexp"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

// identity is what the org says about itself and the caller. It is asked for once.
type identity struct {
	mu          sync.Mutex
	asked       bool
	org, caller string // ids of 18 characters

	own    map[string]bool // sign-ins of the caller that were seen
	others bool            // sign-ins of others were seen
}

// identityURL names org and user:
// https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_openid.htm
var identityURL = regexp.MustCompile(`/id/(00D[A-Za-z0-9]{15})/(005[A-Za-z0-9]{15})$`)

// organization returns the org's id, "" when the org does not tell it. The list of
// resources has the identity URL, which token answers have too, but not every
// credential is got by one:
// https://developer.salesforce.com/docs/platform/api-rest/guide/dome-discoveryresource.html
// Events must not go out once with and once without it: a failure that passes fails
// the page.
func (f *feed) organization(ctx context.Context, c providers.Client) (string, error) {
	f.self.mu.Lock()
	defer f.self.mu.Unlock()
	if f.self.asked {
		return f.self.org, nil
	}
	resp, err := c.Do(ctx, providers.Request{Path: "/services/data/v" + f.config.APIVersion + "/"})
	if providers.ClassOf(err) == providers.Denied {
		f.self.asked = true
		return "", nil
	}
	if err != nil {
		return "", err
	}
	body, err := record.Body(resp.Body)
	if err != nil {
		return "", err
	}
	f.self.asked = true
	if m := identityURL.FindStringSubmatch(record.Path(body, "identity")); m != nil {
		f.self.org, f.self.caller = m[1], m[2]
	}
	return f.self.org, nil
}

// fewOwn is how many sign-ins of the caller alone make suspicious: to sign in, the
// receiver itself needs one.
const fewOwn = 3

// ownOnly: without the permission Salesforce does not refuse, it shows the caller's
// own sign-ins.
func (s *identity) ownOnly(events []providers.Event) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own == nil {
		s.own = map[string]bool{}
	}
	for _, e := range events {
		if s.others || s.caller == "" {
			return nil
		}
		row := gjson.Parse(e.Raw)
		s.others = row.Get("UserId").Str != s.caller
		if len(s.own) < fewOwn {
			s.own[row.Get("Id").Str] = true
		}
	}
	if s.others || len(s.own) < fewOwn {
		return nil
	}
	return []string{"no sign-ins but those of the receiver's own user " + s.caller + ": if others sign in to the org, grant Monitor Login History " +
		"(or Manage Users), without which Salesforce shows a user its own sign-ins only"}
}
