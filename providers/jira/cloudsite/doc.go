// Package cloudsite has what the products of an Atlassian Cloud site share: how a
// site is addressed, at its own host or through Atlassian's API gateway, how
// requests are authorized, and how a refusal reads.
//
// Scoped API tokens and OAuth tokens are accepted at the gateway only:
// https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
package cloudsite
