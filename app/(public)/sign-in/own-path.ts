/** A path of this site from an address bar, or null: another site's address must never be a way back. */
export function ownPath(value: string | string[] | undefined): string | null {
  if (typeof value !== "string" || !value.startsWith("/")) return null;
  // "//host", "/\host" and control characters are read by browsers as another site's address.
  const base = "http://own.invalid";
  if (!URL.canParse(value, base)) return null;
  const url = new URL(value, base);
  // "/..//host" is of this site until its dots are resolved: what counts is the path that leaves here.
  if (url.origin !== base || url.pathname.startsWith("//") || /[\\\p{Cc}]/u.test(value)) return null;
  return `${url.pathname}${url.search}${url.hash}`;
}
