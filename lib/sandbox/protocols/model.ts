import ecs from "../ecs/model.json";
import events from "../events/model.json";
import iam from "../iam/model.json";
import logs from "../logs/model.json";
import scheduler from "../scheduler/model.json";
import secrets from "../secrets/model.json";
import { type ServiceName, serviceNames } from "../service";
import sqs from "../sqs/model.json";
import ssm from "../ssm/model.json";
import sts from "../sts/model.json";

/** A use of a shape: the shape's name, and where on the wire this use stands. */
export type ShapeRef = {
  shape: string;
  location?: "uri" | "querystring" | "header" | "headers" | "statusCode";
  locationName?: string;
  timestampFormat?: TimestampFormat;
};

type TimestampFormat = "iso8601" | "unixTimestamp" | "rfc822";

/** A shape of a published API model. */
export type Shape = {
  type: "structure" | "list" | "map" | "string" | "integer" | "long" | "float" | "double" | "boolean" | "blob" | "timestamp";
  required?: string[];
  members?: Record<string, ShapeRef>;
  member?: ShapeRef;
  key?: ShapeRef;
  value?: ShapeRef;
  enum?: string[];
  min?: number;
  max?: number;
  pattern?: string;
  flattened?: boolean;
  payload?: string;
  timestampFormat?: TimestampFormat;
  exception?: boolean;
  fault?: boolean;
  error?: { code?: string; httpStatusCode?: number; senderFault?: boolean };
};

export type ModelOperation = {
  http: { method: string; requestUri: string; responseCode?: number };
  input?: { shape: string };
  output?: { shape: string; resultWrapper?: string };
};

/** The published API model of one service: its operations and shapes. */
export type Model = {
  metadata: {
    apiVersion: string;
    protocol: string;
    jsonVersion?: string;
    targetPrefix?: string;
    endpointPrefix: string;
    signingName?: string;
    serviceId: string;
    xmlNamespace?: string;
  };
  operations: Record<string, ModelOperation>;
  shapes: Record<string, Shape>;
};

const models: Record<ServiceName, Model> = {
  scheduler: scheduler as unknown as Model,
  ecs: ecs as unknown as Model,
  logs: logs as unknown as Model,
  sqs: sqs as unknown as Model,
  events: events as unknown as Model,
  secrets: secrets as unknown as Model,
  ssm: ssm as unknown as Model,
  iam: iam as unknown as Model,
  sts: sts as unknown as Model,
};

/** The API model of a service. */
export function modelOf(service: ServiceName): Model {
  return models[service];
}

/** The shape that a name stands for. Throws where the model has no such shape. */
export function shapeOf(model: Model, ref: { shape: string }): Shape {
  const shape = model.shapes[ref.shape];
  if (!shape) throw new Error(`The model of ${model.metadata.serviceId} has no shape ${ref.shape}.`);
  return shape;
}

const bySigningName = new Map<string, ServiceName>(
  serviceNames.map((name) => [models[name].metadata.signingName ?? models[name].metadata.endpointPrefix, name]),
);

/** The service whose requests are signed with this name (`secretsmanager` is `secrets`). */
export function serviceOfSigningName(signingName: string): ServiceName | undefined {
  return bySigningName.get(signingName);
}

const byTargetPrefix = new Map<string, ServiceName>(
  serviceNames.flatMap((name) => {
    const prefix = models[name].metadata.targetPrefix;
    return prefix ? [[prefix, name] as const] : [];
  }),
);

/** The service whose X-Amz-Target starts with this prefix. */
export function serviceOfTargetPrefix(prefix: string): ServiceName | undefined {
  return byTargetPrefix.get(prefix);
}

/** The modelled exception that carries this code (`NoSuchEntity` is the code of `NoSuchEntityException`). */
export function exceptionShape(model: Model, code: string): Shape | undefined {
  const direct = model.shapes[code];
  if (direct?.exception) return direct;
  return Object.values(model.shapes).find((shape) => shape.exception && shape.error?.code === code);
}
