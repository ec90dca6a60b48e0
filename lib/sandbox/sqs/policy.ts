/** Who wants to do what to which resource, with the condition keys that the request carries (lower-case names). */
export type PolicyRequest = { service: string; action: string; resource: string; context: Record<string, string> };

type Statement = { Effect?: string; Principal?: unknown; Action?: unknown; Resource?: unknown; Condition?: unknown };

/**
 * Whether a resource policy lets an AWS service act: some statement allows it and none denies it. What is not understood
 * (a condition operator, NotAction, NotPrincipal) does not match, as a policy that says nothing allows nothing.
 */
export function isAllowedByPolicy(policy: string | undefined, request: PolicyRequest): boolean {
  const matching = statementsOf(policy).filter((statement) => isMatch(statement, request));
  return matching.some(({ Effect }) => Effect === "Allow") && !matching.some(({ Effect }) => Effect === "Deny");
}

function statementsOf(policy: string | undefined): Statement[] {
  if (!policy) return [];
  try {
    const { Statement } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
    return Statement ? [Statement].flat() : [];
  } catch {
    return [];
  }
}

function isMatch(statement: Statement, request: PolicyRequest): boolean {
  const actions = textsOf(statement.Action).map((action) => action.toLowerCase());
  return (
    isPrincipal(statement.Principal, request.service) &&
    actions.some((action) => isLike(action, request.action.toLowerCase())) &&
    textsOf(statement.Resource).some((resource) => isLike(resource, request.resource)) &&
    areConditionsMet(statement.Condition, request.context)
  );
}

function isPrincipal(principal: unknown, service: string): boolean {
  if (principal === "*") return true;
  if (!principal || typeof principal !== "object") return false;
  const { Service, AWS } = principal as { Service?: unknown; AWS?: unknown };
  return textsOf(Service).includes(service) || textsOf(AWS).includes("*");
}

const operators: Record<string, (wanted: string, actual: string) => boolean> = {
  stringequals: (wanted, actual) => wanted === actual,
  stringlike: isLike,
  // Both compare ARNs with wildcards (IAM User Guide, "ARN condition operators").
  arnequals: isLike,
  arnlike: isLike,
  bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
};

function areConditionsMet(condition: unknown, context: Record<string, string>): boolean {
  return Object.entries((condition ?? {}) as Record<string, Record<string, unknown>>).every(([operator, keys]) => {
    const [, ifExists] = operator.toLowerCase().split(/(ifexists)$/);
    const compare = operators[operator.toLowerCase().replace(/ifexists$/, "")];
    return Object.entries(keys).every(([key, wanted]) => {
      const actual = context[key.toLowerCase()];
      if (!compare) return false;
      if (actual === undefined) return ifExists !== undefined;
      return textsOf(wanted).some((text) => compare(text, actual));
    });
  });
}

const textsOf = (value: unknown): string[] =>
  [value]
    .flat()
    .filter((item) => typeof item === "string" || typeof item === "boolean")
    .map(String);

/** `*` stands for any text, `?` for one character. */
function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(text);
}
