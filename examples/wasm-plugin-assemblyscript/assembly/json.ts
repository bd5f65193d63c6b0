// A strict JSON reader that takes what a plugin uses and skips the rest, and the texts of a writer. AssemblyScript's
// library has neither.

/** Maximum depth of objects and lists in each other. */
const MAX_DEPTH: i32 = 128;

// Bytes of the grammar.
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const LIST: u8 = 0x5b;
const LIST_END: u8 = 0x5d;
const OBJECT: u8 = 0x7b;
const OBJECT_END: u8 = 0x7d;
const LETTER_U: u8 = 0x75;

/**
 * Reads JSON in UTF-8 from the front to the back. A mistake in it fails the call.
 *
 *     if (reader.object()) while (reader.nextKey()) if (reader.is("name")) name = reader.text(); else reader.skip();
 */
export class Reader {
  // The key that `nextKey` found, without its quotes.
  private keyStart: usize = 0;
  private keyEnd: usize = 0;
  private keyEscapes: i32 = 0;
  private start: usize;
  private at: usize;
  private end: usize;
  private isFirst: bool = false;

  constructor(text: usize, length: i32) {
    this.start = text;
    this.at = text;
    this.end = text + length;
  }

  /** Enters an object. Returns `false` for `null`. */
  object(): bool {
    return this.enter(OBJECT);
  }

  /** Enters a list. Returns `false` for `null`. */
  list(): bool {
    return this.enter(LIST);
  }

  /** Goes to the next value of the object. Returns `false` at its end. `is` and `key` are about the key of the value. */
  nextKey(): bool {
    if (!this.nextOf(OBJECT_END)) return false;
    this.peek();
    this.keyStart = this.at + 1;
    this.keyEscapes = this.skipText();
    this.keyEnd = this.at - 1;
    this.expect(COLON);
    return true;
  }

