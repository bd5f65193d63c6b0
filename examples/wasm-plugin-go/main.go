// A lobby for VIPs: players whose name has a prefix go to a lobby of their own, and every player carries referral data
// that says which lobby it is.
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o plugin.wasm .
package main

// The router calls the exports; nothing runs by itself.
func main() {}
