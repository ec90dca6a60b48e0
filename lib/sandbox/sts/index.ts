import type { Service } from "../service";
import { operations } from "./operations";

/** STS: who one is, and sessions of roles that trust the caller. */
export const stsService: Service = { name: "sts", operations };
