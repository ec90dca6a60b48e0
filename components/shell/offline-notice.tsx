"use client";

import { useOffline } from "next/offline";
import { Notice } from "./notice";

/** Said while the web server cannot be reached; what was asked for meanwhile is asked again by Next (`useOffline` in next.config.ts). */
export function OfflineNotice() {
  if (!useOffline()) return null;
  return (
    <Notice>
      Belfry's web server cannot be reached. What you see may be old; the page goes on by itself when it answers again. Jobs go on firing by
      their schedules in AWS.
    </Notice>
  );
}
