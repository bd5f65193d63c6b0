// A plugin of Hyrouter: a ban list, and a lobby for VIPs.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	hyrouter "github.com/hyrouter/hyrouter/examples/sdk/go"
)

// lobby is the operator's config.
type lobby struct {
	// Host is the host name or IP address of the backend of VIPs.
	Host string `json:"vip_host"`
	// Port is its UDP port.
	Port int `json:"vip_port"`
}

var defaults = lobby{Host: "vip.example.com", Port: 5520}

// Validate checks what the types do not express.
func (l *lobby) Validate() error {
	if l.Host == "" {
		return fmt.Errorf("vip_host: is empty")
	}
	if l.Port < 1 || l.Port > 65535 {
		return fmt.Errorf("vip_port: is %d; allowed: 1 to 65535", l.Port)
	}
	return nil
}

// onConnect decides about one player. The name comes from the client: check Identity.Verified before granting anything
// of value by it.
func (b *banFile) onConnect(
	_ context.Context, request *hyrouter.ConnectRequest, lobby *lobby,
) (*hyrouter.ConnectResponse, error) {
	if reason, banned := b.current().reason(&request.Event); banned {
		return hyrouter.Deny(reason), nil
	}
	if !strings.HasPrefix(request.Event.Username, "VIP") {
		return nil, nil
	}
	response := hyrouter.Refer(lobby.Host, lobby.Port)
	response.ReferralData = []byte(`{"lobby":"vip"}`)
	return response, nil
}

func main() {
	bans, err := openBanFile(cmp.Or(os.Getenv("PLUGIN_BANS"), "bans.txt"))
	if err != nil {
		log.Fatal(err)
	}
	if err := hyrouter.Serve(hyrouter.WithConfig(defaults, bans.onConnect)); err != nil {
		log.Fatal(err)
	}
}
