import { faultedAnywhere } from "./faulted-scenarios";

faultedAnywhere({ share: 1, of: 4 });
