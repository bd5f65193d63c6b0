package hyrouter

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// allowReuse sets SO_REUSEPORT on a socket before it is bound.
func allowReuse(_, _ string, socket syscall.RawConn) error {
	var failed error
	err := socket.Control(func(descriptor uintptr) {
		failed = unix.SetsockoptInt(int(descriptor), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
	if err != nil {
		return err
	}
	return failed
}
