// Package confluence simulates the audit log of Confluence on one Atlassian Cloud
// site.
package confluence
