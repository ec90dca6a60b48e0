import type { Service } from "../service";
import { operations } from "./operations";

/** AWS Systems Manager: Parameter Store. */
export const ssmService: Service = { name: "ssm", operations };
