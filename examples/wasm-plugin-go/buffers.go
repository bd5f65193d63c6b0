package main

import "unsafe"

// Maximum number of unused buffers. The router needs one for each call.
const maxUnused = 8

// Memory for texts between router and plugin. A buffer lives until the router releases it, or until the call after its
// use: a router that never releases costs one request and one response. Go's garbage collector does not move memory and
// keeps the buffers of the list.
type buffers struct {
	list []buffer // the oldest first
}

type buffer struct {
	bytes  []byte
	isUsed bool // a call has used it
}

// Returns a buffer for the router to write to.
func (b *buffers) lend(length int) uintptr {
	unused := 0
	for _, buffer := range b.list {
		if !buffer.isUsed {
			unused++
		}
	}
	if unused >= maxUnused {
		for i, buffer := range b.list {
			if !buffer.isUsed {
				b.remove(i)
				break
			}
		}
	}
	// One byte more, because an empty buffer has no address.
	return b.push(buffer{bytes: make([]byte, length, length+1)})
}

// Returns the text that the router wrote, and releases buffers of earlier calls. The buffer stays: a router may still
// use it.
func (b *buffers) take(at uintptr, length int) ([]byte, bool) {
	found := b.find(at)
	if found < 0 || length < 0 || length > len(b.list[found].bytes) {
		return nil, false
	}
	taken := b.list[found]
	taken.isUsed = true
	kept := b.list[:0]
	for i, buffer := range b.list {
		if i != found && !buffer.isUsed {
			kept = append(kept, buffer)
		}
	}
	clear(b.list[len(kept):])
	b.list = append(kept, taken)
	return taken.bytes[:length], true
}

// Keeps a response until the router has read it.
func (b *buffers) keep(bytes []byte) uintptr {
	return b.push(buffer{bytes: bytes, isUsed: true})
}

// Releases a buffer; does nothing if it is released already.
func (b *buffers) release(at uintptr) {
	if found := b.find(at); found >= 0 {
		b.remove(found)
	}
}

func (b *buffers) push(buffer buffer) uintptr {
	b.list = append(b.list, buffer)
	return address(buffer.bytes)
}

func (b *buffers) remove(i int) {
	copy(b.list[i:], b.list[i+1:])
	b.list[len(b.list)-1] = buffer{}
	b.list = b.list[:len(b.list)-1]
}

func (b *buffers) find(at uintptr) int {
	for i, buffer := range b.list {
		if address(buffer.bytes) == at {
			return i
		}
	}
	return -1
}

func address(bytes []byte) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(bytes)))
}
