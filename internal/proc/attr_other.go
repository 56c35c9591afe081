//go:build !linux

package proc

import "syscall"

// attributes: a group of its own, so that Ctrl-C in the terminal reaches the parent
// alone, which stops its children in order.
func attributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: as}
}
