package hyrouter

import (
	"encoding/json"

	"google.golang.org/protobuf/proto"
)

// codec writes and reads the messages of a plugin as JSON, and those of the health service as protobuf.
type codec struct{}

// Name is the one in the router's content type, application/grpc+json.
func (codec) Name() string { return "json" }

func (codec) Marshal(value any) ([]byte, error) {
	if message, ok := value.(proto.Message); ok {
		return proto.Marshal(message)
	}
	return json.Marshal(value)
}

func (codec) Unmarshal(data []byte, value any) error {
	if message, ok := value.(proto.Message); ok {
		return proto.Unmarshal(data, message)
	}
	return json.Unmarshal(data, value)
}
