// Package e2e holds the end-to-end tests, run by `make e2e`: the built distribution
// with the configurations of testdata/collector, between simulated vendors and real
// servers that each test starts on loopback. The tests ask the servers, by the
// queries that docs/queries.md prints, and compare with what the vendors have shown.
//
// Each test keeps the configurations and logs of its programs in .cache/e2e, under
// its name, until the next run. At the end the tests print a table of what was seen
// and what was left out.
package e2e
