package proc

import (
	"errors"
	"fmt"
	"net"
)

// CheckPorts returns an error that names each address (host:port) that cannot be
// listened on.
func CheckPorts(addresses ...string) error {
	var errs []error
	for _, address := range addresses {
		l, err := net.Listen("tcp", address)
		if err != nil {
			errs = append(errs, fmt.Errorf("port not free: %w", err))
			continue
		}
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// FreePort returns a port of 127.0.0.1 that nobody listens on now.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
