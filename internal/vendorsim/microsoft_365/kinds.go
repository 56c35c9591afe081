package microsoft365

// kind is one operation of the audit log:
// https://learn.microsoft.com/en-us/purview/audit-log-activities
type kind struct {
	operation string
	record    int // RecordType
	workload  string
	// parts: u a person acts, s the system, p a service principal, a nobody known;
	// t Entra targets, f a file, m mail items, c a cmdlet's parameters, l a sign-in
	parts  string
	weight int
}

var directory = []kind{
	{"UserLoggedIn", 15, "AzureActiveDirectory", "ul", 12},
	{"UserLoginFailed", 15, "AzureActiveDirectory", "ul", 4},
	{"UserLoginFailed", 15, "AzureActiveDirectory", "al", 1},
	{"Add user.", 8, "AzureActiveDirectory", "ut", 2},
	{"Update user.", 8, "AzureActiveDirectory", "pt", 4},
	{"Delete user.", 8, "AzureActiveDirectory", "pt", 1},
	{"Disable account.", 8, "AzureActiveDirectory", "ut", 1},
	{"Change user license.", 8, "AzureActiveDirectory", "ut", 1},
	{"Reset user password.", 8, "AzureActiveDirectory", "ut", 1},
	{"Add member to role.", 8, "AzureActiveDirectory", "ut", 1},
	{"Add member to group.", 8, "AzureActiveDirectory", "ut", 2},
	{"Add group.", 8, "AzureActiveDirectory", "ut", 1},
	{"Delete group.", 8, "AzureActiveDirectory", "ut", 1},
	{"Consent to application.", 8, "AzureActiveDirectory", "ut", 1},
	{"Invite external user.", 8, "AzureActiveDirectory", "ut", 1},
	{"Update StsRefreshTokenValidFrom Timestamp.", 8, "AzureActiveDirectory", "st", 1},
	{"PasswordLogonInitialAuthUsingPassword", 9, "AzureActiveDirectory", "u", 1},
	{"SearchStarted", 24, "SecurityComplianceCenter", "u", 2}, // of another workload
}

var exchange = []kind{
	{"MailboxLogin", 2, "Exchange", "um", 3},
	{"MailItemsAccessed", 50, "Exchange", "um", 8},
	{"Send", 2, "Exchange", "um", 4},
	{"HardDelete", 3, "Exchange", "um", 1},
	{"SoftDelete", 3, "Exchange", "um", 1},
	{"Create", 2, "Exchange", "um", 2},
	{"Update", 2, "Exchange", "um", 1},
	{"UpdateInboxRules", 2, "Exchange", "um", 1},
	{"New-InboxRule", 1, "Exchange", "uc", 1},
	{"Set-Mailbox", 1, "Exchange", "sc", 2},
	{"Remove-MailboxPermission", 1, "Exchange", "uc", 1},
	{"New-MailboxExportRequest", 1, "Exchange", "uc", 1},
	{"Get-TeleportRoute", 1, "Exchange", "sc", 1},
}

var sharePoint = []kind{
	{"FileAccessed", 6, "SharePoint", "uf", 8},
	{"FileDownloaded", 6, "OneDrive", "uf", 4},
	{"FileUploaded", 6, "OneDrive", "uf", 3},
	{"FileModified", 6, "OneDrive", "uf", 4},
	{"FileDeleted", 6, "SharePoint", "uf", 2},
	{"FileRecycled", 6, "SharePoint", "sf", 1},
	{"FolderCreated", 6, "SharePoint", "uf", 1},
	{"PageViewed", 4, "SharePoint", "uf", 4},
	{"AnonymousLinkCreated", 14, "SharePoint", "uf", 1},
	{"AnonymousLinkUsed", 14, "SharePoint", "af", 1},
	{"SharingSet", 14, "SharePoint", "uf", 1},
	{"SiteDeleted", 4, "SharePoint", "u", 1},
}

var general = []kind{
	{"TeamsSessionStarted", 25, "MicrosoftTeams", "u", 3},
	{"MemberAdded", 25, "MicrosoftTeams", "u", 2},
	{"TeamCreated", 25, "MicrosoftTeams", "u", 1},
	{"TeamDeleted", 25, "MicrosoftTeams", "u", 1},
	{"ChannelAdded", 25, "MicrosoftTeams", "u", 1},
	{"ExportReport", 20, "PowerBI", "u", 1},
	{"AlertTriggered", 40, "SecurityComplianceCenter", "s", 1},
	{"CopilotInteraction", 261, "Copilot", "u", 2},
	{"New-ComplianceSearch", 18, "SecurityComplianceCenter", "uc", 1},
	{"TeleporterEngaged", 9999, "Teleportation", "u", 1}, // no such operation is known
}

var dlp = []kind{
	{"DlpRuleMatch", 11, "SharePoint", "df", 4},
	{"DlpRuleMatch", 13, "Exchange", "dm", 3},
	{"DlpRuleUndo", 13, "Exchange", "dm", 1},
}
