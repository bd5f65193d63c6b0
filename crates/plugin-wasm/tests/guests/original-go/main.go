// A typical plugin for the original Hyrouter: two exports, and buffers that are never freed.
package main

import (
	"encoding/json"
	"strings"
	"unsafe"
)

type Request struct {
	Event struct {
		SNI      string `json:"sni"`
		Username string `json:"username"`
	} `json:"event"`
	Candidates []struct {
		Host string `json:"host"`
		Port int    `json:"port"`
	} `json:"candidates"`
	SelectedIndex int `json:"selected_index"`
}

type Response struct {
	Deny            bool   `json:"deny"`
	DenyReason      string `json:"deny_reason,omitempty"`
	SelectedIndex   *int   `json:"selected_index,omitempty"`
	ReferralContent []byte `json:"referral_content,omitempty"`
}

// Otherwise the garbage collector would take them away.
var keep = map[uint32][]byte{}

func main() {}

//go:wasmexport alloc
func alloc(size uint32) uint32 {
	buf := make([]byte, size)
	ptr := uint32(uintptr(unsafe.Pointer(&buf[0])))
	keep[ptr] = buf
	return ptr
}

//go:wasmexport on_connect
func onConnect(ptr, size uint32) uint64 {
	var req Request
	if err := json.Unmarshal(keep[ptr][:size], &req); err != nil {
		return reply(Response{Deny: true, DenyReason: "bad request"})
	}
	name := req.Event.Username
	if name == "deny" {
		return reply(Response{Deny: true, DenyReason: "denied by the original plugin"})
	}
	resp := Response{ReferralContent: []byte("hello " + name + " from " + req.Event.SNI)}
	if strings.HasPrefix(name, "go-") && len(req.Candidates) > 1 {
		second := 1
		resp.SelectedIndex = &second
	}
	return reply(resp)
}

func reply(resp Response) uint64 {
	out, _ := json.Marshal(resp)
	ptr := uint32(uintptr(unsafe.Pointer(&out[0])))
	keep[ptr] = out
	return uint64(ptr)<<32 | uint64(len(out))
}
