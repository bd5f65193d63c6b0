package hyrouter

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// healthService is the standard health service for the names "" and hyrouter.Plugin. It ends the watches when the
// server stops, because the server waits for all calls and a watch does not end otherwise.
type healthService struct {
	*health.Server
	isStopping atomic.Bool
}

func newHealthService() *healthService {
	service := &healthService{Server: health.NewServer()}
	service.SetServingStatus(serviceName, grpc_health_v1.HealthCheckResponse_SERVING)
	return service
}

// Shutdown reports NOT_SERVING.
func (h *healthService) Shutdown() {
	h.isStopping.Store(true)
	h.Server.Shutdown()
}

// Watch reports the current status, then each change.
func (h *healthService) Watch(
	request *grpc_health_v1.HealthCheckRequest, stream grpc_health_v1.Health_WatchServer,
) error {
	ctx, end := context.WithCancel(stream.Context())
	defer end()
	return h.Server.Watch(request, &watch{Health_WatchServer: stream, service: h, ctx: ctx, end: end})
}

// watch is a stream that ends after the last status.
type watch struct {
	grpc_health_v1.Health_WatchServer
	service *healthService
	ctx     context.Context
	end     context.CancelFunc
}

func (w *watch) Context() context.Context { return w.ctx }

func (w *watch) Send(response *grpc_health_v1.HealthCheckResponse) error {
	err := w.Health_WatchServer.Send(response)
	if w.service.isStopping.Load() {
		w.end()
	}
	return err
}
