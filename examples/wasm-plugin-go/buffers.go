package main

import "unsafe"

// How many buffers the router may ask for and not use. It needs one for each call.
const maxUnused = 8

// The memory that the router and the plugin exchange texts in. A buffer lives until the router gives it back, or until
// the call after the one that it was used in: a router that never gives anything back costs one request and one
// response. Go's collector moves nothing and keeps what the list holds.
type buffers struct {
	list []buffer // the oldest first
}

type buffer struct {
	bytes  []byte
	isUsed bool // a call took place with it
}

// Makes a buffer for the router to write to.
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
	// One more, since a buffer of nothing has no address of its own.
	return b.push(buffer{bytes: make([]byte, length, length+1)})
}

// Gives the text that the router wrote, and lets go of what earlier calls left behind. The buffer stays: a router may
// think that it is there.
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

// Keeps a response where the router finds it.
func (b *buffers) keep(bytes []byte) uintptr {
	return b.push(buffer{bytes: bytes, isUsed: true})
}

// Lets go of a buffer; of one that is gone already too.
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
