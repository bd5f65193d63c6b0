package main

import (
	"encoding/json"
	"fmt"
	"os"
)

var (
	memory buffers
	config = defaultConfig()
)

// Marks that the plugin has `dealloc` and `configure`; never called.
//
//go:wasmexport hyrouter_abi_v1
func abiV1() {}

//go:wasmexport alloc
func alloc(length uint32) uint32 {
	return uint32(memory.lend(int(length)))
}

//go:wasmexport dealloc
func dealloc(at, _ uint32) {
	memory.release(uintptr(at))
}

// Reads the operator's configuration; any result but 0 refuses it. Standard error is in the router's log.
//
//go:wasmexport configure
func configure(at, length uint32) int32 {
	text, ok := memory.take(uintptr(at), int(length))
	if !ok {
		fmt.Fprintln(os.Stderr, "configure: the router passed memory that alloc did not give")
		return 1
	}
	read, err := readConfig(text)
	if err != nil {
		fmt.Fprintf(os.Stderr, "configuration refused: %v\n", err)
		return 1
	}
	config = read
	return 0
}

// Answers a request: returns address and length of the response in one number. A panic makes the call fail.
//
//go:wasmexport on_connect
func onConnect(at, length uint32) uint64 {
	text, ok := memory.take(uintptr(at), int(length))
	if !ok {
		panic("on_connect: the router passed memory that alloc did not give")
	}
	var request Request
	if err := json.Unmarshal(text, &request); err != nil {
		panic(fmt.Sprintf("the request is not one: %v", err))
	}
	response, err := config.onConnect(request)
	if err != nil {
		panic(err)
	}
	answer, err := json.Marshal(response)
	if err != nil {
		panic(err)
	}
	return uint64(memory.keep(answer))<<32 | uint64(len(answer))
}
