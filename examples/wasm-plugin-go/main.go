// A lobby for VIPs: players with a name prefix go to a separate lobby, and every player carries referral data with the
// lobby.
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o plugin.wasm .
package main

// The router calls the exports; main does nothing.
func main() {}
