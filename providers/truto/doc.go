// Package truto reads the activities of Truto's unified user directory API.
//
// The feed: https://www.truto.one/docs/api-reference/unified-user-directory-api/activities/list .
// One integrated account is one connection to any of 23 products; each request runs
// against that product while the caller waits, and comes back in one schema. Truto
// keeps nothing, so order, delay, retention and which filters work are the product's.
package truto
