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
