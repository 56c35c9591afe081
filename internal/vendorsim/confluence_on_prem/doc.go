// Package confluenceonprem simulates the audit log of one Confluence Data Center
// instance in both of its APIs.
package confluenceonprem
