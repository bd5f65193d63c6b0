//! A lobby for VIPs: players whose name has a prefix go to a separate lobby, and each player carries referral data with
//! the name of the lobby.

const std = @import("std");
const json = std.json;
const Allocator = std.mem.Allocator;

/// The operator's `config` of this plugin.
pub const Config = struct {
    /// Prefix of the names of VIPs.
    prefix: []const u8 = "VIP",
    /// Name of the lobby: in the referral data, and as `lobby` in the `meta` of its backends.
    tag: []const u8 = "vip",
    /// Backend of VIPs if no candidate is a lobby. Default: the backend that the router chose.
    backend: ?Address = null,

    /// Reads a configuration. If it is not allowed, `mistake` gets a text for the operator. The memory is never freed,
    /// so that the configuration lives as long as the instance.
    pub fn read(allocator: Allocator, text: []const u8, mistake: *[]const u8) !Config {
        var scanner: json.Scanner = .initCompleteInput(allocator, text);
        var place: json.Scanner.Diagnostics = .{};
        scanner.enableDiagnostics(&place);
        const read_config = json.parseFromTokenSourceLeaky(?Config, allocator, &scanner, .{
            .allocate = .alloc_always,
        }) catch |err| {
            const end: usize = @intCast(place.getByteOffset());
            // The key is among the last characters.
            mistake.* = try std.fmt.allocPrint(allocator, "config: {t} after `{s}`", .{ err, text[end -| 60..end] });
            return err;
        };
        const config = read_config orelse return .{};
        if (config.check()) |wrong| {
            mistake.* = wrong;
            return error.NotAllowed;
        }
        return config;
    }

    /// Checks what the types do not express.
    fn check(config: Config) ?[]const u8 {
        if (config.prefix.len == 0) return "config: prefix: must not be empty, since every name would match";
        const backend = config.backend orelse return null;
        if (backend.host.len == 0 or backend.host.len > 256) return "config: backend.host: allowed: 1 to 256 bytes";
        if (backend.port == 0) return "config: backend.port: is 0; allowed: 1 to 65535";
        return null;
    }
};

/// A backend that need not be a candidate.
pub const Address = struct {
    /// Host name or IP address, at most 256 bytes.
    host: []const u8,
    /// UDP port.
    port: u16,
};

/// The fields of a request that this plugin uses.
const Request = struct {
    event: struct { username: ?[]const u8 = null } = .{},
    candidates: ?[]const Backend = null,

    const Backend = struct { meta: ?Meta = null };
    const Meta = struct {
        lobby: ?[]const u8 = null,
        @"label.lobby": ?[]const u8 = null,
    };
};

const Response = struct {
    deny: bool = false,
    deny_reason: ?[]const u8 = null,
    selected_index: ?usize = null,
    backend: ?Address = null,
    referral_data: ?[]const u8 = null,
};

/// Decides about one player. Request and response are JSON. All memory that this takes is of `allocator`, an arena.
///
/// The name comes from the client. Check `event.identity.verified` before granting anything of value by it.
pub fn onConnect(allocator: Allocator, config: Config, text: []const u8) ![]const u8 {
    const request = try json.parseFromSliceLeaky(Request, allocator, text, .{
        .ignore_unknown_fields = true,
        .duplicate_field_behavior = .use_last,
    });
    return json.Stringify.valueAlloc(allocator, try decide(allocator, config, request), .{
        .emit_null_optional_fields = false,
    });
}

fn decide(allocator: Allocator, config: Config, request: Request) !Response {
    const name = request.event.username orelse "";
    if (std.mem.eql(u8, name, "deny")) {
        return .{ .deny = true, .deny_reason = "denied by the example WASM plugin in Zig" };
    }
    if (!std.mem.startsWith(u8, name, config.prefix)) {
        return .{ .referral_data = try encode(allocator, .{ .lobby = "main" }) };
    }
    const data = try encode(allocator, .{ .lobby = config.tag, .name = name });
    for (request.candidates orelse &.{}, 0..) |candidate, index| {
        if (isLobby(candidate, config.tag)) return .{ .selected_index = index, .referral_data = data };
    }
    return .{ .backend = config.backend, .referral_data = data };
}

/// Returns referral data: JSON for the backend, which is base64 in the response.
fn encode(allocator: Allocator, data: anytype) ![]const u8 {
    const text = try json.Stringify.valueAlloc(allocator, data, .{});
    const encoder = std.base64.standard.Encoder;
    return encoder.encode(try allocator.alloc(u8, encoder.calcSize(text.len)), text);
}

/// Returns whether a backend is the lobby with this tag. Discovered backends have their labels under `label.`, static
/// ones have the operator's keys.
fn isLobby(candidate: Request.Backend, tag: []const u8) bool {
    const meta = candidate.meta orelse return false;
    inline for (.{ meta.lobby, meta.@"label.lobby" }) |value| {
        if (value) |lobby| if (std.mem.eql(u8, lobby, tag)) return true;
    }
    return false;
}

