// Package salesforce reads sign-ins (LoginHistory), the setup audit trail and,
// where the org has them, event log files.
//
// The feeds: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_loginhistory.htm ,
// https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_setupaudittrail.htm ,
// https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_eventlogfile.htm .
//
// Rows are read by SOQL over windows of their time. Files are listed by the time at
// which they were made, and every row of a new file is delivered, however old.
package salesforce
