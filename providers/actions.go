package providers

import "fmt"

// ActionTable lists, per unified action, the vendor's words for it. It is data
// that reads like the vendor's documentation.
type ActionTable map[Action][]string

// Index returns the table by the vendor's word. It panics on a word that stands
// under two actions, which a test of the provider meets at once.
func (t ActionTable) Index() map[string]Action {
	index := map[string]Action{}
	for action, words := range t {
		for _, w := range words {
			if other, ok := index[w]; ok && other != action {
				panic(fmt.Sprintf("%q is listed under %s and %s", w, action, other))
			}
			index[w] = action
		}
	}
	return index
}

// Words returns the vendor's words for the wanted actions: a unified action
// stands for its words, anything else for itself. ok is false when closed does
// not hold for one of the unified ones, because rules beyond the table lead to it
// and the words would not bring every event.
func (t ActionTable) Words(wanted []string, closed func(Action) bool) (words []string, ok bool) {
	for _, w := range wanted {
		a := Action(w)
		switch {
		case !a.Unified():
			words = append(words, w)
		case !closed(a) || len(t[a]) == 0:
			return nil, false
		default:
			words = append(words, t[a]...)
		}
	}
	return words, len(words) > 0
}
