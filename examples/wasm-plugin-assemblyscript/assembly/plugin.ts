// The exports that the router calls. They need no change for another plugin; its rule is in `lobby.ts`.
import { Reader } from "./json";
import { Config, onConnect } from "./lobby";
import { log } from "./log";

let config = new Config();
// The buffers that the router uses. As variables they stay alive, and AssemblyScript never moves them.
let input = new ArrayBuffer(0);
let output = new ArrayBuffer(0);

/** Returns a buffer for the router to write to. An instance runs one call at a time, so one buffer is enough. */
export function alloc(length: i32): usize {
  input = new ArrayBuffer(length);
  return changetype<usize>(input);
}

/** Reads the operator's configuration, `null` without one. A result other than 0 refuses it. */
export function configure(text: usize, length: i32): i32 {
  const read = new Config();
  const mistake = read.read(new Reader(text, length));
  if (mistake) {
    log(4, `config: ${mistake}`);
    return 1;
  }
  config = read;
  return 0;
}

/** Answers a request: returns address and length of the response in one number. */
export function on_connect(text: usize, length: i32): u64 {
  output = String.UTF8.encode(onConnect(config, new Reader(text, length)));
  // Frees everything but the variables above. The runtime "minimal" frees at no other time.
  __collect();
  return ((changetype<usize>(output) as u64) << 32) | output.byteLength;
}
