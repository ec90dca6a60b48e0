import { cookies } from "next/headers";
import { zoneCookie } from "@/components/ui/zone-cookie";
import { isTimeZone } from "@/lib/schedule/time-zone";

/** The viewer's zone as their browser told it on the last visit; UTC until then. */
export async function viewerZone(): Promise<string> {
  const zone = (await cookies()).get(zoneCookie)?.value;
  return zone && isTimeZone(zone) ? zone : "UTC";
}
