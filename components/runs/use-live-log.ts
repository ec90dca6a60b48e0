"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import type { LogAddresses } from "./log-addresses";
import { LogFollower, type Telling } from "./log-follower";

export type LiveLog = Telling & { follower: LogFollower };

/** A log as it is written, for as long as the page shows it. The addresses are those of the first call. */
export function useLiveLog(addresses: LogAddresses): LiveLog {
  const [follower] = useState(() => new LogFollower(addresses));
  useEffect(() => follower.start(), [follower]);
  const telling = useSyncExternalStore(follower.subscribe, follower.snapshot, follower.snapshot);
  return { ...telling, follower };
}
