package proc

import "syscall"

// attributes: a group of its own, so that Ctrl-C in the terminal reaches the parent
// alone, which stops its children in order; and when the parent is killed, they are
// asked to end, or they would hold their ports for ever.
func attributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: as, Pdeathsig: syscall.SIGTERM}
}
