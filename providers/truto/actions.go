package truto

import "github.com/otelactivity/otelactivity/providers"

// outcomes is all that there is to map: the words are the unified actions already
// (https://www.truto.one/docs/api-reference/unified-user-directory-api/activities/list).
// That a sign-in succeeded or failed is said by the word alone.
var outcomes = map[providers.Action]providers.Outcome{
	providers.Login:       providers.Success,
	providers.LoginFailed: providers.Failure,
}
