package main

import (
	"testing"
	"unsafe"
)

// Uses the memory of a module as the router does.
func (b *buffers) write(at uintptr, text string) {
	copy(b.list[b.find(at)].bytes, text)
}

func (b *buffers) request(t *testing.T, text string) uintptr {
	t.Helper()
	at := b.lend(len(text))
	b.write(at, text)
	read, ok := b.take(at, len(text))
	if !ok || string(read) != text {
		t.Fatalf("read %q, wrote %q", read, text)
	}
	return at
}

func TestEveryBufferHasAnAddressOfItsOwn(t *testing.T) {
	var b buffers
	seen := map[uintptr]bool{0: true}
	for _, length := range []int{0, 0, 1, 600} {
		at := b.lend(length)
		if seen[at] {
			t.Errorf("address %#x twice", at)
		}
		seen[at] = true
	}
}

func TestGivingBackFrees(t *testing.T) {
	var b buffers
	request := b.request(t, "request")
	response := b.keep([]byte("response"))
	b.release(request)
	if b.find(response) < 0 {
		t.Error("the response is gone before it was read")
	}
	b.release(response)
	b.release(response)
	if len(b.list) != 0 {
		t.Errorf("%d buffers are left", len(b.list))
	}
}

func TestARouterThatGivesNothingBackCostsOneCall(t *testing.T) {
	var b buffers
	for range 1000 {
		b.request(t, "request")
		b.keep([]byte("response"))
		if len(b.list) != 2 {
			t.Fatalf("%d buffers", len(b.list))
		}
	}
	for _, rest := range b.list[len(b.list):cap(b.list)] {
		if rest.bytes != nil {
			t.Error("a buffer is kept alive beyond the list")
		}
	}
}

func TestWhatIsNeverUsedDoesNotPileUp(t *testing.T) {
	var b buffers
	response := b.keep([]byte("response"))
	var newest uintptr
	for range 100 {
		newest = b.lend(10)
	}
	if len(b.list) != maxUnused+1 || b.find(response) < 0 || b.find(newest) < 0 {
		t.Errorf("%d buffers", len(b.list))
	}
}

func TestMemoryThatWasNotAskedForIsNotRead(t *testing.T) {
	var b buffers
	at := b.lend(10)
	for _, wrong := range []struct {
		at     uintptr
		length int
	}{{0, 0}, {0, 10}, {at + 1, 9}, {at, 11}, {at, -1}} {
		if _, ok := b.take(wrong.at, wrong.length); ok {
			t.Errorf("%+v was read", wrong)
		}
	}
	if _, ok := b.take(at, 10); !ok {
		t.Error("the buffer is gone")
	}
}

func TestAddressIsThatOfTheFirstByte(t *testing.T) {
	bytes := []byte("text")
	if address(bytes) != uintptr(unsafe.Pointer(&bytes[0])) {
		t.Error("another address")
	}
}
