// Package azureactivedirectory reads the directory audits and the sign-ins of a
// Microsoft Entra ID (Azure Active Directory) tenant over Microsoft Graph.
//
// The feeds: https://learn.microsoft.com/en-us/graph/api/directoryaudit-list and
// https://learn.microsoft.com/en-us/graph/api/signin-list , the activities:
// https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities .
//
// Records appear minutes to an hour after their time, and no field tells when: a
// sign-in that waits for a second factor is written at its end with the time of its
// beginning. Both feeds are read by windows of event time and read again until they
// are older than the lateness. A $skiptoken is never kept beyond its window.
package azureactivedirectory
