// Package vendorsim simulates the activity APIs of SaaS vendors over HTTP: strict
// about credentials, parameters and limits as the vendors are, and able to fail in
// every way in which they fail. Tests, the demo, benchmarks and the fault simulator
// use it. Simulators are written from the vendors' documentation, not from the
// provider code, so that a misunderstanding on one side shows.
//
// # Parts
//
//   - [Vendor] is what a simulator declares: streams with an event generator, a
//     handler, working configurations, error bodies, knobs, and [Reading]s: states
//     under each of which nothing may be lost.
//   - [World] is the state behind one handler: an append-only log per stream, the
//     clock, quotas, knobs, tokens, cursors, violations. [World.Handler] is the
//     vendor's handler with faults, gzip, Date header and the request log around it.
//   - [Entry] is one event: Time is when it happened, Visible when the API first
//     shows it, Raw the row's bytes. [World.Between] selects visible rows by either
//     time; [World.Truth] is what a reader must have in the end.
//   - [World.Emit], [World.EmitLate], [World.EmitEach], [World.Repeat] and
//     [World.Add] put single events into a log; [World.Run] adds endless traffic,
//     which depends on seed and time alone and needs no goroutine.
//   - [Faults] are generic: Set a rate per kind, or Next for the next n requests.
//     Whether a request is hit depends on its content and how often it came before,
//     never on the order of arrival. Handlers ask [World.Fires] for what only they
//     can play (EmptyPage, CursorExpired is asked by OpenCursor, TokenExpired by
//     Bearer) and pass each page through [World.Rows].
//   - [Vendor.Readings] are what the vendor's documentation leaves open: the
//     conformance suite demands that a reader gets everything under each.
//   - [World.Check] compares a request with [Rules] and records a [Violation] for
//     whatever is not allowed; the handler answers the [Problem] in its own words.
//   - [World.Take] accounts rate limits; [World.Cursor] and [World.OpenCursor] make
//     opaque cursors tied to a query; [TokenServer] is an OAuth token endpoint,
//     [World.Bearer] checks its tokens, [World.CheckAssertion] checks signed JWTs
//     against [RSAKey], [ECKey] and their PEM forms.
//   - [RoundTripper] connects a client in process, also inside testing/synctest
//     bubbles; [Listen] serves on loopback; [Control] steers running simulators.
//
// # Writing a simulator
//
// A simulator is a package internal/vendorsim/<key> with one exported func Vendor()
// vendorsim.Vendor, and a line in internal/vendorsim/all. The okta package is a
// complete example. The handler of each endpoint goes through the same steps:
//
//	func (s *sim) logs(rw http.ResponseWriter, r *http.Request) {
//		if reply, ok := s.authorize(r); !ok { ... 401 in the vendor's words }
//		usage := s.world.Take("logs", limit, 1) // headers; 429 when !usage.Allowed
//		q, problem := s.world.Check(r, rules)   // 400 when problem != nil
//		rows := s.world.Between("system", vendorsim.Query{...})
//		page := s.world.Rows(r, vendorsim.Slice(rows, offset, limit))
//		... body with vendorsim.Array(page), next cursor with s.world.Cursor
//	}
//
// Rules of thumb: rows go out byte for byte as generated. Nothing but World.Now
// tells the time, ServerTime where the vendor's clock shows (reset headers). All
// chance comes from the *rand.Rand given. Links are built with [Origin]. State that
// a restart must not lose is put into cursors and tokens, not into variables. What
// the vendor's documentation states is enforced; where it is silent, both readings
// are accepted. Where the silence is about what the vendor itself does (order, bounds,
// the zone of days), a knob plays each way, and [Vendor.Readings] names them for the
// conformance suite. Paths that do not exist go to [World.Unknown].
//
// Traps: a page of an offset-paged list must not hold rows that are counted twice
// (see [World.Rows]), and an empty page must not end a finite list (play EmptyPage
// only where the vendor tells the end in another way). Pages are cut from rows in a
// fixed order, by position rather than by index where the vendor has cursors, so
// that a late row moves nothing. Traffic has rows with equal times and rows that
// come twice. Numbers from traffic, Emit and ShiftingPages lie in ranges of their
// own, the largest just below 2^53.
//
// The tests of internal/vendorsim/all check every registered simulator for what all
// have in common: repeatable history, unique ids, documentation addresses only,
// configurations that point to the simulator, refusals, an answer to every fault.
//
// A test takes the world apart like this:
//
//	w := vendorsim.NewWorld(okta.Vendor(), vendorsim.Options{Seed: 1})
//	w.EmitEach("system", 2500, time.Now().Add(-time.Hour), time.Second)
//	client := &http.Client{Transport: vendorsim.RoundTripper(w.Handler())}
//	... requests to any host name; then compare with w.Truth and require that
//	w.Violations() is empty.
package vendorsim
