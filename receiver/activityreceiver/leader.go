package activityreceiver

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
)

// leaderElector is what an extension must have to say which replica reads. The
// collector's k8s_leader_elector has it. The functions may be called any number of
// times, from any goroutine, and at once if this replica leads already.
type leaderElector interface {
	SetCallBackFuncs(startLeading func(context.Context), stopLeading func())
}

// findLeaderElector returns the configured extension, or nil when none is.
func findLeaderElector(host component.Host, wanted *component.ID) (leaderElector, error) {
	if wanted == nil {
		return nil, nil
	}
	found, ok := host.GetExtensions()[*wanted]
	if !ok {
		return nil, fmt.Errorf("leader_elector: there is no extension %q; configure it and list it under service::extensions", wanted)
	}
	elector, ok := found.(leaderElector)
	if !ok {
		return nil, fmt.Errorf("leader_elector: the extension %q elects nobody; name one such as k8s_leader_elector", wanted)
	}
	return elector, nil
}
