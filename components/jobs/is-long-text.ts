/** In the narrowest column that shows a command, a line takes about so many letters. */
const lettersInLine = 30;

/** Whether a text takes more than six lines where it is shown, with those that are broken because they are long. */
export function isLongText(text: string): boolean {
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / lettersInLine)), 0);
  return lines > 6;
}
