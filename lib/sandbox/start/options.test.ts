import { expect, test } from "vitest";
import { readOptions } from "./options";

test("without options everything is as usual", () => {
  expect(readOptions([], "/project")).toEqual({
    dataFolder: "/project/.data",
    port: null,
    awsPort: null,
    dev: false,
    reset: false,
    resetPassword: false,
    help: false,
  });
});

test("folder and ports are read", () => {
  expect(readOptions(["--data", "/tmp/x", "--port", "3001", "--aws-port=4600", "--reset"], "/project")).toMatchObject({
    dataFolder: "/tmp/x",
    port: 3001,
    awsPort: 4600,
    reset: true,
  });
});

test.each([
  [["--port", "x"], '--port has to be a number from 1 to 65535, not "x".'],
  [["--aws-port", "70000"], '--aws-port has to be a number from 1 to 65535, not "70000".'],
  [["--port", "3001", "--aws-port", "3001"], "--port and --aws-port are both 3001: give each a port of its own."],
  [["--prot", "3001"], "Unknown option '--prot'"],
])("%j is refused with a sentence", (args, sentence) => {
  expect(() => readOptions(args, "/project")).toThrow(sentence);
});
