// Format of numbers and times.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export const count = (value) => (value < 1e6 ? whole.format(value) : short.format(value));

/** So many a second. */
export function rate(value) {
  if (value === 0) {
    return "0";
  }
  return value < 10 ? value.toFixed(1) : count(value);
}

/** A duration in seconds that is short, as `3.2 ms`. */
export function latency(seconds) {
  if (seconds === null || seconds === undefined) {
    return "–";
  }
  const [value, unit] = seconds < 1e-3 ? [seconds * 1e6, "µs"] : seconds < 1 ? [seconds * 1e3, "ms"] : [seconds, "s"];
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** A duration in seconds that is long, as `3 d 4 h`. */
export function span(seconds) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) {
    return "0 s";
  }
  let rest = Math.floor(seconds);
  return units.slice(first, first + 2).map(([unit, size]) => {
    const value = Math.floor(rest / size);
    rest -= value * size;
    return `${value} ${unit}`;
  }).join(" ");
}

/** A time in seconds since 1970, or as text of RFC 3339. */
export function clock(time) {
  const date = new Date(typeof time === "number" ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? "–" : clockFormat.format(date);
}

/** A time in seconds since 1970, with its year, in UTC. */
export const date = (time) => `${new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

export const day = (time) => dayFormat.format(new Date(time * 1000));

/** A limit: numbers are grouped wherever they stand, and bytes have their unit. */
export function limit(name, value) {
  const grouped = plain(value).replace(/\d{4,}/g, (digits) => Number(digits).toLocaleString("en"));
  return name === "max_unread" ? `${grouped} bytes` : grouped;
}

/** Any value of JSON, for people. */
export function plain(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  if (Array.isArray(value)) {
    return value.map(plain).join(", ") || "none";
  }
  if (typeof value === "object") {
    return Object.entries(value).map(([key, inner]) => `${key}: ${plain(inner)}`).join("; ");
  }
  return typeof value === "number" ? value.toLocaleString("en") : String(value);
}
