/** What somebody may write, a container may print or AWS may repeat to do harm, by what it tries. */
export const hostileTexts: readonly [what: string, text: string][] = [
  ["a script", "<script>globalThis.harmed = 'script'</script>"],
  ["a picture that fails", "<img src=x onerror=\"globalThis.harmed = 'picture'\">"],
  ["the end of what stands around it", "</textarea></title></style></pre><svg onload=\"globalThis.harmed = 'svg'\">"],
  ["an end of the page's data", "]]>--></script><!-- {{7*7}} #{7*7} <%= 7 %> %00 '); drop table run; --"],
  ["an address that runs", "javascript:globalThis.harmed='address'"],
  ["a cursor that wipes the screen", "\u001b[2J\u001b[H\u001b]0;title\u0007\u001b[31mred\u001b[0m\u001b[1A\u001b[2Kgone\r over"],
  ["a turn of the direction", "start \u202e gnp.exe \u2066 isolated"],
  ["what cannot be seen", "zero\u200bwidth\ufeff and\u2028 lines\u0085"],
  ["a NUL and half a character", "before\u0000after \ud83d end"],
  ["a formula", '=HYPERLINK("http://127.0.0.1:9/","click")'],
  ["100 kB in one line", `long ${"0123456789".repeat(10_000)} end`],
  ["marks upon marks", `Z${"\u0335\u0321\u0489".repeat(200)}algo`],
];