test "requests" {
    const backend: Config = .{ .backend = .{ .host = "lobby.example.com", .port = 5520 } };
    const own: Config = .{ .prefix = "*", .tag = "gold" };
    const vip =
        \\{"lobby":"vip","name":"VIP_Ann"}
    ;
    const Case = struct { Config, []const u8, []const u8, []const u8 };
    // Configuration, request, response without referral data, referral data.
    for ([_]Case{
        .{
            .{},
            \\{"event":{"username":"deny"}}
            ,
            \\{"deny":true,"deny_reason":"denied by the example WASM plugin in Zig"}
            ,
            "",
        },
        .{
            backend,
            \\{"event":{"username":"Ann"},"more":[{}]}
            ,
            \\{"deny":false}
            ,
            \\{"lobby":"main"}
        },
        .{
            backend,
            \\{"event":{"username":null},"candidates":null}
            ,
            \\{"deny":false}
            ,
            \\{"lobby":"main"}
        },
        .{
            backend, "{}",
            \\{"deny":false}
            ,
            \\{"lobby":"main"}
        },
        .{
            backend, comptime vipWith("null"),
            \\{"deny":false,"backend":{"host":"lobby.example.com","port":5520}}
            ,
            vip,
        },
        .{
            .{},
            comptime vipWith(
                \\{"lobby":"gold"}
            ),
            \\{"deny":false}
            ,
            vip,
        },
        .{
            backend,
            comptime vipWith(
                \\{"a":"b","lobby":"vip"}
            ),
            \\{"deny":false,"selected_index":1}
            ,
            vip,
        },
        .{
            backend,
            comptime vipWith(
                \\{"label.lobby":"vip"}
            ),
            \\{"deny":false,"selected_index":1}
            ,
            vip,
        },
        .{
            own,
            \\{"event":{"username":"*\u00fc\ud83d\ude00\""}}
            ,
            \\{"deny":false}
            ,
            \\{"lobby":"gold","name":"*ü😀\""}
        },
    }) |case| {
        var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
        defer arena.deinit();
        const config, const request, const response, const referral = case;
        const text = try onConnect(arena.allocator(), config, request);
        var fields = try json.parseFromSliceLeaky(json.Value, arena.allocator(), text, .{});
        var data: []u8 = "";
        if (fields.object.fetchOrderedRemove("referral_data")) |field| {
            const decoder = std.base64.standard.Decoder;
            data = try arena.allocator().alloc(u8, try decoder.calcSizeForSlice(field.value.string));
            try decoder.decode(data, field.value.string);
        }
        try std.testing.expectEqualStrings(referral, data);
        try std.testing.expectEqualStrings(response, try json.Stringify.valueAlloc(arena.allocator(), fields, .{}));
    }
}

/// Returns a request of a VIP; the second candidate has this `meta`.
fn vipWith(comptime meta: []const u8) []const u8 {
    const start =
        \\{"event":{"username":"VIP_Ann"},"candidates":[{"host":"10.0.0.1","meta":{}},{"host":"10.0.0.2","meta":
    ;
    return start ++ meta ++ "}]}";
}

test "configurations" {
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    var mistake: []const u8 = "";
    try std.testing.expectEqualDeep(Config{}, try Config.read(arena.allocator(), "null", &mistake));
    try std.testing.expectEqualDeep(Config{}, try Config.read(arena.allocator(), "{}", &mistake));
    const all =
        \\{"prefix":"*","tag":"gold","backend":{"host":"lobby","port":5520}}
    ;
    try std.testing.expectEqualDeep(
        Config{ .prefix = "*", .tag = "gold", .backend = .{ .host = "lobby", .port = 5520 } },
        try Config.read(arena.allocator(), all, &mistake),
    );
    for ([_][2][]const u8{
        .{
            \\{"prefx":"VIP"}
            ,
            \\config: UnknownField after `{"prefx"
        },
        .{
            \\{"prefix":7}
            ,
            \\config: UnexpectedToken after `{"prefix":
        },
        .{
            \\{"prefix":""}
            ,
            "config: prefix: must not be empty",
        },
        .{
            \\{"backend":{"host":"lobby"}}
            ,
            \\config: MissingField after `{"backend":{"host":"lobby"}
        },
        .{
            \\{"backend":{"host":"","port":5520}}
            ,
            "config: backend.host: ",
        },
        .{
            \\{"backend":{"host":"lobby","port":0}}
            ,
            "config: backend.port: is 0",
        },
        .{
            \\{"backend":{"host":"lobby","port":65536}}
            ,
            \\config: Overflow after `{"backend":{"host":"lobby","port":65536
        },
    }) |case| {
        const text, const wanted = case;
        if (Config.read(arena.allocator(), text, &mistake)) |_| return error.NotRefused else |_| {}
        try std.testing.expectStringStartsWith(mistake, wanted);
    }
}
