import { AwsError, type ServiceName } from "./service";

/** What a test orders: the next `times` calls of an operation go wrong in this way. */
export type FaultOrder = {
  /** A service, or `*`. */
  service: ServiceName | "*";
  /** An operation's name, or `*`. */
  operation: string;
  /** Only calls whose request, as JSON, has this text in it: those of one job. */
  containing?: string;
  /** The answer; absent where a call is only delayed or its connection dropped. */
  error?: { code: string; message?: string; status?: number };
  times: number;
  /** The call waits so long before anything else. */
  delayMs?: number;
  /** The operation is done first, and only then the answer is the error: what a lost answer looks like. */
  actFirst?: boolean;
  /** No answer at all: the connection is cut. Inside the sandbox the caller gets an InternalFailure. */
  dropConnection?: boolean;
};

export type OrderedFault = FaultOrder & { id: number; left: number };

/** Thrown to the server instead of an answer: cut the connection. */
export class DroppedConnection extends AwsError {
  constructor() {
    super("InternalFailure", "The connection was dropped as ordered.", 500);
  }
}

/** The faults that were ordered, in order. */
export class FaultBook {
  private orders: OrderedFault[] = [];
  private lastId = 0;

  order(order: FaultOrder): OrderedFault {
    this.lastId += 1;
    const entry = { ...order, id: this.lastId, left: order.times };
    this.orders.push(entry);
    return entry;
  }

  /** Those with calls left. */
  list(): OrderedFault[] {
    return this.orders.map((entry) => ({ ...entry }));
  }

  clear(): void {
    this.orders = [];
  }

  /** The first order that fits this call; it has one call less left afterwards. */
  take(service: ServiceName, operation: string, input: unknown): FaultOrder | undefined {
    const index = this.orders.findIndex(
      (entry) =>
        (entry.service === "*" || entry.service === service) &&
        (entry.operation === "*" || entry.operation === operation) &&
        (entry.containing === undefined || JSON.stringify(input ?? null).includes(entry.containing)),
    );
    const entry = this.orders[index];
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.orders.splice(index, 1);
    return entry;
  }
}

/** The error that an order answers. */
export function errorOf(order: FaultOrder): AwsError | undefined {
  if (order.dropConnection) return new DroppedConnection();
  if (!order.error) return undefined;
  const { code, message, status } = order.error;
  return new AwsError(code, message ?? "An error that was ordered.", status ?? 400);
}

/** How each service names its throttling: the code and status differ, so clients have to match by name. */
export function throttlingError(service: ServiceName): AwsError {
  if (service === "scheduler") return new AwsError("ThrottlingException", "Rate exceeded", 429);
  if (service === "sqs") return new AwsError("RequestThrottled", "Request is throttled.", 403);
  if (service === "iam" || service === "sts") return new AwsError("Throttling", "Rate exceeded", 400);
  return new AwsError("ThrottlingException", "Rate exceeded", 400);
}

/** How each service names a fault of its own. */
export function internalError(service: ServiceName): AwsError {
  const code: Record<ServiceName, string> = {
    scheduler: "InternalServerException",
    ecs: "ServerException",
    logs: "ServiceUnavailableException",
    sqs: "InternalFailure",
    events: "InternalException",
    secrets: "InternalServiceError",
    ssm: "InternalServerError",
    iam: "ServiceFailure",
    sts: "InternalFailure",
  };
  return new AwsError(code[service], "Unexpected error occurred while processing the request.", 500);
}
