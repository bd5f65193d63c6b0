//! The exports that the router calls. They need no change for another plugin; its rule is in `lobby.zig`.

const std = @import("std");
const lobby = @import("lobby.zig");

/// Writes a line to the router's log. Levels: 0 trace, 1 debug, 2 info, 3 warn, 4 error.
extern "hyrouter" fn log(level: u32, text: [*]const u8, len: usize) void;

/// Memory of the call in progress: request, response, and all between them. The next call reuses it, since the router
/// has copied the response by then.
var memory: std.heap.ArenaAllocator = .init(std.heap.wasm_allocator);
/// Memory kept for the next call. Larger requests return theirs.
const kept = 64 * 1024;

var config: lobby.Config = .{};

/// Returns a buffer for the router to write to.
export fn alloc(len: usize) [*]u8 {
    _ = memory.reset(.{ .retain_with_limit = kept });
    const buffer = memory.allocator().alloc(u8, @max(len, 1)) catch |err| fail(err);
    return buffer.ptr;
}

/// Reads the operator's configuration. A result other than 0 refuses it.
export fn configure(ptr: [*]const u8, len: usize) u32 {
    var mistake: []const u8 = "";
    config = lobby.Config.read(std.heap.wasm_allocator, ptr[0..len], &mistake) catch |err| {
        const text = if (mistake.len > 0) mistake else @errorName(err);
        log(4, text.ptr, text.len);
        return 1;
    };
    return 0;
}

/// Answers a request: returns address and length of the response in one number.
export fn on_connect(ptr: [*]const u8, len: usize) u64 {
    const response = lobby.onConnect(memory.allocator(), config, ptr[0..len]) catch |err| fail(err);
    return @as(u64, @intFromPtr(response.ptr)) << 32 | response.len;
}

/// Makes the call fail, with its reason in the router's log.
fn fail(reason: anyerror) noreturn {
    @panic(@errorName(reason));
}

pub const panic = std.debug.FullPanic(logAndTrap);

fn logAndTrap(text: []const u8, _: ?usize) noreturn {
    log(4, text.ptr, text.len);
    @trap();
}
