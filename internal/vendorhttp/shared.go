package vendorhttp

import (
	"cmp"
	"strings"
	"sync"

	"github.com/otelactivity/otelactivity/providers"
)

// Shared has the budgets and tokens that instances of one receiver share, by
// Budget.Share and TokenAuth.Share. The zero value is ready.
type Shared struct {
	mu      sync.Mutex
	budgets map[string]*budget
	tokens  map[string]*tokens
}

// budgetsOf returns the budgets of an instance by class, with one of class "".
func budgetsOf(s *Settings) map[string]*budget {
	out := map[string]*budget{}
	provider, _, _ := strings.Cut(s.Instance, "/")
	vendor := cmp.Or(s.Source.Vendor, provider)
	for _, d := range s.Source.Budgets {
		if d.Share == "" {
			out[d.Class] = newBudget(d, s.RequestsPerMinute)
		} else {
			out[d.Class] = s.Shared.budget(vendor, d, s.RequestsPerMinute)
		}
	}
	if out[""] == nil {
		out[""] = newBudget(providers.Budget{}, s.RequestsPerMinute)
	}
	return out
}

// budget returns the shared budget of a vendor's declaration. Where declarations
// differ the slower one holds. Accounts of two vendors may have one name: a host
// behind which both are reached, or the customer's.
func (s *Shared) budget(vendor string, d providers.Budget, perMinute int) *budget {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := vendor + "\x00" + d.Share + "\x00" + d.Class
	b, ok := s.budgets[key]
	if ok {
		b.join(d, perMinute)
		return b
	}
	if s.budgets == nil {
		s.budgets = map[string]*budget{}
	}
	b = newBudget(d, perMinute)
	s.budgets[key] = b
	return b
}

// tokenSource returns the tokens of key: those that came first.
func (s *Shared) tokenSource(key string, first *tokens) *tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.tokens[key]; ok {
		return t
	}
	if s.tokens == nil {
		s.tokens = map[string]*tokens{}
	}
	s.tokens[key] = first
	return first
}
