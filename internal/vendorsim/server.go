package vendorsim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server serves a handler on a loopback address.
type Server struct {
	// URL is scheme and host.
	URL  string
	http http.Server
	done chan error
}

// Listen serves h on addr ("127.0.0.1:0" takes any free port) until Close.
func Listen(addr string, h http.Handler) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	s := &Server{URL: "http://" + l.Addr().String(), done: make(chan error, 1)}
	s.http.Handler = h
	s.http.ReadHeaderTimeout = 10 * time.Second
	go func() { s.done <- s.http.Serve(l) }()
	return s, nil
}

// Close ends all exchanges and frees the port.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil { // a hanging answer never ends by itself
		_ = s.http.Close()
	}
	if err := <-s.done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
