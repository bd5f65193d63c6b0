//go:build !linux

package hyrouter

import (
	"errors"
	"syscall"
)

// allowReuse fails: other systems do not share the connections of a port among its servers.
func allowReuse(_, _ string, _ syscall.RawConn) error {
	return errors.New("reusing a port is supported on Linux only")
}
