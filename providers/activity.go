package providers

import "time"

// Action is what happened, in the unified vocabulary: one of the 13 constants
// below or, where no clear mapping exists, the vendor's own word.
type Action string

// The closed set of unified actions.
const (
	Create          Action = "create"
	Destroy         Action = "destroy"
	Exported        Action = "exported"
	Login           Action = "login"
	LoginFailed     Action = "login_failed"
	Logout          Action = "logout"
	Updated         Action = "updated"
	UserCreated     Action = "user_created"
	UserDeactivated Action = "user_deactivated"
	UserDeleted     Action = "user_deleted"
	UserInvited     Action = "user_invited"
	UserJoined      Action = "user_joined"
	UserUpdated     Action = "user_updated"
)

// Actions returns the closed set of unified actions, sorted.
func Actions() []Action {
	return []Action{
		Create, Destroy, Exported, Login, LoginFailed, Logout, Updated,
		UserCreated, UserDeactivated, UserDeleted, UserInvited, UserJoined, UserUpdated,
	}
}

// Unified reports whether a is one of the 13 unified actions.
func (a Action) Unified() bool {
	switch a {
	case Create, Destroy, Exported, Login, LoginFailed, Logout, Updated,
		UserCreated, UserDeactivated, UserDeleted, UserInvited, UserJoined, UserUpdated:
		return true
	}
	return false
}

// ActorType tells who acted. The zero value means that the vendor does not tell.
type ActorType string

// The kinds of actor.
const (
	ActorUser      ActorType = "user"
	ActorSystem    ActorType = "system"
	ActorAnonymous ActorType = "anonymous"
)

// Outcome tells whether the attempt succeeded. The zero value means that the
// vendor does not tell.
type Outcome string

// The outcomes.
const (
	Success Outcome = "success"
	Failure Outcome = "failure"
)

// Actor is who acted. ID, Email, Login and Name describe a person and are set
// for ActorUser only; for ActorAnonymous only Email or Login, when the vendor
// tells what was typed. AppID and AppName describe the acting app, token or
// service of an ActorSystem.
type Actor struct {
	Type    ActorType
	ID      string // the vendor's id of the acting user
	Email   string
	Login   string // login name
	Name    string // display name
	AppID   string
	AppName string
}

// Context is where the action came from.
type Context struct {
	IP         string // textual address without port or zone; empty when the vendor sends something else
	UserAgent  string
	AuthMethod string // the vendor's word
	SessionID  string
}

// Entity is what was acted upon.
type Entity struct {
	ID   string
	Type string // the vendor's own word, verbatim
	Name string
}

// Severity is the vendor's own level of an event. The zero value means that the
// vendor has none; Number is the OpenTelemetry severity number (1..24).
type Severity struct {
	Number int
	Text   string // the vendor's word
}

// Activity is one event in the unified schema. Empty strings mean "absent".
// All strings may share the memory of the page they were decoded from.
type Activity struct {
	// ID is the vendor's id verbatim, or the id that the vendor's documentation
	// lets us derive by a formula from named fields.
	ID string
	// Identity replaces the raw record as the input of the uid of an activity
	// without ID, for records of which some fields change between two reads.
	Identity string

	Action    Action
	RawAction string // the vendor's own word, verbatim; never empty for a decoded event
	Outcome   Outcome
	Severity  Severity

	Actor        Actor
	Context      Context
	Entity       Entity
	Organization string // id
	Group        string // id of the team, project, workspace or site

	CreatedAt    time.Time // UTC; zero when the vendor's time cannot be read
	CreatedAtRaw string    // what was there instead, only when CreatedAt is zero
	Description  string

	// Raw is the vendor's record, bytes as received. The engine fills it.
	Raw string
	// DecodeError says why an event could not be decoded. The engine fills it;
	// such an activity carries Raw, and whatever else could be read.
	DecodeError string
}
