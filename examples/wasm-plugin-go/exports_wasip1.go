package main

import (
	"encoding/json"
	"fmt"
	"os"
	"unsafe"
)

var (
	config = defaultConfig()
	// The buffers that the router uses. As variables they stay alive, and Go never moves them.
	input, output []byte
)

// Returns a buffer for the router to write to. An instance runs one call at a time, so one buffer is enough.
//
//go:wasmexport alloc
func alloc(length uint32) uint32 {
	input = make([]byte, length)
	return address(input)
}

// Reads the operator's configuration. A result other than 0 refuses it; the router logs standard error.
//
//go:wasmexport configure
func configure(_, length uint32) uint32 {
	read, err := readConfig(input[:length])
	if err != nil {
		fmt.Fprintln(os.Stderr, "config:", err)
		return 1
	}
	config = read
	return 0
}

// Answers a request: returns address and length of the response in one number. A panic makes the call fail, and the
// router logs its text.
//
//go:wasmexport on_connect
func onConnect(_, length uint32) uint64 {
	var request Request
	if err := json.Unmarshal(input[:length], &request); err != nil {
		panic(err)
	}
	var err error
	if output, err = json.Marshal(config.onConnect(request)); err != nil {
		panic(err)
	}
	return uint64(address(output))<<32 | uint64(len(output))
}

func address(bytes []byte) uint32 {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(bytes))))
}
