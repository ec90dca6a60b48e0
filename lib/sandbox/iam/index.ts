import type { Service } from "../service";
import { operations } from "./operations";

/** IAM: roles with their trust and policies. Policies are kept, not judged; trust is. */
export const iamService: Service = { name: "iam", operations };
