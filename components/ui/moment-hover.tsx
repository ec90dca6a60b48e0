"use client";

import { useEffect, useState } from "react";
import { formatFull, formatOffset } from "./moments";
import { useViewerZone } from "./viewer-clock";

type Shown = { at: number; zone: string | null; left: number; top: number; above: boolean };

/** One card for all times of the page: a tip per time would cost a listener per cell. */
export function MomentHover() {
  const viewer = useViewerZone();
  const [shown, setShown] = useState<Shown | null>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    function enter(event: Event) {
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-moment]") : null;
      clearTimeout(timer);
      if (!target) return setShown(null);
      timer = setTimeout(() => {
        const box = target.getBoundingClientRect();
        const above = box.bottom > window.innerHeight - 120;
        const left = Math.max(8, Math.min(box.left, window.innerWidth - 330));
        setShown({
          at: Number(target.dataset.moment),
          zone: target.dataset.zone ?? null,
          left,
          top: above ? box.top - 6 : box.bottom + 6,
          above,
        });
      }, 300);
    }
    function leave() {
      clearTimeout(timer);
      setShown(null);
    }
    document.addEventListener("pointerover", enter, { passive: true });
    document.addEventListener("scroll", leave, { passive: true, capture: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener("pointerover", enter);
      document.removeEventListener("scroll", leave, { capture: true });
    };
  }, []);

  if (!shown) return null;
  const zones = [
    ...new Map([
      [viewer, "You"],
      ...(shown.zone ? [[shown.zone, shown.zone === viewer ? "You, job" : "Job"] as const] : []),
      ["UTC", viewer === "UTC" ? "You, UTC" : "UTC"],
    ]),
  ];
  return (
    <div
      role="tooltip"
      style={{ left: shown.left, top: shown.top, translate: shown.above ? "0 -100%" : undefined }}
      className="pointer-events-none fixed z-50 animate-fade rounded-md border border-line bg-raised px-2.5 py-1.5 text-xs shadow-float"
    >
      <table className="border-separate border-spacing-x-2 border-spacing-y-0.5 -mx-2">
        <tbody>
          {zones.map(([zone, whose]) => (
            <tr key={zone}>
              <td className="text-ink-3">{whose}</td>
              <td className="mono text-ink">{formatFull(shown.at, zone)}</td>
              <td className="text-ink-3">{zone === "UTC" ? "" : `${zone} ${formatOffset(shown.at, zone)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
