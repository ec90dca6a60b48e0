import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** How images are built and run on this machine: Docker where a daemon answers, else Podman. */
export type ContainerEngine = { command: "docker" | "podman"; flags: string[] };

export const publicNodeImage = "node:24-bookworm-slim";
const ownNodeImage = "localhost/belfry-node:24-bookworm-slim";

// Low limits and runc: some hosts refuse Podman's defaults (a high nofile limit, crun's cgroup layout).
const podmanFlags = ["--runtime", "runc", "--network=host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

const answers = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore", timeout: 20_000 }).status === 0;

/** Finds an engine, installing Debian's Podman where root and apt allow it. Throws with a way out. */
export function findContainerEngine(): ContainerEngine {
  if (answers("docker", "info")) return { command: "docker", flags: ["--network=host"] };
  if (!answers("podman", "--version")) installPodman();
  return { command: "podman", flags: podmanFlags };
}

function installPodman(): void {
  if (process.getuid?.() !== 0 || !answers("apt-get", "--version"))
    throw new Error(
      "Neither a Docker daemon nor Podman answers, and Podman cannot be installed without root and apt: install one of the two.",
    );
  execFileSync("apt-get", ["update"], { stdio: "ignore" });
  execFileSync("apt-get", ["install", "-y", "podman", "buildah", "runc", "debootstrap"], {
    stdio: "ignore",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** The public Node image where a registry can be reached, else one like it from Debian's packages and this Node. */
export function findNodeImage(engine: ContainerEngine): string {
  const name = `docker.io/library/${publicNodeImage}`;
  if (answers(engine.command, "image", "inspect", name) || answers(engine.command, "pull", "--quiet", name)) return name;
  if (!answers(engine.command, "image", "inspect", ownNodeImage)) makeNodeImage(engine);
  return ownNodeImage;
}

function makeNodeImage(engine: ContainerEngine): void {
  const root = mkdtempSync(join(tmpdir(), "belfry-node-image-"));
  try {
    const mirror = debianMirror();
    execFileSync("debootstrap", ["--variant=minbase", "--include=ca-certificates", "bookworm", root, mirror], { stdio: "ignore" });
    cpSync(process.execPath, join(root, "usr/local/bin/node"), { dereference: true });
    const npm = npmFolder();
    cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true, dereference: true });
    for (const program of ["npm", "npx"])
      execFileSync("ln", ["-sf", `../lib/node_modules/npm/bin/${program}-cli.js`, join(root, "usr/local/bin", program)]);
    execFileSync("chroot", [root, "groupadd", "-g", "1000", "node"]);
    execFileSync("chroot", [root, "useradd", "-u", "1000", "-g", "1000", "-m", "node"]);
    execFileSync("sh", ["-c", `tar -C "$0" -c . | ${engine.command} import - ${ownNodeImage}`, root], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Where this machine gets its Debian packages from: its own setting. */
function debianMirror(): string {
  for (const [file, pattern] of [
    ["/etc/apt/sources.list.d/debian.sources", /^URIs:\s*(\S+)/m],
    ["/etc/apt/sources.list", /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/m],
  ] as const) {
    const uri = existsSync(file) ? pattern.exec(readFileSync(file, "utf8"))?.[1] : undefined;
    if (uri) return uri;
  }
  throw new Error("This machine names no Debian mirror, so no base image can be made: pull the public Node image by hand.");
}

function npmFolder(): string {
  const cli = process.env.npm_execpath ?? execFileSync("sh", ["-c", "readlink -f $(command -v npm)"], { encoding: "utf8" }).trim();
  const folder = dirname(dirname(cli));
  if (!lstatSync(folder).isDirectory()) throw new Error(`npm is not where it was looked for: ${folder}.`);
  return folder;
}
