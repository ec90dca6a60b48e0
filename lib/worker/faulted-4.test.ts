import { faultedAnywhere } from "./faulted-scenarios";

faultedAnywhere({ share: 4, of: 4 });