  /** Returns whether the value has this key, a text in ASCII. Makes no text of the key, since most keys are skipped. */
  is(key: string): bool {
    if (this.keyEscapes > 0) return this.key == key;
    if (this.keyEnd - this.keyStart != key.length) return false;
    for (let i = 0; i < key.length; i++) {
      if (load<u8>(this.keyStart + i) != key.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Key of the value. */
  get key(): string {
    return unescape(this.keyStart, this.keyEnd, this.keyEscapes);
  }

  /** Goes to the next value of the list. Returns `false` at its end. */
  nextItem(): bool {
    return this.nextOf(LIST_END);
  }

  /** Reads a text. */
  text(): string {
    this.peek();
    const start = this.at + 1;
    const escapes = this.skipText();
    return unescape(start, this.at - 1, escapes);
  }

  /** Reads a number. */
  number(): f64 {
    this.peek();
    const start = this.at;
    this.skipNumber();
    return F64.parseFloat(String.UTF8.decodeUnsafe(start, this.at - start));
  }

  /** Skips a value of any kind. */
  skip(depth: i32 = 0): void {
    if (depth > MAX_DEPTH) this.fail("too deep");
    const byte = this.peek();
    if (byte == QUOTE) {
      this.skipText();
    } else if (byte == OBJECT) {
      this.object();
      while (this.nextOf(OBJECT_END)) {
        this.skipText();
        this.expect(COLON);
        this.skip(depth + 1);
      }
    } else if (byte == LIST) {
      this.list();
      while (this.nextOf(LIST_END)) this.skip(depth + 1);
    } else if (!this.isWord("true") && !this.isWord("false") && !this.isWord("null")) {
      this.skipNumber();
    }
  }

  /** Fails if anything follows the value. */
  finish(): void {
    if (this.peek() != 0 || this.at < this.end) this.fail("more than one value");
  }

  /** Reads `null`, or returns `false`. */
  isNull(): bool {
    return this.peek() == 0x6e && this.isWord("null");
  }

  private enter(open: u8): bool {
    if (this.isNull()) return false;
    this.expect(open);
    this.isFirst = true;
    return true;
  }

  private nextOf(close: u8): bool {
    const isFirst = this.isFirst;
    this.isFirst = false;
    if (this.peek() == close) {
      this.at++;
      return false;
    }
    if (!isFirst) this.expect(COMMA);
    return true;
  }

  /** Skips a text. Returns the number of its escapes. */
  private skipText(): i32 {
    this.expect(QUOTE);
    let escapes = 0;
    for (; this.at < this.end; this.at++) {
      const byte = load<u8>(this.at);
      if (byte == QUOTE) {
        this.at++;
        return escapes;
      }
      if (byte < 0x20) break;
      if (byte != BACKSLASH) continue;
      escapes++;
      const length = load<u8>(++this.at) == LETTER_U ? 4 : 0;
      const isWhole = this.at + length < this.end;
      if (!isWhole || (length ? hex(this.at + 1) : unescaped(load<u8>(this.at))) < 0) break;
      this.at += length;
    }
    this.fail("no end of a text");
    return 0;
  }

  private skipNumber(): void {
    if (this.here() == 0x2d) this.at++;
    if (this.here() == 0x30) this.at++;
    else this.skipDigits();
    if (this.here() == 0x2e) {
      this.at++;
      this.skipDigits();
    }
    if ((this.here() | 0x20) != 0x65) return;
    this.at++;
    if (this.here() == 0x2b || this.here() == 0x2d) this.at++;
    this.skipDigits();
  }

  private skipDigits(): void {
    const start = this.at;
    while (this.here() >= 0x30 && this.here() <= 0x39) this.at++;
    if (this.at == start) this.fail("no value");
  }

  private isWord(word: string): bool {
    const length = word.length;
    if (this.at + length > this.end) return false;
    for (let i = 0; i < length; i++) {
      if (load<u8>(this.at + i) != word.charCodeAt(i)) return false;
    }
    this.at += length;
    return true;
  }

  private expect(byte: u8): void {
    if (this.peek() != byte) this.fail(`no ${String.fromCharCode(byte)}`);
    this.at++;
  }

  /** Skips white space and returns the byte after it, 0 at the end. */
  private peek(): u8 {
    let byte = this.here();
    while (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) {
      this.at++;
      byte = this.here();
    }
    return byte;
  }

  @inline
  private here(): u8 {
    return this.at < this.end ? load<u8>(this.at) : 0;
  }

  private fail(what: string): void {
    throw new Error(`JSON: ${what} at byte ${this.at - this.start}`);
  }
}

/** Returns a checked text, which has this number of escapes. */
function unescape(from: usize, end: usize, escapes: i32): string {
  let text = "";
  for (; escapes > 0; escapes--) {
    let at = from;
    while (load<u8>(at) != BACKSLASH) at++;
    const isUnit = load<u8>(at + 1) == LETTER_U;
    text += String.UTF8.decodeUnsafe(from, at - from);
    text += String.fromCharCode(isUnit ? hex(at + 2) : unescaped(load<u8>(at + 1)));
    from = at + (isUnit ? 6 : 2);
  }
  return text + String.UTF8.decodeUnsafe(from, end - from);
}

/** Returns the character of an escape such as `n`, or -1. */
function unescaped(letter: u8): i32 {
  if (letter == QUOTE || letter == BACKSLASH || letter == 0x2f) return letter;
  if (letter == 0x62) return 8;
  if (letter == 0x66) return 12;
  if (letter == 0x6e) return 10;
  if (letter == 0x72) return 13;
  return letter == 0x74 ? 9 : -1;
}

/** Returns the number of four hexadecimal digits, or -1. */
function hex(at: usize): i32 {
  let number = 0;
  for (let i = 0; i < 4; i++) {
    const byte = load<u8>(at + i);
    const letter = (byte | 0x20) - 0x61;
    const digit: u32 = byte - 0x30 < 10 ? byte - 0x30 : letter < 6 ? letter + 10 : 16;
    if (digit == 16) return -1;
    number = (number << 4) | digit;
  }
  return number;
}

/** Returns a text as JSON. */
export function quote(text: string): string {
  let json = '"';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code != QUOTE && code != BACKSLASH) continue;
    const isControl = code < 0x20;
    json += text.substring(from, i) + (isControl ? "\\u" + code.toString(16).padStart(4, "0") : "\\");
    from = isControl ? i + 1 : i;
  }
  return json + text.substring(from) + '"';
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Returns the UTF-8 of a text as base64 with padding, the form of bytes in JSON. */
export function base64(text: string): string {
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  const encoded = new Uint8Array(((bytes.length + 2) / 3) * 4);
  encoded.fill(0x3d);
  for (let i = 0, to = 0; i < bytes.length; i += 3, to += 4) {
    const left = min(bytes.length - i, 3);
    let bits: u32 = 0;
    for (let j = 0; j < 3; j++) bits = (bits << 8) | (j < left ? bytes[i + j] : 0);
    for (let j = 0; j <= left; j++) encoded[to + j] = DIGITS.charCodeAt((bits >> (18 - 6 * j)) & 63) as u8;
  }
  return String.UTF8.decode(encoded.buffer);
}
