package hyrouter

import (
	"bytes"
	"context"
	"encoding/json"
	"sync/atomic"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// configKey is the metadata that has the operator's config in each call, as JSON of at most 4,096 bytes.
const configKey = "hyrouter-config-bin"

// Validator is a config that checks its values. The text of the error is in the router's log.
type Validator interface {
	Validate() error
}

// WithConfig returns a [Handler] that passes the operator's config to handle.
//
// The config is decoded over a copy of defaults, so a field that the operator leaves out keeps its default. It is
// decoded again only when it changes, and all calls share it: the handler must not modify it. An unknown field, a field
// of another type, or an error of [Validator] fails the call with FAILED_PRECONDITION and the reason. Defaults must not
// contain maps, slices or pointers with content, which the copies would share.
func WithConfig[C any](
	defaults C,
	handle func(ctx context.Context, request *ConnectRequest, config *C) (*ConnectResponse, error),
) Handler {
	var last atomic.Pointer[decoded[C]]
	return func(ctx context.Context, request *ConnectRequest) (*ConnectResponse, error) {
		sent := sentConfig(ctx)
		current := last.Load()
		if current == nil || current.sent != sent {
			current = decodeConfig(sent, defaults)
			last.Store(current)
		}
		if current.err != nil {
			return nil, status.Errorf(codes.FailedPrecondition, "config: %v", current.err)
		}
		return handle(ctx, request, &current.config)
	}
}

// decoded is a config and the JSON that it comes from.
type decoded[C any] struct {
	sent   string
	config C
	err    error
}

// sentConfig returns the config in the metadata of a call, empty if there is none.
func sentConfig(ctx context.Context) string {
	incoming, _ := metadata.FromIncomingContext(ctx)
	if values := incoming.Get(configKey); len(values) > 0 {
		return values[0]
	}
	return ""
}

func decodeConfig[C any](sent string, defaults C) *decoded[C] {
	result := &decoded[C]{sent: sent, config: defaults}
	if sent != "" {
		decoder := json.NewDecoder(bytes.NewReader([]byte(sent)))
		decoder.DisallowUnknownFields()
		result.err = decoder.Decode(&result.config)
	}
	if validator, ok := any(&result.config).(Validator); ok && result.err == nil {
		result.err = validator.Validate()
	}
	return result
}
