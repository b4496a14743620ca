import { describe, expect, test } from "bun:test";
import { addressText, hostOf, isLoopbackHost } from "../../src/server/address.ts";

describe("hosts that are this machine", () => {
  test.each([
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.255",
    "::1",
    "::ffff:127.0.0.1",
    "::FFFF:127.0.0.1",
    "localhost",
    "LocalHost",
  ])("%s", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });
});

describe("hosts that are not", () => {
  test.each([
    "",
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "128.0.0.1",
    "1.127.0.0.1",
    "127.0.0.1.evil",
    "127.0.0.1.evil.example",
    "127.evil.example",
    "127.",
    "127.0.0.1 ",
    "127.0.0.1\n",
    "localhost.evil",
    "localhost.evil.example",
    "localhosts",
    "evil.localhost",
    "::1:2",
    "::11",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1.evil",
    "[::1].evil",
  ])("'%s'", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

test.each([
  ["127.0.0.1", 9501, "127.0.0.1:9501"],
  ["::1", 1, "[::1]:1"],
  ["::ffff:127.0.0.1", 65_535, "[::ffff:127.0.0.1]:65535"],
  ["localhost", 0, "localhost:0"],
])("%s and port %d are written %s, and the host is found again", (host, port, text) => {
  expect(addressText(host, port)).toBe(text);
  expect(hostOf(text)).toBe(host);
});
