// @ts-ignore: decorator
@external("hyrouter", "log")
declare function routerLog(level: i32, text: usize, length: i32): void;

/** Writes a line to the router's log. Levels: 0 trace, 1 debug, 2 info, 3 warn, 4 error. */
export function log(level: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  routerLog(level, changetype<usize>(bytes), bytes.byteLength);
}

/** Logs the reason of a failure and ends the call. The compiler calls it in place of `env.abort`, see asconfig.json. */
export function abort(message: string | null, file: string | null, line: u32, _column: u32): void {
  log(4, `${message ? message : "abort"} at ${file ? file : "?"}:${line}`);
  unreachable();
}
