// Package providers is the contract between the engine and the vendors: what an
// activity is, what a provider declares, and how a fetch fails.
//
// A provider is declaration and pure functions. The engine owns time, paging to
// the end, windows, overlap, deduplication, filters that the vendor cannot serve,
// retries, budgets, commits and telemetry; no provider sleeps, retries, stores a
// position or reads the clock. A vendor from another module is as good as a
// built-in one: this package and [github.com/otelactivity/otelactivity/providers/record]
// are all that it needs, and activityreceiver.WithProvider takes it.
//
// # How each kind of feed is expressed
//
// A vendor's cursor that survives days (okta, dropbox_business, box, asana,
// airtable, atlassian): Traits.Resume is ByCursor. The first Query has Since and
// no Cursor; every later one has the Cursor of the last delivered page. Page.Next
// is stored per page, also with an empty page; Page.More says whether to go on
// now. An empty Next keeps the stored cursor (asana before its first event),
// Page.Restart drops it (atlassian's terminal page), and an *Error of class
// CursorLost makes the engine fall back to a window from the newest delivered
// time minus lateness. A feed that cannot be asked from a time (box) declares
// Bounds EventTime, so that the engine drops what is older than the start.
//
// Time windows with offsets, page numbers or page tokens, in any order (jira,
// confluence, slack, zoom, intercom, zendesk, salesforce, truto, merge, teamwork,
// sd_elements, onelogin, azure_active_directory, github, figma): ByWindow. The
// Query has a fixed window; Cursor is whatever Fetch wants to find again in the
// next call of the same window (an offset, a token, a link), encoded as text. It
// is never stored. The engine reads the window to its end before it counts as
// read, whatever the order; OldestFirst lets it keep what it has when a window
// breaks off.
//
// Bounds that are whole seconds or days, inclusive or exclusive, or unknown:
// Granularity and Edge. The engine widens the query outwards and cuts to the
// half-open window itself (Bounds EventTime). zoom, dealcloud and browserstack
// have a Granularity of 24 hours.
//
// Windows over when data became available (microsoft_365 blobs, salesforce event
// log files, okta): Bounds IngestionTime; the engine drops nothing by time.
//
// Lists of files or blobs, and several request chains in one window
// (microsoft_365, salesforce, zoom's categories): the page of the list returns
// Branches, one cursor each; the window is read when all branches are. Files too
// large for memory are read with Request.Stream, a part per Fetch.
//
// No time filter at all (hubspot logins, slack access logs, teamwork v1): ByWalk.
// The engine reads from the head until a page in NewestFirst order lies wholly
// before the oldest moment it still needs, or to the end of the list.
//
// POST with a JSON body (dropbox_business, dealcloud): Request.Method and Body.
//
// Streams that fail alone: each Stream is polled, parked and reported by itself.
//
// Records without an id: leave Activity.ID empty, and the engine derives the uid
// from the canonical record and its time, numbering equal records of one page.
// Where the sheet gives a formula, put its result into ID; NumberRepeats numbers
// equal ones ("-2", "-3"). Identity replaces the record where parts of it change
// between two reads.
//
// Links that name foreign hosts: Request.Link. Only path and query are used,
// unless the link's origin is the endpoint's or one of Source.LinkOrigins.
//
// Errors told with status 200, throttling told with 400 or 403, plans that lack a
// feature: Source.Classify.
package providers
